/* The few types that every interface shares. All numbers are fixed-width; text is UTF-8, never NUL-terminated unless a
 * declaration says `const char *`; values are msgpack.
 *
 * Ownership, everywhere: what goes into a function is borrowed until it returns; what comes out is appended to a writer
 * that the receiver owns. Nobody frees the other's memory. */
#ifndef LODGE_TYPES_H
#define LODGE_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include <lodge/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Thread tags. Each function in these headers carries exactly one:
 *   [any]     from any thread, several at a time. One of the host's may wait, or run as long as there is data: in a
 *             quick callback it then answers FAILED_PRECONDITION, and the host's log names the plugin
 *   [quick]   the same, and may run on the host's loop thread: returns within some 20 us and calls nothing that waits
 *   [serial]  never two at a time for one instance
 *   [hook]    a lifecycle hook: one at a time for one instance, no callback of that instance running yet or still,
 *             unless its description says that they do */

/* Borrowed bytes or text. `data` may be NULL only where size is 0. */
typedef struct lodge_slice {
  const void* data;
  size_t size; /* bytes */
} lodge_slice;

/* An appendable buffer, owned by whoever receives what is written. The other side appends: where size + n > capacity it
 * calls reserve(w, n) first, then copies to data + size and raises size. It may also lower size to take back what it
 * appended itself. data may move in reserve. Used by one thread at a time. */
typedef struct lodge_writer {
  uint8_t* data;
  size_t size;     /* bytes written */
  size_t capacity; /* bytes there are room for */
  /* [any] Makes room for `more` bytes beyond size. LODGE_OK, or LODGE_RESOURCE_EXHAUSTED with nothing changed. */
  int32_t (*reserve)(struct lodge_writer* w, size_t more);
} lodge_writer;

/* An array of records that may grow a tail in later SDKs: `item_size` is the distance between two of them as the
 * writer of the array was compiled. A reader accepts longer records only if the tail that it does not know is zero.
 * Borrowed, or constant data of a plugin: what it stands in says which. */
typedef struct lodge_list {
  const void* items; /* NULL only where count is 0 */
  uint32_t count;
  uint32_t item_size; /* bytes */
} lodge_list;

/* Names a thing that the host holds for a plugin (a ticket, a timer, a watch ...): a slot and its generation, never an
 * address. 0 names nothing. Used late, or twice, it answers LODGE_STALE. */
typedef uint64_t lodge_handle;

/* W3C trace context of a call. All zero: not traced. */
typedef struct lodge_trace {
  uint8_t trace_id[16];
  uint8_t span_id[8];
  uint32_t flags; /* W3C trace-flags: bit 0 is "sampled" */
} lodge_trace;

/* What a plugin instance knows its host by. Valid from `create` until the process ends: used after the instance was
 * destroyed, every interface function answers LODGE_STALE. */
typedef struct lodge_host {
  size_t struct_size; /* bytes, as the host was compiled */
  /* [any] The interface of that id ("lodge.store/1"), a pointer to a frozen table that lives as long as the process; or
   * NULL: the host has no such interface, or the operator denied it to this plugin. */
  const void* (*query)(const struct lodge_host* host, const char* id, size_t id_size);
} lodge_host;

/* One link's view of a call. Everything in it is borrowed until the callback returns. */
typedef struct lodge_call {
  size_t struct_size; /* bytes, as the host was compiled */
  uint32_t arity;     /* number of arguments */
  uint32_t flags;     /* LODGE_CALL_... of call.h */
  lodge_slice args;   /* msgpack: `arity` values, one after another, checked to be well formed */
  /* When the caller stops waiting: nanoseconds on the clock of lodge.timer/1 `now`; INT64_MAX: never. */
  int64_t deadline_ns;
  lodge_slice service;      /* the service being called */
  lodge_slice name;         /* the callback or function being called */
  lodge_slice caller;       /* the calling service; empty: from outside the services of this node */
  const lodge_trace* trace; /* NULL: not traced */
} lodge_call;

#ifdef __cplusplus
}
#endif
#endif
