/* lodge.trace/1 as it was published, on LP64: every size, offset, signature and number. Plugins carry these numbers,
 * so this file is never edited. That it compiles is the test of all but the text. */
#include <lodge/trace.h>
#include <stdio.h>
#include <string.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has another size")
#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member " is elsewhere")
#define IS(constant, number) _Static_assert((constant) == (number), #constant " is another number")
#define MEMBER(type, member, ...) \
  _Static_assert(_Generic(((type*)0)->member, __VA_ARGS__ : 1, default : 0), #type "." #member " has another type")

SIZE(lodge_span_parent, 40);
AT(lodge_span_parent, struct_size, 0);
AT(lodge_span_parent, call, 8);
AT(lodge_span_parent, ticket, 16);
AT(lodge_span_parent, span, 24);
AT(lodge_span_parent, trace, 32);
SIZE(lodge_trace_v1, 64);
AT(lodge_trace_v1, wanted, 0);
AT(lodge_trace_v1, begin, 8);
AT(lodge_trace_v1, set, 16);
AT(lodge_trace_v1, event, 24);
AT(lodge_trace_v1, end, 32);
AT(lodge_trace_v1, discard, 40);
AT(lodge_trace_v1, listened, 48);
AT(lodge_trace_v1, tell, 56);
MEMBER(lodge_trace_v1, wanted, int32_t (*)(const lodge_host*, const lodge_span_parent*));
MEMBER(lodge_trace_v1, begin,
       int32_t (*)(const lodge_host*, const lodge_span_parent*, const char*, size_t, lodge_handle*, lodge_trace*));
MEMBER(lodge_trace_v1, set, int32_t (*)(const lodge_host*, lodge_handle, const char*, size_t, const char*, size_t));
MEMBER(lodge_trace_v1, event, int32_t (*)(const lodge_host*, lodge_handle, const char*, size_t));
MEMBER(lodge_trace_v1, end, int32_t (*)(const lodge_host*, lodge_handle, int32_t, const char*, size_t));
MEMBER(lodge_trace_v1, discard, int32_t (*)(const lodge_host*, lodge_handle));
MEMBER(lodge_trace_v1, listened, int32_t (*)(const lodge_host*, uint32_t));
MEMBER(lodge_trace_v1, tell, int32_t (*)(const lodge_host*, uint32_t, const uint8_t*, size_t, lodge_writer*));
IS(LODGE_TRACE_SAMPLED, 1);
IS(LODGE_TRACE_SPAN_BEGUN, 1);
IS(LODGE_TRACE_SPAN_ENDED, 2);
IS(LODGE_TRACE_EVENT, 3);
IS(LODGE_TRACE_METRIC, 4);
IS(LODGE_TRACE_LOG, 5);
IS(LODGE_SPANS_MAX, 4096);
IS(LODGE_SPAN_ATTRIBUTES_MAX, 16);
IS(LODGE_SPAN_TEXT_MAX, 256);
IS(LODGE_TRACEPARENT_SIZE, 55);

int main(void) {
  if (strcmp(LODGE_TRACE_V1, "lodge.trace/1") == 0) return 0;
  fprintf(stderr, "\"%s\" was \"lodge.trace/1\"\n", LODGE_TRACE_V1);
  return 1;
}
