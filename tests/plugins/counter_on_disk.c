/* Counts in the persisted domain `kept` of node configuration, for the tests of what a host that is killed remembers.
 */
#include <lodge/lodge.h>
#include <stddef.h>

static int32_t create(const lodge_host* host, void** self, lodge_writer* out) {
  (void)out;
  *self = (void*)(uintptr_t)host;
  return LODGE_OK;
}

static int32_t count(void* self, const lodge_call* call, lodge_writer* out) {
  const lodge_host* host = (const lodge_host*)self;
  const lodge_config_v1* config = host->query(host, LODGE_CONFIG_V1, sizeof LODGE_CONFIG_V1 - 1);
  lodge_mp_reader args = lodge_mp_reader_of(call->args.data, call->args.size);
  lodge_slice key;
  int64_t sum = 0;
  int32_t code = lodge_mp_read_str(&args, &key);
  if (code == LODGE_OK) code = config->increment(host, "kept", 4, key.data, key.size, 1, &sum);
  return code == LODGE_OK ? lodge_mp_write_int(out, sum) : lodge_fail(out, code, "not counted");
}

static const char* const needs[] = {LODGE_CONFIG_V1};
static const lodge_callback callbacks[] = {
    {"count", count, 1, LODGE_FUNCTION, "key: str", "int", "Counts, and answers the sum"},
    {"count_hastily", count, 1, LODGE_FUNCTION | LODGE_QUICK, "key: str", "int", "Would hold the loop thread up"},
};
static const lodge_hooks hooks = {.struct_size = sizeof(lodge_hooks), .create = create};
static const lodge_plugin plugin = {
    sizeof(lodge_plugin),
    LODGE_ABI,
    0,
    LODGE_SDK_VERSION,
    "counter_on_disk",
    "1.0.0",
    "Counts on disk",
    NULL,
    {NULL, 0, 0},
    {needs, 1, sizeof(const char*)},
    {NULL, 0, 0},
    {callbacks, 2, sizeof(lodge_callback)},
    &hooks,
    NULL,
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
