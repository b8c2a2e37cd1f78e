/* lodge.trace/1: spans of a plugin's own, and who hears of what is traced.
 *
 * A traced call has a span of its own, made by the host: lodge_call.trace, which calls that are made on its behalf are
 * below. With this a plugin divides it further. The host keeps spans that have ended (`lodgectl trace`) where their
 * trace is sampled or somebody listens; else beginning one costs a look, and nothing is kept.
 *
 * Plugins of the same service may hear of spans, events, metrics and log lines, and replace them, by callbacks: see
 * `tell`. What the C++ layer (trace.hpp) tells them, and what their answers mean, stands in plugins/trace. */
#ifndef LODGE_TRACE_H
#define LODGE_TRACE_H

#include <lodge/traceparent.h>
#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_TRACE_V1 "lodge.trace/1"

/* What is traced; the callback that hears of it, with one argument, a map. */
enum {
  LODGE_TRACE_SPAN_BEGUN = 1, /* trace_span_begun/1 */
  LODGE_TRACE_SPAN_ENDED = 2, /* trace_span_ended/1 */
  LODGE_TRACE_EVENT = 3,      /* trace_event/1 */
  LODGE_TRACE_METRIC = 4,     /* trace_metric/1 */
  LODGE_TRACE_LOG = 5         /* trace_log/1 */
};

enum {
  LODGE_SPANS_MAX = 4096,         /* that go on in one instance */
  LODGE_SPAN_ATTRIBUTES_MAX = 16, /* of one span, and as many events: what is more is only counted */
  LODGE_SPAN_TEXT_MAX = 256       /* bytes of a name, key, value or event: UTF-8, and what is longer is cut */
};

/* What a span is a part of: one of these, or none, and then it begins a trace. Borrowed. */
typedef struct lodge_span_parent {
  size_t struct_size;       /* sizeof(lodge_span_parent) */
  const lodge_call* call;   /* that this thread is answering now */
  lodge_handle ticket;      /* of a deferred call of this instance */
  lodge_handle span;        /* of this instance */
  const lodge_trace* trace; /* from elsewhere, as lodge_traceparent_read gives it */
} lodge_span_parent;

typedef struct lodge_trace_v1 {
  /* 1: a span below `parent` (NULL: of no parent) would be kept; 0: not. Ask before building dear text. [quick] */
  int32_t (*wanted)(const lodge_host* host, const lodge_span_parent* parent);
  /* Begins a span, which goes on until `end`, or ends CANCELLED with the instance. `*context` gets the trace that calls
   * within it carry (lodge_call_options.trace), all zero where there is none. `*span` is 0 where nothing is kept: each
   * function here takes that, and does nothing. INVALID_ARGUMENT: struct_size, more than one parent, no name; STALE:
   * the parent does not run on this thread, or is void, or the instance is gone; RESOURCE_EXHAUSTED: LODGE_SPANS_MAX.
   * [quick] */
  int32_t (*begin)(const lodge_host* host, const lodge_span_parent* parent, const char* name, size_t name_size,
                   lodge_handle* span, lodge_trace* context);
  /* Gives a span an attribute; the same key again replaces its value. STALE. [quick] */
  int32_t (*set)(const lodge_host* host, lodge_handle span, const char* key, size_t key_size, const char* value,
                 size_t value_size);
  /* Notes that something has happened within a span, and when. STALE. [quick] */
  int32_t (*event)(const lodge_host* host, lodge_handle span, const char* text, size_t text_size);
  /* Ends a span: LODGE_OK, or a code of status.h and what it says. Any other code counts as UNKNOWN. STALE. [quick] */
  int32_t (*end)(const lodge_host* host, lodge_handle span, int32_t code, const char* text, size_t text_size);
  /* Ends a span without keeping it. STALE. [quick] */
  int32_t (*discard)(const lodge_host* host, lodge_handle span);

  /* 1: a plugin of the instance's service implements the callback of LODGE_TRACE_...; 0: none does, or the service
   * takes no calls, or this thread is in such a callback, which does not hear of what it does itself. [quick] */
  int32_t (*listened)(const lodge_host* host, uint32_t kind);
  /* Walks the chain of that callback, with `record` (one msgpack map) as the argument; `answer`, empty at entry, gets
   * what came out, or an error's message. NOT_FOUND: nobody listens; FAILED_PRECONDITION: in a quick callback, unless
   * all who listen are quick too; INVALID_ARGUMENT: the kind, the record; STALE; or the callback's error. [any] */
  int32_t (*tell)(const lodge_host* host, uint32_t kind, const uint8_t* record, size_t record_size,
                  lodge_writer* answer);
} lodge_trace_v1;

#ifdef __cplusplus
}
#endif
#endif
