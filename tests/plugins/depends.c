/* A plugin that needs another one: OWN_NAME needs OTHER_NAME in a version of OTHER_RANGE. */
#include <lodge/descriptor.h>

static const lodge_dependency dependencies[] = {{OTHER_NAME, OTHER_RANGE, 0, 0}};
static const lodge_plugin plugin = {
    sizeof(lodge_plugin),
    LODGE_ABI,
    0,
    LODGE_SDK_VERSION,
    OWN_NAME,
    "1.0.0",
    "Needs " OTHER_NAME,
    NULL,
    {dependencies, 1, sizeof(lodge_dependency)},
    {NULL, 0, 0},
    {NULL, 0, 0},
    {NULL, 0, 0},
    NULL,
    NULL,
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
