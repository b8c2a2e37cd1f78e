/* echo/1 answers its argument: once on the loop thread, once on a worker. */
#include <lodge/lodge.h>

static int32_t echo(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self;
  return lodge_write(out, call->args.data, call->args.size);
}

static const lodge_callback callbacks[] = {
    {"echo", echo, 1, LODGE_FUNCTION | LODGE_QUICK | LODGE_IDEMPOTENT, NULL, NULL, NULL},
    {"echo_on_worker", echo, 1, LODGE_FUNCTION | LODGE_IDEMPOTENT, NULL, NULL, NULL},
};

static const lodge_plugin plugin = {
    .struct_size = sizeof(lodge_plugin),
    .abi = LODGE_ABI,
    .sdk_version = LODGE_SDK_VERSION,
    .name = "bench_echo",
    .version = "1.0.0",
    .summary = "answers its argument",
    .callbacks = {callbacks, 2, sizeof(lodge_callback)},
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
