/* Plugins whose constructors do what they should not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bare.h"

#if defined(HANGS)
static volatile int forever = 1;
#endif

__attribute__((constructor)) static void construct(void) {
#if defined(CRASHES)
  abort();
#elif defined(HANGS)
  while (forever) {
  }
#elif defined(EXITS)
  exit(0);
#elif defined(PRINTS)
  for (int i = 0; i < 100000; ++i) fprintf(i % 2 ? stdout : stderr, "look at me\n");
#elif defined(FLOODS)
  static const char block[1 << 16];
  while (write(3, block, sizeof block) > 0) {
  }
#elif defined(TAKES_MEMORY)
  for (;;) memset(malloc(1 << 24), 1, 1 << 24);
#elif defined(FORKS)
  fork();
#elif defined(BECOMES_A_DAEMON)
  if (fork() != 0) _exit(0);
#endif
}

static const lodge_plugin plugin = BARE_PLUGIN("constructor", sizeof(lodge_plugin), LODGE_ABI, NULL);

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
