/* lodge.store/1: the service's private key-value table, in memory.
 *
 * Shared by all plugin instances of the service; made with the service, gone with it; survives pause and inactive. Keys
 * are 1 to 1,024 bytes, values up to the frame limit (16 MiB); both are plain bytes here. Reads take no lock; a writer
 * is stopped only by writers of keys nearby. Keys, values and bookkeeping count against the service's quota. */
#ifndef LODGE_STORE_H
#define LODGE_STORE_H

#include <lodge/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_STORE_V1 "lodge.store/1"

/* Changes a value: gets the present one (NULL: the key is missing), appends the new one to `out`. May run again when
 * another writer came between. LODGE_OK: store `out`; anything negative: change nothing and answer that.
 * [any], on the thread that called `update`. */
typedef int32_t (*lodge_update_fn)(void* user, lodge_slice const* present, lodge_writer* out);

/* Sees one entry; 0: go on, anything else: stop. Slices are borrowed. It may change the store. [any], on the thread
 * that called `scan`. */
typedef int32_t (*lodge_visit_fn)(void* user, lodge_slice const* key, lodge_slice const* value);

/* Common errors: INVALID_ARGUMENT (key empty or too long, value too large), RESOURCE_EXHAUSTED (quota; nothing
 * changed), STALE (the instance is gone). ttl_ms: milliseconds until the entry goes by itself; 0: never. */
typedef struct lodge_store_v1 {
  /* Appends the value to `value`. NOT_FOUND: no such key. [quick] */
  int32_t (*get)(const lodge_host* host, const uint8_t* key, size_t key_size, lodge_writer* value);

  /* Creates or replaces; the TTL is replaced too. [quick] */
  int32_t (*put)(const lodge_host* host, const uint8_t* key, size_t key_size, const uint8_t* value, size_t value_size,
                 uint64_t ttl_ms);

  /* Creates. ALREADY_EXISTS: the key is taken, nothing changed. [quick] */
  int32_t (*put_new)(const lodge_host* host, const uint8_t* key, size_t key_size, const uint8_t* value,
                     size_t value_size, uint64_t ttl_ms);

  /* Deletes. NOT_FOUND: no such key. [quick] */
  int32_t (*remove)(const lodge_host* host, const uint8_t* key, size_t key_size);

  /* Deletes and appends what was there, in one step: of many takers one gets it. NOT_FOUND. [quick] */
  int32_t (*take)(const lodge_host* host, const uint8_t* key, size_t key_size, lodge_writer* value);

  /* Replaces the value only if it equals `expected` (NULL: only if the key is missing); keeps the TTL of an entry that
   * was there. ABORTED: it did not, nothing changed. [quick] */
  int32_t (*compare_and_put)(const lodge_host* host, const uint8_t* key, size_t key_size, const lodge_slice* expected,
                             const uint8_t* value, size_t value_size);

  /* Adds `by` to the int64 at key, a missing one counting as 0; `*result` (may be NULL) is the sum. The value is kept
   * as one msgpack integer. Keeps the TTL. INVALID_ARGUMENT: the value is not an integer; OUT_OF_RANGE: the sum does
   * not fit; nothing changed in either case. [quick] */
  int32_t (*increment)(const lodge_host* host, const uint8_t* key, size_t key_size, int64_t by, int64_t* result);

  /* Appends bytes to the value, a missing one counting as empty; `*size` (may be NULL) is the new size. Keeps the TTL.
   * [quick] */
  int32_t (*append)(const lodge_host* host, const uint8_t* key, size_t key_size, const uint8_t* bytes,
                    size_t byte_count, size_t* size);

  /* A compare-and-put loop around `fn`. Keeps the TTL. Answers what `fn` refused with. ABORTED after 1,000 lost races.
   * [quick] as far as `fn` is. */
  int32_t (*update)(const lodge_host* host, const uint8_t* key, size_t key_size, lodge_update_fn fn, void* user);

  /* Visits the entries whose keys begin with `prefix` (size 0: all), in no order. What is there from start to end is
   * seen once; what comes or goes meanwhile may or may not be. FAILED_PRECONDITION: in a quick callback. [any] */
  int32_t (*scan)(const lodge_host* host, const uint8_t* prefix, size_t prefix_size, lodge_visit_fn fn, void* user);

  /* Number of entries, and bytes counted against the quota. Either may be NULL. [quick] */
  int32_t (*size)(const lodge_host* host, uint64_t* entries, uint64_t* bytes);

  /* Tells `fn` of changes from now on. `mode`: LODGE_WATCH_KEY or LODGE_WATCH_PREFIX. Ends with the instance.
   * [quick] */
  int32_t (*watch)(const lodge_host* host, const uint8_t* key, size_t key_size, uint32_t mode, lodge_watch_fn fn,
                   void* user, lodge_handle* watch);

  /* Ends a watch; `fn` is not running when this returns (unless called from within `fn`). STALE. FAILED_PRECONDITION:
   * in a quick callback, since it may wait. [any] */
  int32_t (*unwatch)(const lodge_host* host, lodge_handle watch);
} lodge_store_v1;

#ifdef __cplusplus
}
#endif
#endif
