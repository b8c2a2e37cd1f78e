/* What the plugins that misbehave have in common: instances whose self is nothing but their host. */
#ifndef ROGUE_H
#define ROGUE_H

#include <lodge/lodge.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

static inline const lodge_host* host_of(void* self) { return (const lodge_host*)self; }

static inline const void* table_of(void* self, const char* id) {
  return host_of(self)->query(host_of(self), id, strlen(id));
}
static inline const lodge_call_v1* calls_of(void* self) { return (const lodge_call_v1*)table_of(self, LODGE_CALL_V1); }
static inline const lodge_timer_v1* timers_of(void* self) {
  return (const lodge_timer_v1*)table_of(self, LODGE_TIMER_V1);
}
static inline const lodge_store_v1* store_of(void* self) {
  return (const lodge_store_v1*)table_of(self, LODGE_STORE_V1);
}
static inline const lodge_names_v1* names_of(void* self) {
  return (const lodge_names_v1*)table_of(self, LODGE_NAMES_V1);
}

/* A line of the host's log: WHAT CODE. */
static inline void tell(void* self, const char* what, int32_t code) {
  const lodge_log_v1* log = (const lodge_log_v1*)table_of(self, LODGE_LOG_V1);
  char line[128];
  const int size = snprintf(line, sizeof line, "%s %d", what, code);
  (void)log->write(host_of(self), LODGE_LOG_INFO, line, (size_t)size);
}

static inline void pause_a_little(void) { (void)poll(NULL, 0, 1); }

static inline int32_t create_rogue(const lodge_host* host, void** self, lodge_writer* out) {
  (void)out;
  *self = (void*)(uintptr_t)host;
  return LODGE_OK;
}

#define ROGUE_FUNCTION(name, arity, flags, doc) \
  { #name, name, arity, LODGE_FUNCTION | (flags), NULL, NULL, doc }

/* The entry, of the plugin NAME with the arrays `callbacks` and `needs`. */
#define ROGUE_PLUGIN(NAME, SUMMARY, HOOKS)                                      \
  static const lodge_plugin plugin = {                                          \
      sizeof(lodge_plugin),                                                     \
      LODGE_ABI,                                                                \
      0,                                                                        \
      LODGE_SDK_VERSION,                                                        \
      NAME,                                                                     \
      "1.0.0",                                                                  \
      SUMMARY,                                                                  \
      NULL,                                                                     \
      {NULL, 0, 0},                                                             \
      {needs, sizeof needs / sizeof needs[0], sizeof needs[0]},                 \
      {NULL, 0, 0},                                                             \
      {callbacks, sizeof callbacks / sizeof callbacks[0], sizeof callbacks[0]}, \
      HOOKS,                                                                    \
      NULL,                                                                     \
  };                                                                            \
  const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }

#endif
