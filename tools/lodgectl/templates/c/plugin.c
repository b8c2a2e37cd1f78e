/* @NAME@: greets. Begin by changing what it does; `greet` and its test show how a callback is made, configured and
 * tried. */
#include <lodge/lodge.h>
#include <stdlib.h>

typedef struct instance {
  size_t size;
  char salutation[64];
} instance;

static int32_t greet(void* self, const lodge_call* call, lodge_writer* out) {
  const instance* const me = self;
  lodge_mp_reader args = lodge_mp_reader_of(call->args.data, call->args.size);
  char text[256];
  lodge_slice who;
  if (lodge_mp_read_str(&args, &who) != LODGE_OK || who.size == 0) {
    return lodge_fail(out, LODGE_INVALID_ARGUMENT, "argument 1: nobody to greet");
  }
  if (who.size > sizeof text - sizeof me->salutation - 2) {
    return lodge_fail(out, LODGE_INVALID_ARGUMENT, "argument 1: too long a name");
  }
  memcpy(text, me->salutation, me->size);
  memcpy(text + me->size, ", ", 2);
  memcpy(text + me->size + 2, who.data, who.size);
  if (lodge_mp_write_str(out, text, me->size + 2 + who.size) != LODGE_OK) {
    return lodge_fail(out, LODGE_RESOURCE_EXHAUSTED, "no room for the answer");
  }
  return LODGE_DONE;
}

/* One setting is declared, so one is there, and the host has checked its type. */
static int32_t read_salutation(instance* me, const lodge_host* host, lodge_writer* out) {
  const lodge_config_v1* const config = host->query(host, LODGE_CONFIG_V1, strlen(LODGE_CONFIG_V1));
  uint8_t bytes[256];
  lodge_writer settings;
  lodge_mp_reader r;
  lodge_slice key, value;
  uint32_t count;
  lodge_writer_over(&settings, bytes, sizeof bytes);
  if (config->own(host, &settings) != LODGE_OK) return lodge_fail(out, LODGE_INVALID_ARGUMENT, "salutation: too long");
  r = lodge_mp_reader_of(settings.data, settings.size);
  if (lodge_mp_read_map(&r, &count) != LODGE_OK || lodge_mp_read_str(&r, &key) != LODGE_OK ||
      lodge_mp_read_str(&r, &value) != LODGE_OK || value.size > sizeof me->salutation) {
    return lodge_fail(out, LODGE_INVALID_ARGUMENT, "salutation: at most 64 bytes");
  }
  memcpy(me->salutation, value.data, value.size);
  me->size = value.size;
  return LODGE_OK;
}

static int32_t create(const lodge_host* host, void** self, lodge_writer* out) {
  instance* const me = calloc(1, sizeof *me);
  int32_t code;
  if (me == NULL) return lodge_fail(out, LODGE_RESOURCE_EXHAUSTED, "no memory");
  code = read_salutation(me, host, out);
  if (code != LODGE_OK) {
    free(me);
    return code;
  }
  *self = me;
  return LODGE_OK;
}

static void destroy(void* self) { free(self); }

static const uint8_t hello[] = {0xa5, 'h', 'e', 'l', 'l', 'o'}; /* as msgpack */
static const lodge_setting settings[] = {
    {"salutation", LODGE_TYPE_STRING, 0, {hello, sizeof hello}, "what to say before the name", {NULL, 0}},
};
static const char* const needs[] = {LODGE_CONFIG_V1};
static const lodge_callback callbacks[] = {
    {"greet", greet, 1, LODGE_IDEMPOTENT, "who: str", "str", "Greets somebody by name"},
};
static const lodge_hooks hooks = {.struct_size = sizeof hooks, .create = create, .destroy = destroy};

static const lodge_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi = LODGE_ABI,
    .sdk_version = LODGE_SDK_VERSION,
    .name = "@NAME@",
    .version = "0.1.0",
    .summary = "Greets",
    .needs = {needs, 1, sizeof needs[0]},
    .settings = {settings, 1, sizeof settings[0]},
    .callbacks = {callbacks, 1, sizeof callbacks[0]},
    .hooks = &hooks,
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
