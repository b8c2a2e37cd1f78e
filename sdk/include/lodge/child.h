/* lodge.child/1: what a plugin starts that lives on by itself (a thread, a timer, a socket), and the host keeps alive.
 *
 * A child is a pair of functions, start and stop. It tells when it ends by itself; the host then runs stop, and, as its
 * restart kind and the instance's strategy say, start again. One that has to be started again too often fails its
 * service: that stops, and is tried again as a whole. A pause leaves children alone. When the service stops, they are
 * stopped behind the instance's `stop` hook, the last one started first; from that hook on none is started (again).
 *
 * Start, stop and release run one at a time for one instance, never on the loop thread: the first start on the thread
 * of who starts the child, all else on threads of the host's that are no workers. They may block; while one does, the
 * others of this instance wait. What a child holds must be gone when stop returns: threads joined, timers cancelled. */
#ifndef LODGE_CHILD_H
#define LODGE_CHILD_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_CHILD_V1 "lodge.child/1"

/* Restart kinds: when a child that has ended is started again. */
enum {
  LODGE_CHILD_PERMANENT = 0, /* always */
  LODGE_CHILD_TRANSIENT = 1, /* unless it ended with LODGE_OK */
  LODGE_CHILD_TEMPORARY = 2  /* never */
};
/* Strategies: what is started again when one child has to be. */
enum {
  LODGE_ONE_FOR_ONE = 0, /* that child */
  LODGE_ONE_FOR_ALL = 1  /* all children of the instance but the temporary ones, which are over */
};

/* A child to be started. Borrowed until `start` returns. */
typedef struct lodge_child {
  size_t struct_size; /* sizeof(lodge_child) */
  lodge_slice name;   /* for people: 1 to 64 bytes, UTF-8; need not be unique */
  uint32_t restart;   /* LODGE_CHILD_... */
  uint32_t reserved;  /* 0 */
  /* Starts the child. `run` is this run of it: what `exit` takes, as soon as this is called. LODGE_OK, or a code and
   * its message in `error`: then stop is not called. An error is the answer of `start`, or, if the child was to be
   * started again, counts as if it had died; the next try comes a little later. [serial] */
  int32_t (*start)(void* user, lodge_handle run, lodge_writer* error);
  /* Ends that run, whether or not it has ended by itself; once for each start that succeeded. [serial] */
  void (*stop)(void* user, lodge_handle run);
  /* May be NULL. The child is over and `user` is not used any more; once where `start` of the table has answered
   * LODGE_OK, else never. [serial] */
  void (*release)(void* user);
  void* user;
  /* A unique name of lodge.names/1 to hold as long as there is the child, also between its runs; size 0: none. Both
   * happen or neither: where the name is held by another the child is not started; where that fails the name is given
   * back. */
  lodge_slice unique_name;
  lodge_slice unique_value; /* msgpack, at most 64 KiB; empty: nil */
} lodge_child;

/* One child, as `list` shows it. Borrowed. */
typedef struct lodge_child_entry {
  size_t struct_size; /* bytes, as the host was compiled */
  lodge_handle child;
  lodge_slice name;
  uint32_t restart;      /* LODGE_CHILD_... */
  uint32_t up;           /* 1: started; 0: being started, stopped, or waiting to be started again */
  int64_t since_ns;      /* wall clock: of its last start */
  uint64_t restarts;     /* how often it has been started again */
  int32_t last_code;     /* how its last run ended by itself */
  uint32_t has_ended;    /* 0: none has */
  lodge_slice last_text; /* the message of it */
} lodge_child_entry;

/* Sees one child; 0: go on, anything else: stop. [any], on the thread that called `list`. */
typedef int32_t (*lodge_child_visit_fn)(void* user, const lodge_child_entry* entry);

/* All of it answers STALE once the instance is gone. Nothing but `start` waits. */
typedef struct lodge_child_v1 {
  /* Starts a child, in the `start` hook or at any time from then on until `stop`, and waits until its start function
   * has returned. `error` (may be NULL) gets the message of whatever is in the way; `child` is for `stop`.
   * INVALID_ARGUMENT: the structure is wrong; ALREADY_EXISTS: the unique name is held, by whom the message says;
   * PERMISSION_DENIED: a unique name without lodge.names/1; RESOURCE_EXHAUSTED: 1,024 children in this instance, or too
   * many names; FAILED_PRECONDITION: before `start`, while the instance stops, or in a quick callback;
   * DEADLINE_EXCEEDED: a start or stop of another child of this instance has not returned for 10 s; else what the start
   * function answered. [any] */
  int32_t (*start)(const lodge_host* host, const lodge_child* spec, lodge_writer* error, lodge_handle* child);
  /* Has a child stopped and forgotten, and returns at once: a child may stop itself. `release` tells when it is over.
   * STALE: it is over already, or another instance's. [quick] */
  int32_t (*stop)(const lodge_host* host, lodge_handle child);
  /* That run has ended by itself: with LODGE_OK as it should, else with an error code of status.h (any other number
   * counts as UNKNOWN) and a message of at most 1 KiB, which the service fails with if this happens too often. From any
   * thread, also from within the start function. STALE: told already, or that run has been stopped. [quick] */
  int32_t (*exit)(const lodge_host* host, lodge_handle run, int32_t code, const char* message, size_t message_size);
  /* What is started again when a child ends, and how often within `period_ns` before the service fails; at first
   * LODGE_ONE_FOR_ONE, 3 restarts in 5 s. INVALID_ARGUMENT: no such strategy, more than 10,000 restarts, a period that
   * is not 1 ms to 1 h. [quick] */
  int32_t (*supervise)(const lodge_host* host, uint32_t strategy, uint32_t restarts_max, int64_t period_ns);
  /* Shows the children of this instance to `fn`, in the order of their first starts. FAILED_PRECONDITION: in a quick
   * callback. [any] */
  int32_t (*list)(const lodge_host* host, lodge_child_visit_fn fn, void* user);
} lodge_child_v1;

#ifdef __cplusplus
}
#endif
#endif
