/* A plugin as it should be: two callbacks, one setting, a dependency, no state. */
#include <lodge/descriptor.h>
#include <string.h>

static int32_t append(lodge_writer* out, const void* bytes, size_t size) {
  if (size > out->capacity - out->size) {
    int32_t code = out->reserve(out, size);
    if (code != LODGE_OK) return code;
  }
  memcpy(out->data + out->size, bytes, size);
  out->size += size;
  return LODGE_OK;
}

/* The one argument, as it came. */
static int32_t echo(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self;
  return append(out, call->args.data, call->args.size);
}

static int32_t pass(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  return LODGE_CONTINUE;
}

static const uint8_t five = 5;
static const char* const needs[] = {"lodge.log/1"};
static const lodge_dependency dependencies[] = {{"tokenizer", "^1.2", LODGE_OPTIONAL, 0}};
static const uint8_t one_to_hundred[] = {0x82, 0xa3, 'm', 'i', 'n', 1,
                                         0xa3, 'm',  'a', 'x', 100}; /* {min: 1, max: 100} */
static const lodge_setting settings[] = {
    {"size", LODGE_TYPE_INT, 0, {&five, 1}, "how large", {one_to_hundred, sizeof one_to_hundred}},
};
static const lodge_callback callbacks[] = {
    {"echo", echo, 1, LODGE_FUNCTION | LODGE_IDEMPOTENT | LODGE_QUICK, "what: any", "any", "Answers its argument"},
    {"pass", pass, 2, 0, NULL, NULL, NULL},
};
static const lodge_plugin plugin = {
    sizeof(lodge_plugin),
    LODGE_ABI,
    0,
    LODGE_SDK_VERSION,
    "good",
    "1.4.0",
    "Does nothing wrong",
    NULL,
    {dependencies, 1, sizeof(lodge_dependency)},
    {needs, 1, sizeof(const char*)},
    {settings, 1, sizeof(lodge_setting)},
    {callbacks, 2, sizeof(lodge_callback)},
    NULL,
    NULL,
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
