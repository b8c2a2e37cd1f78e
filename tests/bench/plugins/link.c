/* pass/1 continues: the cheapest link there is. */
#include <lodge/lodge.h>

static int32_t pass(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self;
  (void)call;
  (void)out;
  return LODGE_CONTINUE;
}

static const lodge_callback callbacks[] = {{"pass", pass, 1, 0, NULL, NULL, NULL}};

static const lodge_plugin plugin = {
    .struct_size = sizeof(lodge_plugin),
    .abi = LODGE_ABI,
    .sdk_version = LODGE_SDK_VERSION,
    .name = LINK_NAME,
    .version = "1.0.0",
    .summary = "a link that continues",
    .callbacks = {callbacks, 1, sizeof(lodge_callback)},
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
