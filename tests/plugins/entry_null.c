/* An entry that has nothing to give. */
#include <lodge/descriptor.h>

const lodge_plugin* lodge_plugin_v1(void) { return NULL; }
