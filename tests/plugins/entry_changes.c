/* A plugin that says one thing to the reading child and another to the host. */
#include <stdlib.h>
#include <string.h>

#include "bare.h"

extern char* program_invocation_short_name;

static const lodge_plugin in_child = BARE_PLUGIN("entry_changes", sizeof(lodge_plugin), LODGE_ABI, NULL);
static const lodge_plugin in_host = BARE_PLUGIN("entry_changed", sizeof(lodge_plugin), LODGE_ABI, NULL);

const lodge_plugin* lodge_plugin_v1(void) {
  return strcmp(program_invocation_short_name, "lodge-describe") == 0 ? &in_child : &in_host;
}
