/* Answers that break a rule: twice, never, late, from elsewhere, or with what is no answer. */
#include <pthread.h>
#include <stdlib.h>

#include "rogue.h"

static int32_t twice(void* self, const lodge_call* call, lodge_writer* out) {
  static const uint8_t one = 1, two = 2;
  lodge_handle ticket = 0;
  (void)out;
  if (calls_of(self)->defer(host_of(self), call, &ticket) != LODGE_OK) return LODGE_INTERNAL;
  (void)calls_of(self)->complete(host_of(self), ticket, LODGE_DONE, &one, 1);
  tell(self, "the second answer got", calls_of(self)->complete(host_of(self), ticket, LODGE_DONE, &two, 1));
  return LODGE_DEFERRED;
}

/* Takes a ticket, and answers all the same. */
static int32_t itself_too(void* self, const lodge_call* call, lodge_writer* out) {
  lodge_handle ticket = 0;
  if (calls_of(self)->defer(host_of(self), call, &ticket) != LODGE_OK) return LODGE_INTERNAL;
  return lodge_mp_write_int(out, 1);
}

static int32_t never(void* self, const lodge_call* call, lodge_writer* out) {
  lodge_handle ticket = 0;
  (void)out;
  return calls_of(self)->defer(host_of(self), call, &ticket) == LODGE_OK ? LODGE_DEFERRED : LODGE_INTERNAL;
}

/* Does not come back before its caller has gone, by some ticks of the clock that deadlines are kept by. */
static int32_t late(void* self, const lodge_call* call, lodge_writer* out) {
  int i;
  while (calls_of(self)->awaited(host_of(self), call) == LODGE_OK) pause_a_little();
  for (i = 0; i < 100; ++i) pause_a_little();
  return lodge_mp_write_int(out, 1);
}

typedef struct deferred {
  void* self;
  const lodge_call* call; /* not to be followed: only offered to the host again */
  lodge_handle ticket;
} deferred;

/* Takes the ticket of `call` to a thread of its own. */
static int32_t answer_on_a_thread(void* self, const lodge_call* call, void* (*run)(void*)) {
  pthread_t thread;
  deferred* taken = malloc(sizeof *taken);
  if (taken == NULL) return LODGE_RESOURCE_EXHAUSTED;
  taken->self = self;
  taken->call = call;
  if (calls_of(self)->defer(host_of(self), call, &taken->ticket) != LODGE_OK ||
      pthread_create(&thread, NULL, run, taken) != 0) {
    free(taken);
    return LODGE_INTERNAL;
  }
  (void)pthread_detach(thread);
  return LODGE_DEFERRED;
}

static void* complete_late(void* user) {
  const deferred taken = *(deferred*)user;
  const lodge_call_v1* calls = calls_of(taken.self);
  free(user);
  while (calls->ticket_awaited(host_of(taken.self), taken.ticket) == LODGE_OK) pause_a_little();
  tell(taken.self, "the late answer got", calls->complete(host_of(taken.self), taken.ticket, LODGE_DONE, NULL, 0));
  return NULL;
}

static int32_t late_ticket(void* self, const lodge_call* call, lodge_writer* out) {
  (void)out;
  return answer_on_a_thread(self, call, complete_late);
}

/* The answer is what a thread gets that is not answering the call: for taking its ticket, for asking about it. */
static void* complete_elsewhere(void* user) {
  const deferred taken = *(deferred*)user;
  const lodge_call_v1* calls = calls_of(taken.self);
  uint8_t memory[16];
  lodge_writer out;
  lodge_handle second = 0;
  free(user);
  lodge_writer_over(&out, memory, sizeof memory);
  (void)lodge_mp_write_array(&out, 2);
  (void)lodge_mp_write_int(&out, calls->defer(host_of(taken.self), taken.call, &second));
  (void)lodge_mp_write_int(&out, calls->awaited(host_of(taken.self), taken.call));
  (void)calls->complete(host_of(taken.self), taken.ticket, LODGE_DONE, out.data, out.size);
  return NULL;
}

static int32_t elsewhere(void* self, const lodge_call* call, lodge_writer* out) {
  (void)out;
  return answer_on_a_thread(self, call, complete_elsewhere);
}

static int32_t garbage(void* self, const lodge_call* call, lodge_writer* out) {
  static const uint8_t bytes[] = {0xc1, 0xff};
  (void)self, (void)call;
  return lodge_write(out, bytes, sizeof bytes);
}

static int32_t two_values(void* self, const lodge_call* call, lodge_writer* out) {
  static const uint8_t bytes[] = {1, 2};
  (void)self, (void)call;
  return lodge_write(out, bytes, sizeof bytes);
}

/* Says that it wrote more than there is room for. */
static int32_t too_much(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call;
  out->size = out->capacity + 4096;
  return LODGE_DONE;
}

/* Says that there is more room than there is, and that it has used it. */
static int32_t more_room(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call;
  out->capacity += 4096;
  out->size = out->capacity;
  return LODGE_DONE;
}

/* Answers with a buffer of its own in place of the host's. */
static int32_t own_buffer(void* self, const lodge_call* call, lodge_writer* out) {
  static uint8_t nil[1] = {0xc0};
  (void)self, (void)call;
  out->data = nil;
  out->size = out->capacity = sizeof nil;
  return LODGE_DONE;
}

static int32_t no_verdict(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  return 77;
}

static int32_t no_code(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call;
  return lodge_fail(out, -77, "of my own making");
}

static int32_t no_ticket(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  return LODGE_DEFERRED;
}

static int32_t passed_on(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  return LODGE_CONTINUE;
}

/* One argument in, two on their way to the next link. */
static int32_t more_arguments(void* self, const lodge_call* call, lodge_writer* out) {
  return two_values(self, call, out) == LODGE_OK ? LODGE_CONTINUE_WITH : LODGE_INTERNAL;
}

static const char* const needs[] = {LODGE_CALL_V1, LODGE_LOG_V1};
static const lodge_callback callbacks[] = {
    ROGUE_FUNCTION(twice, 0, 0, "Completes its ticket twice"),
    ROGUE_FUNCTION(itself_too, 0, 0, "Takes a ticket and answers itself"),
    ROGUE_FUNCTION(never, 0, 0, "Forgets its ticket"),
    ROGUE_FUNCTION(late, 0, 0, "Comes back after its deadline"),
    ROGUE_FUNCTION(late_ticket, 0, 0, "Completes its ticket after its deadline"),
    ROGUE_FUNCTION(elsewhere, 0, 0, "Answers from a thread of its own"),
    ROGUE_FUNCTION(garbage, 0, 0, "Answers with what is no msgpack"),
    ROGUE_FUNCTION(two_values, 0, 0, "Answers with two values"),
    ROGUE_FUNCTION(too_much, 0, 0, "Overstates what it wrote"),
    ROGUE_FUNCTION(more_room, 0, 0, "Overstates the room it has"),
    ROGUE_FUNCTION(own_buffer, 0, 0, "Puts a buffer of its own in place of the host's"),
    ROGUE_FUNCTION(no_verdict, 0, 0, "Answers with an unknown verdict"),
    ROGUE_FUNCTION(no_code, 0, 0, "Answers with an unknown error"),
    ROGUE_FUNCTION(no_ticket, 0, 0, "Says that it will answer later and cannot"),
    ROGUE_FUNCTION(passed_on, 0, 0, "Passes a function on"),
    {"more_arguments", more_arguments, 1, 0, NULL, NULL, "Continues with two arguments for one"},
};
static const lodge_hooks hooks = {.struct_size = sizeof(lodge_hooks), .create = create_rogue};

ROGUE_PLUGIN("rogue_answers", "Answers as nobody should", &hooks)
