/* lodge.metric/1 as it was published, on LP64: every size, offset, signature and number. Plugins carry these numbers,
 * so this file is never edited. That it compiles is the test of all but the text. */
#include <lodge/metric.h>
#include <stdio.h>
#include <string.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has another size")
#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member " is elsewhere")
#define IS(constant, number) _Static_assert((constant) == (number), #constant " is another number")
#define MEMBER(type, member, ...) \
  _Static_assert(_Generic(((type*)0)->member, __VA_ARGS__ : 1, default : 0), #type "." #member " has another type")

SIZE(lodge_metric_label, 32);
AT(lodge_metric_label, name, 0);
AT(lodge_metric_label, value, 16);
SIZE(lodge_metric_series, 80);
AT(lodge_metric_series, struct_size, 0);
AT(lodge_metric_series, kind, 8);
AT(lodge_metric_series, reserved, 12);
AT(lodge_metric_series, name, 16);
AT(lodge_metric_series, help, 32);
AT(lodge_metric_series, labels, 48);
AT(lodge_metric_series, bounds, 64);
SIZE(lodge_metric_v1, 32);
AT(lodge_metric_v1, open, 0);
AT(lodge_metric_v1, add, 8);
AT(lodge_metric_v1, set, 16);
AT(lodge_metric_v1, observe, 24);
MEMBER(lodge_metric_v1, open, int32_t (*)(const lodge_host*, const lodge_metric_series*, lodge_handle*, lodge_writer*));
MEMBER(lodge_metric_v1, add, int32_t (*)(const lodge_host*, lodge_handle, double));
MEMBER(lodge_metric_v1, set, int32_t (*)(const lodge_host*, lodge_handle, double));
MEMBER(lodge_metric_v1, observe, int32_t (*)(const lodge_host*, lodge_handle, double));
IS(LODGE_METRIC_COUNTER, 1);
IS(LODGE_METRIC_GAUGE, 2);
IS(LODGE_METRIC_HISTOGRAM, 3);
IS(LODGE_METRIC_SERIES_MAX, 1000);
IS(LODGE_METRIC_LABELS_MAX, 8);
IS(LODGE_METRIC_BOUNDS_MAX, 32);

int main(void) {
  if (strcmp(LODGE_METRIC_V1, "lodge.metric/1") == 0) return 0;
  fprintf(stderr, "\"%s\" was \"lodge.metric/1\"\n", LODGE_METRIC_V1);
  return 1;
}
