/* Error codes, verdicts and the executed fact: the numbers that cross the border, and the wire.
 *
 * Every function of the ABI that can fail returns an int32_t: LODGE_OK or one of the negative codes below. The first
 * sixteen are gRPC's canonical codes, negated, under their own names; the last three are ours. */
#ifndef LODGE_STATUS_H
#define LODGE_STATUS_H

#include <stdint.h>

/* X(NAME, NUMBER, MEANING): the one list of codes. */
#define LODGE_ERROR_CODES(X)                                                        \
  X(CANCELLED, -1, "the caller gave up")                                            \
  X(UNKNOWN, -2, "an error without a better code")                                  \
  X(INVALID_ARGUMENT, -3, "an argument is wrong, whatever the state of the system") \
  X(DEADLINE_EXCEEDED, -4, "the deadline passed first")                             \
  X(NOT_FOUND, -5, "what was asked for does not exist")                             \
  X(ALREADY_EXISTS, -6, "what was to be created exists")                            \
  X(PERMISSION_DENIED, -7, "the caller may not do this")                            \
  X(RESOURCE_EXHAUSTED, -8, "a limit, a quota or a queue is full")                  \
  X(FAILED_PRECONDITION, -9, "not in this state, or not on this thread")            \
  X(ABORTED, -10, "lost a race; the whole may be tried again")                      \
  X(OUT_OF_RANGE, -11, "past the valid range")                                      \
  X(UNIMPLEMENTED, -12, "nobody implements this")                                   \
  X(INTERNAL, -13, "a bug: an invariant is broken, or an exception got out")        \
  X(UNAVAILABLE, -14, "not reachable or not running now; a retry may help")         \
  X(DATA_LOSS, -15, "data is lost or corrupt beyond repair")                        \
  X(UNAUTHENTICATED, -16, "who the caller is could not be established")             \
  X(STALE, -17, "a handle used late or twice")                                      \
  X(DEADLOCK, -18, "a call that could never end")                                   \
  X(FENCED, -19, "a former owner acts on what is no longer its own")

/* LODGE_CANCELLED = -1 and so on. Constants only: every signature says int32_t. */
enum {
#define LODGE_ERROR_CODE_CONSTANT(name, number, meaning) LODGE_##name = number,
  LODGE_ERROR_CODES(LODGE_ERROR_CODE_CONSTANT)
#undef LODGE_ERROR_CODE_CONSTANT
      LODGE_OK = 0
};

/* What a callback returns, beside the negative codes. What lies in its writer is read accordingly. */
enum {
  LODGE_DONE = 0,          /* the walk ends; the writer holds the result: one value (nothing written: nil) */
  LODGE_CONTINUE = 1,      /* the next link gets the same arguments; what was written is ignored */
  LODGE_CONTINUE_WITH = 2, /* the next link gets the arguments in the writer: as many values as this link was given */
  LODGE_DEFERRED = 3       /* a ticket taken by lodge.call/1 `defer` will complete this link later */
};
/* A negative code ends the walk with that error; the writer then holds its message, UTF-8 text (not msgpack). */

/* Whether the code that was called ran: decides if a retry is safe. A fact of one result, not of its code. */
enum { LODGE_EXECUTED_NO = 0, LODGE_EXECUTED_MAYBE = 1, LODGE_EXECUTED_YES = 2 };

#endif
