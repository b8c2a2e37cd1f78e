/* Blocks, takes its time, calls itself, and leaves threads behind. */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "rogue.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;
static int blocked, released;

static int32_t block(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  (void)pthread_mutex_lock(&lock);
  ++blocked;
  while (!released) (void)pthread_cond_wait(&let_go, &lock);
  (void)pthread_mutex_unlock(&lock);
  return LODGE_DONE;
}

/* How many were blocked. */
static int32_t count(void* self, const lodge_call* call, lodge_writer* out) {
  int seen;
  (void)self, (void)call;
  (void)pthread_mutex_lock(&lock);
  seen = blocked;
  (void)pthread_mutex_unlock(&lock);
  return lodge_mp_write_int(out, seen);
}

static int32_t release(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  (void)pthread_mutex_lock(&lock);
  released = 1;
  (void)pthread_cond_broadcast(&let_go);
  (void)pthread_mutex_unlock(&lock);
  return LODGE_DONE;
}

static int64_t cpu_ns(void) {
  struct timespec used;
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* Not quick at all. */
static int32_t slow(void* self, const lodge_call* call, lodge_writer* out) {
  const int64_t begin = cpu_ns();
  (void)self, (void)call, (void)out;
  while (cpu_ns() - begin < 3000000) {
  }
  return LODGE_DONE;
}

static lodge_handle target_of(void* self, const lodge_call* call, const char* name) {
  lodge_handle target = 0;
  (void)calls_of(self)->resolve(host_of(self), (const char*)call->service.data, call->service.size, name, strlen(name),
                                0, &target);
  return target;
}

/* Quick, and would wait: what it gets for a call, for ending a timer, and for ending a watch. */
static int32_t waits(void* self, const lodge_call* call, lodge_writer* out) {
  uint8_t memory[256];
  lodge_writer reply;
  lodge_writer_over(&reply, memory, sizeof memory);
  (void)lodge_mp_write_array(out, 3);
  (void)lodge_mp_write_int(
      out, calls_of(self)->call(host_of(self), target_of(self, call, "count"), NULL, 0, NULL, &reply, NULL));
  (void)lodge_mp_write_int(out, timers_of(self)->cancel(host_of(self), 1));
  return lodge_mp_write_int(out, store_of(self)->unwatch(host_of(self), 1));
}

/* Calls the function that it is, of the service that it is in. */
static int32_t call_again(void* self, const lodge_call* call, lodge_writer* out, const char* name) {
  return calls_of(self)->call(host_of(self), target_of(self, call, name), NULL, 0, NULL, out, NULL);
}

static int32_t recurse(void* self, const lodge_call* call, lodge_writer* out) {
  return call_again(self, call, out, "recurse");
}

static int32_t alone(void* self, const lodge_call* call, lodge_writer* out) {
  return call_again(self, call, out, "alone");
}

static void pass(void* user, lodge_handle timer) { (void)user, (void)timer; }

static void run_forever(void* user, lodge_handle timer) {
  (void)user, (void)timer;
  for (;;) (void)pause();
}

static int32_t endless_timer(void* self, const lodge_call* call, lodge_writer* out) {
  lodge_handle timer = 0;
  (void)call, (void)out;
  return timers_of(self)->start(host_of(self), 0, 0, run_forever, NULL, &timer);
}

typedef struct ghost {
  void* self;
  lodge_handle ticket;
  char journal[256];
} ghost;

static void note(const ghost* who, const char* what, int32_t code) {
  char line[64];
  const int size = snprintf(line, sizeof line, "%s %d\n", what, code);
  const int journal = open(who->journal, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (journal < 0) return;
  if (write(journal, line, (size_t)size) < 0) abort();
  (void)close(journal);
}

static void on_change(void* user, const lodge_watch_event* event) { (void)user, (void)event; }
static void on_answer(void* user, int32_t code, int32_t executed, lodge_slice const* reply) {
  (void)user, (void)code, (void)executed, (void)reply;
  abort(); /* nothing was started */
}

/* Outlives its call, its ticket and its instance, and writes down what the host says to each of them. */
static void* haunt_on(void* user) {
  ghost copied = *(ghost*)user;
  ghost* me = &copied;
  const lodge_host* host = host_of(me->self);
  const lodge_call_v1* calls = calls_of(me->self);
  lodge_handle handle = 0;
  free(user);
  while (calls->ticket_awaited(host, me->ticket) == LODGE_OK) pause_a_little();
  note(me, "complete", calls->complete(host, me->ticket, LODGE_DONE, NULL, 0));
  while (calls->resolve(host, "s", 1, "f", 1, 0, &handle) == LODGE_OK) pause_a_little();
  note(me, "resolve", calls->resolve(host, "s", 1, "f", 1, 0, &handle));
  note(me, "start", calls->start(host, handle, NULL, 0, NULL, on_answer, NULL, NULL));
  note(me, "cancel", calls->cancel(host, 1));
  note(me, "timer", timers_of(me->self)->start(host, 0, 0, run_forever, NULL, &handle));
  note(me, "put", store_of(me->self)->put(host, (const uint8_t*)"k", 1, NULL, 0, 0));
  note(me, "watch", store_of(me->self)->watch(host, NULL, 0, LODGE_WATCH_PREFIX, on_change, NULL, &handle));
  note(me, "name", names_of(me->self)->register_name(host, 0, (const uint8_t*)"n", 1, NULL, 0, NULL));
  note(me, "owner", names_of(me->self)->open_owner(host, "o", 1, &handle));
  tell(me->self, "a late line", 0);
  note(me, "the end", 0);
  return NULL;
}

static void* use_forever(void* user) {
  tell(user, "still here", 0);
  for (;;) {
    lodge_handle handle = 0;
    (void)timers_of(user)->now(host_of(user));
    (void)timers_of(user)->start(host_of(user), 0, 0, pass, NULL, &handle);
    (void)calls_of(user)->resolve(host_of(user), "s", 1, "f", 1, 0, &handle);
    (void)store_of(user)->put(host_of(user), (const uint8_t*)"k", 1, NULL, 0, 0);
  }
  return NULL;
}

static void* die(void* user) {
  tell(user, "about to die", 0);
  abort();
}

static int32_t begin(void* (*run)(void*), void* user) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, user) != 0) return LODGE_RESOURCE_EXHAUSTED;
  (void)pthread_detach(thread);
  return LODGE_OK;
}

/* The argument is the file in which the thread writes what it sees. */
static int32_t haunt(void* self, const lodge_call* call, lodge_writer* out) {
  lodge_mp_reader args = lodge_mp_reader_of(call->args.data, call->args.size);
  lodge_slice path;
  ghost* made = calloc(1, sizeof *made);
  if (made == NULL || lodge_mp_read_str(&args, &path) != LODGE_OK || path.size >= sizeof made->journal) {
    free(made);
    return lodge_fail(out, LODGE_INVALID_ARGUMENT, "expected a file");
  }
  made->self = self;
  memcpy(made->journal, path.data, path.size);
  if (calls_of(self)->defer(host_of(self), call, &made->ticket) != LODGE_OK || begin(haunt_on, made) != LODGE_OK) {
    free(made);
    return LODGE_INTERNAL;
  }
  return LODGE_DEFERRED;
}

static int32_t stay(void* self, const lodge_call* call, lodge_writer* out) {
  (void)call, (void)out;
  return begin(use_forever, self);
}

static int32_t die_elsewhere(void* self, const lodge_call* call, lodge_writer* out) {
  (void)call, (void)out;
  return begin(die, self);
}

static const char* const needs[] = {LODGE_CALL_V1, LODGE_LOG_V1, LODGE_NAMES_V1, LODGE_STORE_V1, LODGE_TIMER_V1};
static const lodge_callback callbacks[] = {
    ROGUE_FUNCTION(block, 0, 0, "Blocks until it is released"),
    ROGUE_FUNCTION(count, 0, 0, "How many have been blocked"),
    ROGUE_FUNCTION(release, 0, 0, "Lets go of all that are blocked"),
    ROGUE_FUNCTION(slow, 0, LODGE_QUICK, "Is slow, and declares itself quick"),
    ROGUE_FUNCTION(waits, 0, LODGE_QUICK, "Would wait, and declares itself quick"),
    ROGUE_FUNCTION(recurse, 0, 0, "Calls itself without end"),
    ROGUE_FUNCTION(alone, 0, LODGE_SERIAL, "Never twice at a time, and calls itself"),
    ROGUE_FUNCTION(endless_timer, 0, 0, "Starts a timer whose function never returns"),
    ROGUE_FUNCTION(haunt, 1, 0, "Leaves a thread behind that outlives its instance"),
    ROGUE_FUNCTION(stay, 0, 0, "Leaves a thread behind that never stops using its host"),
    ROGUE_FUNCTION(die_elsewhere, 0, 0, "Aborts on a thread of its own"),
};
static const lodge_hooks hooks = {.struct_size = sizeof(lodge_hooks), .create = create_rogue};

ROGUE_PLUGIN("rogue_threads", "Is where it should not be", &hooks)
