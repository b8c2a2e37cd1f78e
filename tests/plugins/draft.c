/* A plugin that says which build of the SDK its drafts are of: OWN_NAME and OWN_BUILD. */
#include <lodge/descriptor.h>
#include <lodge/draft/build_id.h>

static const lodge_plugin plugin = {
    sizeof(lodge_plugin),
    LODGE_ABI,
    0,
    LODGE_SDK_VERSION,
    OWN_NAME,
    "1.0.0",
    NULL,
    NULL,
    {NULL, 0, 0},
    {NULL, 0, 0},
    {NULL, 0, 0},
    {NULL, 0, 0},
    NULL,
    OWN_BUILD,
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
