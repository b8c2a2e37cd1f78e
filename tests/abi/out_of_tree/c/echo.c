/* echo/1 answers its argument. */
#include <lodge/lodge.h>

/* Visible to all, had the version script not the last word. */
LODGE_EXPORT int32_t not_the_entry(void);
int32_t not_the_entry(void) { return 0; }

static int32_t echo(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self;
  return lodge_write(out, call->args.data, call->args.size);
}

static const lodge_callback callbacks[] = {{.name = "echo", .fn = echo, .arity = 1, .flags = LODGE_FUNCTION}};

static const lodge_plugin plugin = {
    .struct_size = sizeof(lodge_plugin),
    .abi = LODGE_ABI,
    .sdk_version = LODGE_SDK_VERSION,
    .name = "c-echo",
    .version = "1.0.0",
    .summary = "Answers its argument",
    .callbacks = {callbacks, 1, sizeof(lodge_callback)},
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
