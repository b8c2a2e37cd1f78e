/* lodge.call/1: call services, and answer later.
 *
 * A call names a service, a callback (or function) and a number of arguments. On the same node it runs on the calling
 * thread: no queue, no copy. Every call is answered exactly once. */
#ifndef LODGE_CALL_H
#define LODGE_CALL_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_CALL_V1 "lodge.call/1"

/* Flags of lodge_call (what a link sees) and of lodge_call_options (what a caller asks). */
enum {
  LODGE_CALL_OUTSIDE = 1,   /* seen: the call entered from outside the services of this node */
  LODGE_CALL_IDEMPOTENT = 2 /* asked and seen: the caller does not mind if it runs twice */
};

/* How a call is made. Borrowed until the function that takes it returns. */
typedef struct lodge_call_options {
  size_t struct_size; /* sizeof(lodge_call_options) */
  uint32_t flags;     /* LODGE_CALL_IDEMPOTENT */
  uint32_t reserved;  /* 0 */
  /* How long the caller waits, in nanoseconds; 0: the parent's deadline, or the host's default (15 s). The deadline of
   * the parent is never exceeded. */
  int64_t timeout_ns;
  /* The call on whose behalf this one is made: deadline, trace and chain of callers carry over. At most one of the two:
   * a call that is running on this thread now, or the ticket of a deferred one. NULL and 0: none. */
  const lodge_call* parent;
  lodge_handle parent_ticket;
  const lodge_trace* trace; /* NULL: the parent's */
} lodge_call_options;

/* Takes the answer to a call made by `start`: a result (code LODGE_OK, `reply` one msgpack value) or an error (a
 * negative code, `reply` its message). `reply` is borrowed. Called exactly once for each `start` that answered
 * LODGE_OK, and before the instance's `destroy`: calls still under way when its `stop` has returned are given up, and
 * get CANCELLED. [any], on a worker. */
typedef void (*lodge_done_fn)(void* user, int32_t code, int32_t executed, lodge_slice const* reply);

typedef struct lodge_call_v1 {
  /* A target to call again and again. It stays valid whether or not the service runs, and follows it through restarts.
   * RESOURCE_EXHAUSTED: this plugin, through all its instances in this service, was the first to resolve 4,096 targets
   * (what somebody has resolved before costs nothing), or the node has 1,048,576; INVALID_ARGUMENT for an impossible
   * name or arity. [quick] */
  int32_t (*resolve)(const lodge_host* host, const char* service, size_t service_size, const char* name,
                     size_t name_size, uint32_t arity, lodge_handle* target);

  /* Calls and waits. `args`: msgpack, as many values as the target's arity, one after another. `reply`: empty at
   * entry; the result, or the error's message, is appended to it, from this thread. `executed` may be NULL. Returns
   * LODGE_OK or the error: UNAVAILABLE (no such service, or not running; executed = no), UNIMPLEMENTED (nobody answers
   * name/arity), INVALID_ARGUMENT (args are not `arity` values), DEADLINE_EXCEEDED, DEADLOCK, FAILED_PRECONDITION (in a
   * quick callback, unless all links of the target are quick too), or what the callee answered. [any] */
  int32_t (*call)(const lodge_host* host, lodge_handle target, const uint8_t* args, size_t args_size,
                  const lodge_call_options* options, lodge_writer* reply, int32_t* executed);

  /* Calls without waiting: returns once the call is queued, `done` gets the answer (never before `start` returns to a
   * caller on the same thread). `args` are copied. `done` may be NULL: one-way. `*pending` (may be NULL) can be
   * cancelled; a one-way call goes on when the instance stops. `done` is not called where this answers an error:
   * RESOURCE_EXHAUSTED (the queue is full), FAILED_PRECONDITION (the instance's `stop` has returned), INVALID_ARGUMENT
   * or STALE (the target, the options). [quick] */
  int32_t (*start)(const lodge_host* host, lodge_handle target, const uint8_t* args, size_t args_size,
                   const lodge_call_options* options, lodge_done_fn done, void* user, lodge_handle* pending);

  /* Gives up a pending call: `done` gets CANCELLED, unless its answer is on the way already. STALE: it was answered, or
   * started by another instance. [quick] */
  int32_t (*cancel)(const lodge_host* host, lodge_handle pending);

  /* Takes the ticket of the call that this thread is answering now; the callback must then return LODGE_DEFERRED and
   * may not touch `call` afterwards. STALE: `call` is not being answered on this thread by this instance, or has a
   * ticket already. A ticket never completed is answered by the call's deadline, or when the service stops. [quick] */
  int32_t (*defer)(const lodge_host* host, const lodge_call* call, lodge_handle* ticket);

  /* Completes a ticket with a verdict (any but LODGE_DEFERRED) or a negative code, and the bytes that the writer would
   * have held. With LODGE_CONTINUE or LODGE_CONTINUE_WITH the chain resumes at the next link, on a worker. STALE: the
   * ticket was completed, cancelled or has outlived its deadline. INVALID_ARGUMENT: an impossible verdict or data; the
   * ticket lives on. [quick] */
  int32_t (*complete)(const lodge_host* host, lodge_handle ticket, int32_t verdict, const uint8_t* data, size_t size);

  /* LODGE_OK while someone waits for the answer; DEADLINE_EXCEEDED, CANCELLED or STALE when nobody does. [quick] */
  int32_t (*awaited)(const lodge_host* host, const lodge_call* call);
  /* The same of a deferred call; STALE also where its ticket was completed. [quick] */
  int32_t (*ticket_awaited)(const lodge_host* host, lodge_handle ticket);
} lodge_call_v1;

#ifdef __cplusplus
}
#endif
#endif
