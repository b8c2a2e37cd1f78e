/* One hook that does what it should not: which, the build says. */
#include <stdlib.h>
#include <unistd.h>

#include "rogue.h"

#if defined(CREATE_CRASHES)
#define CREATE crash
static int32_t crash(const lodge_host* host, void** self, lodge_writer* out) {
  (void)host, (void)self, (void)out;
  abort();
}
#else
#define CREATE create_rogue
#endif

#if defined(CONFIG_GARBAGE)
#define CONFIG replace
static int32_t replace(void* self, lodge_slice const* config, lodge_writer* out) {
  (void)self, (void)config;
  return lodge_mp_write_int(out, 5) == LODGE_OK ? LODGE_DONE : LODGE_INTERNAL;
}
#else
#define CONFIG NULL
#endif

static int32_t start(void* self, lodge_writer* out) {
  (void)self, (void)out;
#if defined(START_HANGS)
  tell(self, "in its start", 0);
  for (;;) (void)pause();
  return LODGE_INTERNAL;
#elif defined(START_OVERRUNS)
  out->size = out->capacity + 4096;
  return LODGE_INTERNAL;
#elif defined(START_NO_CODE)
  return 5;
#elif defined(START_CALLS)
  /* Its own service, which lets nobody in yet. */
  lodge_handle target = 0;
  (void)calls_of(self)->resolve(host_of(self), "hooked", 6, "idle", 4, 0, &target);
  return calls_of(self)->call(host_of(self), target, NULL, 0, NULL, out, NULL);
#else
  return LODGE_OK;
#endif
}

static int32_t stop(void* self, lodge_writer* out) {
  (void)self, (void)out;
#if defined(STOP_HANGS)
  for (;;) (void)pause();
  return LODGE_INTERNAL;
#elif defined(STOP_FAILS)
  return lodge_fail(out, LODGE_DATA_LOSS, "nothing was saved");
#else
  return LODGE_OK;
#endif
}

#if defined(DESTROY_STARTS)
#define DESTROY begin_again
static void on_timer(void* user, lodge_handle timer) { (void)user, (void)timer; }
static void on_change(void* user, const lodge_watch_event* event) { (void)user, (void)event; }

static void begin_again(void* self) {
  lodge_handle handle = 0;
  tell(self, "a timer in destroy:", timers_of(self)->start(host_of(self), 0, 1000000, on_timer, NULL, &handle));
  tell(self, "a watch in destroy:",
       names_of(self)->watch(host_of(self), 0, NULL, 0, LODGE_WATCH_PREFIX, on_change, NULL, &handle));
  tell(self, "an owner in destroy:", names_of(self)->open_owner(host_of(self), "o", 1, &handle));
  (void)calls_of(self)->resolve(host_of(self), "s", 1, "f", 1, 0, &handle);
  tell(self, "a call in destroy:", calls_of(self)->start(host_of(self), handle, NULL, 0, NULL, NULL, NULL, NULL));
}
#else
#define DESTROY NULL
#endif

static int32_t idle(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  return LODGE_DONE;
}

static const char* const needs[] = {LODGE_CALL_V1, LODGE_LOG_V1, LODGE_NAMES_V1, LODGE_TIMER_V1};
static const lodge_callback callbacks[] = {ROGUE_FUNCTION(idle, 0, 0, "Does nothing")};
static const lodge_hooks hooks = {.struct_size = sizeof(lodge_hooks),
                                  .create = CREATE,
                                  .destroy = DESTROY,
                                  .config = CONFIG,
                                  .start = start,
                                  .stop = stop};

ROGUE_PLUGIN(OWN_NAME, "Has a hook that misbehaves", &hooks)
