/* A plugin that never gets an instance. */
#include <string.h>

#include "bare.h"

static int32_t create(const lodge_host* host, void** self, lodge_writer* out) {
  static const char why[] = "no instance today";
  (void)host, (void)self;
  if (out->reserve(out, sizeof why - 1) == LODGE_OK) {
    memcpy(out->data + out->size, why, sizeof why - 1);
    out->size += sizeof why - 1;
  }
  return LODGE_UNAVAILABLE;
}

static const lodge_hooks hooks = {.struct_size = sizeof(lodge_hooks), .create = create};
static const lodge_plugin plugin = BARE_PLUGIN("create_fails", sizeof(lodge_plugin), LODGE_ABI, &hooks);

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
