/* A child that does what it should not: which, the build says. */
#include <stdlib.h>
#include <unistd.h>

#include "rogue.h"

static int32_t begin(void* user, lodge_handle run, lodge_writer* error) {
  (void)user, (void)run, (void)error;
  return LODGE_OK;
}

static void end(void* user, lodge_handle run) {
  (void)user, (void)run;
#if defined(CHILD_CRASHES)
  abort();
#else
  for (;;) (void)pause();
#endif
}

static int32_t start(void* self, lodge_writer* out) {
  const lodge_child_v1* children = (const lodge_child_v1*)table_of(self, LODGE_CHILD_V1);
  lodge_child child = {.struct_size = sizeof child, .name = {"mule", 4}, .start = begin, .stop = end};
  lodge_handle handle = 0;
  return children->start(host_of(self), &child, out, &handle);
}

static int32_t idle(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  return LODGE_DONE;
}

static const char* const needs[] = {LODGE_CHILD_V1};
static const lodge_callback callbacks[] = {ROGUE_FUNCTION(idle, 0, 0, "Does nothing")};
static const lodge_hooks hooks = {.struct_size = sizeof hooks, .create = create_rogue, .start = start};

ROGUE_PLUGIN(OWN_NAME, "Has a child that misbehaves", &hooks)
