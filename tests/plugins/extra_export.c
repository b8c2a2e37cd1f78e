/* Exports more than its entry. */
#include "bare.h"

static const lodge_plugin plugin = BARE_PLUGIN("extra_export", sizeof(lodge_plugin), LODGE_ABI, NULL);

int one_too_many = 1;
int* two_too_many(void);
int* two_too_many(void) { return &one_too_many; }

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
