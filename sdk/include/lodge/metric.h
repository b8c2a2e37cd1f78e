/* lodge.metric/1: counters, gauges and histograms of a plugin's own, which operators read with those of the host
 * (`lodgectl metrics`, the text format of Prometheus).
 *
 * A series has a name and labels; the host adds the label `service`, and shows the name as plugin_PLUGIN_name. Series
 * live as long as the instance that opened them: open each once, in `create` or `start`, not at each call. Label values
 * come from a set that is known and small; what users make up (names, ids, paths) is none. */
#ifndef LODGE_METRIC_H
#define LODGE_METRIC_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_METRIC_V1 "lodge.metric/1"

enum { LODGE_METRIC_COUNTER = 1, LODGE_METRIC_GAUGE = 2, LODGE_METRIC_HISTOGRAM = 3 };

enum {
  LODGE_METRIC_SERIES_MAX = 1000, /* of one instance */
  LODGE_METRIC_LABELS_MAX = 8,
  LODGE_METRIC_BOUNDS_MAX = 32
};

/* One label. Name: a-z or _ first, then a-z, 0-9 and _, at most 64 bytes; not `service`, `le`, nor beginning with two
 * underscores. Value: UTF-8, at most 128 bytes. Borrowed. */
typedef struct lodge_metric_label {
  lodge_slice name;
  lodge_slice value;
} lodge_metric_label;

/* One series. Borrowed. */
typedef struct lodge_metric_series {
  size_t struct_size; /* bytes, as the plugin was compiled */
  uint32_t kind;      /* LODGE_METRIC_... */
  uint32_t reserved;  /* 0 */
  /* a-z first, then a-z, 0-9 and _, at most 64 bytes; units last, as seconds or bytes. That of a counter ends in
   * _total, no other one does, nor in _bucket, _sum or _count. */
  lodge_slice name;
  lodge_slice help;  /* one sentence: what it counts; UTF-8, at most 256 bytes */
  lodge_list labels; /* of lodge_metric_label: at most LODGE_METRIC_LABELS_MAX */
  lodge_list bounds; /* of double: a histogram's upper bounds, inclusive, finite, rising, at most
                      * LODGE_METRIC_BOUNDS_MAX; none: those of the host's own times, from 100 ns to 10 s in seconds */
} lodge_metric_series;

typedef struct lodge_metric_v1 {
  /* Opens a series, at zero; the same name and labels again give the same handle. What stands in the way is appended to
   * `why` (may be NULL) as text. INVALID_ARGUMENT: a name, label or bound breaks its rule; ALREADY_EXISTS: the name is
   * of another kind, has other bounds, or is shown as another plugin's; RESOURCE_EXHAUSTED: LODGE_METRIC_SERIES_MAX
   * series of this instance, or as many as the host has room for; FAILED_PRECONDITION: in a quick callback, since it
   * may wait; STALE. [any] */
  int32_t (*open)(const lodge_host* host, const lodge_metric_series* series, lodge_handle* metric, lodge_writer* why);
  /* Adds to a counter. INVALID_ARGUMENT: `by` is negative or not finite; FAILED_PRECONDITION: no counter; STALE: no
   * series of this instance. [quick] */
  int32_t (*add)(const lodge_host* host, lodge_handle metric, double by);
  /* Sets a gauge. INVALID_ARGUMENT: not a number; FAILED_PRECONDITION: no gauge; STALE. [quick] */
  int32_t (*set)(const lodge_host* host, lodge_handle metric, double value);
  /* Counts a value in a histogram. INVALID_ARGUMENT: not finite; FAILED_PRECONDITION: no histogram; STALE. [quick] */
  int32_t (*observe)(const lodge_host* host, lodge_handle metric, double value);
} lodge_metric_v1;

#ifdef __cplusplus
}
#endif
#endif
