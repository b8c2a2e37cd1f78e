/* Descriptors of other ABIs and sizes. */
#include "bare.h"

#if defined(WRONG_ABI)
static const lodge_plugin plugin = BARE_PLUGIN("wrong_abi", sizeof(lodge_plugin), 99, NULL);
#define THE_PLUGIN &plugin
#elif defined(TOO_SHORT)
static const lodge_plugin plugin = BARE_PLUGIN("too_short", 24, LODGE_ABI, NULL);
#define THE_PLUGIN &plugin
#else
static const struct {
  lodge_plugin known;
  uint64_t tail; /* a field of some later SDK */
} plugin = {BARE_PLUGIN("longer", sizeof plugin, LODGE_ABI, NULL), LONGER_TAIL};
#define THE_PLUGIN &plugin.known
#endif

const lodge_plugin* lodge_plugin_v1(void) { return THE_PLUGIN; }
