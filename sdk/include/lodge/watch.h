/* Watches: what stores, names and node configuration have in common when they tell of changes.
 *
 * An instance has at most 65,536 watches on its store, as many on names, and as many on node configuration; one more is
 * answered RESOURCE_EXHAUSTED. */
#ifndef LODGE_WATCH_H
#define LODGE_WATCH_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What happened. */
enum {
  LODGE_WATCH_PUT = 1,  /* the entry came, or has a new value: `value` is it */
  LODGE_WATCH_GONE = 2, /* the entry was deleted, expired, or its owner is gone: `value` is empty */
  LODGE_WATCH_LOST = 3  /* the watcher was too slow and missed changes: read again what matters. Key and value empty */
};

/* One change. Borrowed. */
typedef struct lodge_watch_event {
  size_t struct_size; /* bytes, as the host was compiled */
  uint32_t what;      /* LODGE_WATCH_... */
  uint32_t reserved;  /* 0 */
  lodge_slice key;
  lodge_slice value;
} lodge_watch_event;

/* Told of a change, on a worker, one event at a time and in the order of the changes to one key. At most 1,024 events
 * wait for a watcher; beyond that it gets one LODGE_WATCH_LOST in their place. [serial] for one watch. */
typedef void (*lodge_watch_fn)(void* user, const lodge_watch_event* event);

/* Whether a watch's key is the whole key or how keys begin. */
enum { LODGE_WATCH_KEY = 0, LODGE_WATCH_PREFIX = 1 };

#ifdef __cplusplus
}
#endif
#endif
