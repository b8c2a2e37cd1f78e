/* lodge.timer/1: the host's clock, and things to do later. */
#ifndef LODGE_TIMER_H
#define LODGE_TIMER_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_TIMER_V1 "lodge.timer/1"

/* Runs on a worker. Never overlaps itself: a firing that comes while the last one still runs is skipped.
 * [serial] for one timer. */
typedef void (*lodge_timer_fn)(void* user, lodge_handle timer);

typedef struct lodge_timer_v1 {
  /* Nanoseconds on the host's monotonic clock; in tests it may be virtual. [quick] */
  int64_t (*now)(const lodge_host* host);
  /* Wall clock, nanoseconds since 1970-01-01 UTC; it may jump. [quick] */
  int64_t (*wall)(const lodge_host* host);
  /* Runs `fn` after delay_ns, then each period_ns (0: once; less than 1 ms: each millisecond). Precision about a
   * millisecond. Ends with the instance.
   * INVALID_ARGUMENT: a negative time; RESOURCE_EXHAUSTED: more than 65,536 timers of this instance; STALE. [quick] */
  int32_t (*start)(const lodge_host* host, int64_t delay_ns, int64_t period_ns, lodge_timer_fn fn, void* user,
                   lodge_handle* timer);
  /* Ends a timer; `fn` is not running when this returns (unless called from within `fn`). STALE: over already, or
   * another instance's. FAILED_PRECONDITION: in a quick callback, since it may wait. [any] */
  int32_t (*cancel)(const lodge_host* host, lodge_handle timer);
} lodge_timer_v1;

#ifdef __cplusplus
}
#endif
#endif
