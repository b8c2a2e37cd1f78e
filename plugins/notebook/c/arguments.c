#include "arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "texts.h"

int32_t fail(lodge_writer* out, int32_t code, const char* format, ...) {
  char message[512];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return lodge_fail(out, code, message);
}

const char* meaning_of(int32_t code) {
  switch (code) {
#define MEANING(name, number, meaning) \
  case number:                         \
    return meaning;
    LODGE_ERROR_CODES(MEANING)
#undef MEANING
    default:
      return "an error without a better code";
  }
}

static int32_t grow(lodge_writer* w, size_t more) {
  const size_t capacity = 2 * w->capacity + more;
  uint8_t* const data = realloc(w->data, capacity);
  if (data == NULL) return LODGE_RESOURCE_EXHAUSTED;
  w->data = data;
  w->capacity = capacity;
  return LODGE_OK;
}

lodge_writer growing(void) {
  const lodge_writer w = {NULL, 0, 0, grow};
  return w;
}

arguments arguments_of(const lodge_call* call, lodge_writer* out) {
  arguments args;
  args.rest = lodge_mp_reader_of(call->args.data, call->args.size);
  args.out = out;
  args.index = 0;
  return args;
}

static int32_t expected(const arguments* args, const char* wanted) {
  return fail(args->out, LODGE_INVALID_ARGUMENT, "argument %u: expected %s, got %s", args->index, wanted,
              lodge_mp_type_name(lodge_mp_type(&args->rest)));
}

int32_t next_str(arguments* args, lodge_slice* to) {
  ++args->index;
  return lodge_mp_read_str(&args->rest, to) == LODGE_OK ? LODGE_OK : expected(args, "str");
}

int32_t next_bool(arguments* args, int32_t* to) {
  ++args->index;
  return lodge_mp_read_bool(&args->rest, to) == LODGE_OK ? LODGE_OK : expected(args, "bool");
}

/* An integer will do: in many languages 3.0 is written as 3. */
int32_t next_float(arguments* args, double* to) {
  uint64_t bits;
  int32_t negative;
  ++args->index;
  if (lodge_mp_read_float(&args->rest, to) == LODGE_OK) return LODGE_OK;
  if (lodge_mp_read_number(&args->rest, &bits, &negative) != LODGE_OK) return expected(args, "float");
  *to = negative ? (double)(int64_t)bits : (double)bits;
  return LODGE_OK;
}

int32_t next_strs(arguments* args) {
  lodge_slice element;
  uint32_t count;
  uint32_t i;
  ++args->index;
  if (lodge_mp_read_array(&args->rest, &count) != LODGE_OK) return expected(args, "list");
  for (i = 1; i <= count; ++i) {
    if (lodge_mp_read_str(&args->rest, &element) == LODGE_OK) continue;
    return fail(args->out, LODGE_INVALID_ARGUMENT, "argument %u, element %u: expected str, got %s", args->index,
                (unsigned)i, lodge_mp_type_name(lodge_mp_type(&args->rest)));
  }
  return LODGE_OK;
}

int enter(lodge_mp_reader* r, const char* wanted) {
  uint32_t count;
  lodge_slice key;
  if (lodge_mp_read_map(r, &count) != LODGE_OK) return 0;
  for (; count > 0; --count) {
    if (lodge_mp_read_str(r, &key) != LODGE_OK) return 0;
    if (equal(key, slice_of(wanted))) return 1;
    if (lodge_mp_skip(r) != LODGE_OK) return 0;
  }
  return 0;
}
