/* An entry that crashes. */
#include <lodge/descriptor.h>
#include <stdlib.h>

const lodge_plugin* lodge_plugin_v1(void) { abort(); }
