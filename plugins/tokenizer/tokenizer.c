/* feed/1: a line of text goes in, the list of its words goes on to the next link. */
#include <lodge/lodge.h>

/* Not isalpha(): that would follow the host's locale. */
static int is_letter(uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* The next word at or after `*at`, which moves behind it; empty: there is none. */
static lodge_slice next_word(const uint8_t** at, const uint8_t* end) {
  lodge_slice word;
  while (*at != end && !is_letter(**at)) ++*at;
  word.data = *at;
  while (*at != end && is_letter(**at)) ++*at;
  word.size = (size_t)(*at - (const uint8_t*)word.data);
  return word;
}

static uint32_t count_words(const uint8_t* at, const uint8_t* end) {
  uint32_t count = 0;
  while (next_word(&at, end).size > 0) ++count;
  return count;
}

static int32_t feed(void* self, const lodge_call* call, lodge_writer* out) {
  lodge_mp_reader args = lodge_mp_reader_of(call->args.data, call->args.size);
  lodge_slice line;
  lodge_slice word;
  const uint8_t* at;
  const uint8_t* end;
  int32_t code;
  (void)self;

  if (lodge_mp_read_str(&args, &line) != LODGE_OK) {
    return lodge_fail(out, LODGE_INVALID_ARGUMENT, "feed/1: argument 1: expected str, a line of text");
  }
  at = (const uint8_t*)line.data;
  end = at + line.size;
  code = lodge_mp_write_array(out, count_words(at, end));
  while (code == LODGE_OK && (word = next_word(&at, end)).size > 0) {
    code = lodge_mp_write_str(out, (const char*)word.data, word.size);
  }
  return code == LODGE_OK ? LODGE_CONTINUE_WITH : lodge_fail(out, code, "feed/1: no room for the words");
}

static const lodge_callback callbacks[] = {{
    .name = "feed",
    .fn = feed,
    .arity = 1,
    .flags = LODGE_IDEMPOTENT,
    .params = "line: str",
    .result = "int",
    .doc = "Splits a line of text into words for the next plugin; answers what that one does",
}};

static const lodge_dependency dependencies[] = {{.name = "normalizer", .version = "^1"}};

static const lodge_plugin plugin = {
    .struct_size = sizeof(lodge_plugin),
    .abi = LODGE_ABI,
    .sdk_version = LODGE_SDK_VERSION,
    .name = "tokenizer",
    .version = "1.0.0",
    .summary = "Splits text into words",
    .dependencies = {dependencies, 1, sizeof(lodge_dependency)},
    .callbacks = {callbacks, 1, sizeof(lodge_callback)},
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
