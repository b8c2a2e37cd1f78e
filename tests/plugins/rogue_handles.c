/* Uses handles that are not its own, and facilities as they are not meant. */
#include <stdlib.h>

#include "rogue.h"

typedef struct holder {
  const lodge_host* host;
  volatile lodge_handle ticket; /* of the last `keep` */
} holder;

static int32_t create(const lodge_host* host, void** self, lodge_writer* out) {
  holder* made = calloc(1, sizeof *made);
  if (made == NULL) return lodge_fail(out, LODGE_RESOURCE_EXHAUSTED, "no memory");
  made->host = host;
  *self = made;
  return LODGE_OK;
}

static void destroy(void* self) { free(self); }

static void* host_in(void* self) { return (void*)(uintptr_t)((holder*)self)->host; }

static void no_timer(void* user, lodge_handle timer) { (void)user, (void)timer; }
static void no_change(void* user, const lodge_watch_event* event) { (void)user, (void)event; }
static void no_answer(void* user, int32_t code, int32_t executed, lodge_slice const* reply) {
  (void)user, (void)code, (void)executed, (void)reply;
}

static int32_t keep(void* self, const lodge_call* call, lodge_writer* out) {
  lodge_handle ticket = 0;
  (void)out;
  if (calls_of(host_in(self))->defer(((holder*)self)->host, call, &ticket) != LODGE_OK) return LODGE_INTERNAL;
  ((holder*)self)->ticket = ticket;
  return LODGE_DEFERRED;
}

/* One handle of each kind: a timer, a watch, an owner of names, a call under way, a ticket. */
static int32_t hold(void* self, const lodge_call* call, lodge_writer* out) {
  void* host = host_in(self);
  lodge_handle target = 0, timer = 0, watch = 0, owner = 0, pending = 0;
  int32_t wrong = timers_of(host)->start(host, 3600000000000, 0, no_timer, NULL, &timer);
  wrong |= store_of(host)->watch(host, NULL, 0, LODGE_WATCH_PREFIX, no_change, NULL, &watch);
  wrong |= names_of(host)->open_owner(host, "held", 4, &owner);
  wrong |= calls_of(host)->resolve(host, call->service.data, call->service.size, "keep", 4, 0, &target);
  wrong |= calls_of(host)->start(host, target, NULL, 0, NULL, no_answer, NULL, &pending);
  if (wrong != LODGE_OK) return lodge_fail(out, LODGE_INTERNAL, "nothing to hold");
  while (((holder*)self)->ticket == 0) pause_a_little();
  (void)lodge_mp_write_array(out, 5);
  (void)lodge_mp_write_uint(out, timer);
  (void)lodge_mp_write_uint(out, watch);
  (void)lodge_mp_write_uint(out, owner);
  (void)lodge_mp_write_uint(out, pending);
  return lodge_mp_write_uint(out, ((holder*)self)->ticket);
}

static const uint8_t nil = 0xc0;

/* What each of these handles answers to this instance. */
static int32_t use(void* self, const lodge_call* call, lodge_writer* out) {
  void* host = host_in(self);
  lodge_mp_reader args = lodge_mp_reader_of(call->args.data, call->args.size);
  uint64_t handles[5] = {0, 0, 0, 0, 0};
  lodge_handle target = 0;
  lodge_call_options on_behalf;
  uint8_t nowhere[64];
  lodge_writer reply;
  size_t i;
  for (i = 0; i < 5; ++i) (void)lodge_mp_read_uint(&args, &handles[i]);
  memset(&on_behalf, 0, sizeof on_behalf);
  on_behalf.struct_size = sizeof on_behalf;
  on_behalf.parent_ticket = handles[4];
  lodge_writer_over(&reply, nowhere, sizeof nowhere);
  (void)calls_of(host)->resolve(host, "nobody", 6, "keep", 4, 0, &target);
  (void)lodge_mp_write_array(out, 7);
  (void)lodge_mp_write_int(out, timers_of(host)->cancel(host, handles[0]));
  (void)lodge_mp_write_int(out, store_of(host)->unwatch(host, handles[1]));
  (void)lodge_mp_write_int(out,
                           names_of(host)->register_name(host, handles[2], (const uint8_t*)"stolen", 6, &nil, 1, NULL));
  (void)lodge_mp_write_int(out, names_of(host)->close_owner(host, handles[2]));
  (void)lodge_mp_write_int(out, calls_of(host)->call(host, target, NULL, 0, &on_behalf, &reply, NULL));
  (void)lodge_mp_write_int(out, calls_of(host)->cancel(host, handles[3]));
  return lodge_mp_write_int(out, calls_of(host)->complete(host, handles[4], LODGE_DONE, NULL, 0));
}

/* Starts timers and never ends them. */
static int32_t start_many(void* self, int64_t period_ns) {
  void* host = host_in(self);
  int i;
  for (i = 0; i < 100; ++i) {
    lodge_handle timer = 0;
    const int32_t code = timers_of(host)->start(host, 0, period_ns, no_timer, NULL, &timer);
    if (code != LODGE_OK) return code;
  }
  return LODGE_DONE;
}

static int32_t tick(void* self, const lodge_call* call, lodge_writer* out) {
  (void)call, (void)out;
  return start_many(self, 1000000);
}

static int32_t race(void* self, const lodge_call* call, lodge_writer* out) {
  (void)call, (void)out;
  return start_many(self, 1);
}

/* Resolves whatever comes to its mind, until it gets no more. How much it got. */
static int32_t hoard(void* self, const lodge_call* call, lodge_writer* out) {
  void* host = host_in(self);
  int i;
  (void)call;
  for (i = 0; i < 10000; ++i) {
    char service[32];
    lodge_handle target = 0;
    const int size = snprintf(service, sizeof service, "imagined-%d", i);
    if (calls_of(host)->resolve(host, service, (size_t)size, "f", 1, 0, &target) != LODGE_OK) break;
  }
  return lodge_mp_write_int(out, i);
}

static int32_t long_key(void* self, const lodge_call* call, lodge_writer* out) {
  static const uint8_t key[1025] = {1};
  (void)call;
  return lodge_mp_write_int(out,
                            store_of(host_in(self))->put(host_in(self), key, sizeof key, (const uint8_t*)"v", 1, 0));
}

static int32_t overstate(void* user, lodge_slice const* present, lodge_writer* out) {
  (void)user, (void)present;
  out->size = out->capacity + 4096;
  return LODGE_OK;
}

static int32_t bad_update(void* self, const lodge_call* call, lodge_writer* out) {
  (void)call;
  return lodge_mp_write_int(out,
                            store_of(host_in(self))->update(host_in(self), (const uint8_t*)"k", 1, overstate, NULL));
}

static int32_t make_no_room(lodge_writer* w, size_t more) {
  (void)w, (void)more;
  return LODGE_OK;
}

/* A writer that says that it has made room, and has not: the byte behind it must stay as it is. */
static int32_t bad_writer(void* self, const lodge_call* call, lodge_writer* out) {
  uint8_t memory[2] = {0, 42};
  lodge_writer lying = {memory, 0, 1, make_no_room};
  void* host = host_in(self);
  int32_t code;
  (void)call;
  (void)store_of(host)->put(host, (const uint8_t*)"k", 1, (const uint8_t*)"four", 4, 0);
  code = store_of(host)->get(host, (const uint8_t*)"k", 1, &lying);
  return memory[1] == 42 ? lodge_mp_write_int(out, code) : lodge_fail(out, LODGE_INTERNAL, "overwritten");
}

static int32_t bad_text(void* self, const lodge_call* call, lodge_writer* out) {
  static const char text[] = "\xff\xfe\033[2J\nforged line";
  const lodge_log_v1* log = (const lodge_log_v1*)table_of(host_in(self), LODGE_LOG_V1);
  (void)call;
  return lodge_mp_write_int(out, log->write(host_in(self), LODGE_LOG_INFO, text, sizeof text - 1));
}

static const char* const needs[] = {LODGE_CALL_V1, LODGE_LOG_V1, LODGE_NAMES_V1, LODGE_STORE_V1, LODGE_TIMER_V1};
static const lodge_callback callbacks[] = {
    ROGUE_FUNCTION(keep, 0, 0, "Keeps its ticket"),
    ROGUE_FUNCTION(hold, 0, 0, "Its handles"),
    ROGUE_FUNCTION(use, 5, 0, "What handles answer to it"),
    ROGUE_FUNCTION(tick, 0, 0, "Starts timers that never end"),
    ROGUE_FUNCTION(hoard, 0, 0, "Resolves more than anybody needs"),
    ROGUE_FUNCTION(race, 0, 0, "Starts timers that are always due"),
    ROGUE_FUNCTION(long_key, 0, 0, "Stores under a key that is too long"),
    ROGUE_FUNCTION(bad_update, 0, 0, "Overstates what its update wrote"),
    ROGUE_FUNCTION(bad_writer, 0, 0, "Offers room that is not there"),
    ROGUE_FUNCTION(bad_text, 0, 0, "Logs what is no text"),
};
static const lodge_hooks hooks = {.struct_size = sizeof(lodge_hooks), .create = create, .destroy = destroy};

ROGUE_PLUGIN("rogue_handles", "Takes what is not its own", &hooks)
