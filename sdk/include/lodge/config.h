/* lodge.config/1: the plugin's own settings, and the configuration that the whole node shares.
 *
 * Node configuration is a table by (domain, key), seeded from [config.DOMAIN] of the host's file, changed at run time,
 * gone with the host. Domains are 1 to 64 bytes, keys 1 to 255, values one msgpack value of at most 64 KiB.
 *
 * A domain that the operator has persisted ([config_store.DOMAIN] persist = true) outlives the host: what changes it
 * returns once the change is on disk, however many change it at once. Reading is as quick as ever. */
#ifndef LODGE_CONFIG_H
#define LODGE_CONFIG_H

#include <lodge/store.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_CONFIG_V1 "lodge.config/1"

/* Common errors: INVALID_ARGUMENT (domain or key too long or empty, value not msgpack or too long), STALE (the instance
 * is gone), RESOURCE_EXHAUSTED (the node's limit of entries). Of what changes a persisted domain also
 * FAILED_PRECONDITION (in a quick callback, since it waits for the disk; in other domains it does not),
 * RESOURCE_EXHAUSTED (no room on the disk), UNAVAILABLE (the host cannot write its state any more, until it is
 * restarted): nothing has changed then. */
typedef struct lodge_config_v1 {
  /* Appends the plugin's effective settings: a msgpack map, defaults filled in. [quick] */
  int32_t (*own)(const lodge_host* host, lodge_writer* settings);

  /* Appends the value. NOT_FOUND. [quick] */
  int32_t (*get)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key, size_t key_size,
                 lodge_writer* value);
  /* Creates or replaces. [any] */
  int32_t (*put)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key, size_t key_size,
                 const uint8_t* value, size_t value_size);
  /* Creates. ALREADY_EXISTS: nothing changed. [any] */
  int32_t (*put_new)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key,
                     size_t key_size, const uint8_t* value, size_t value_size);
  /* Deletes. NOT_FOUND. [any] */
  int32_t (*remove)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key,
                    size_t key_size);
  /* Adds to an integer, a missing one counting as 0. `*result` may be NULL. INVALID_ARGUMENT: not an integer;
   * OUT_OF_RANGE: the sum does not fit. [any] */
  int32_t (*increment)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key,
                       size_t key_size, int64_t by, int64_t* result);
  /* Adds an element to a set: a msgpack array without equal elements, a missing one counting as empty. ALREADY_EXISTS:
   * it is in; INVALID_ARGUMENT: the value there is not an array. [any] */
  int32_t (*add)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key, size_t key_size,
                 const uint8_t* element, size_t element_size);
  /* A compare-and-put loop around `fn`, as in store.h. [any] */
  int32_t (*update)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key, size_t key_size,
                    lodge_update_fn fn, void* user);
  /* Visits a domain's entries, in no order. FAILED_PRECONDITION: in a quick callback. [any] */
  int32_t (*scan)(const lodge_host* host, const char* domain, size_t domain_size, lodge_visit_fn fn, void* user);

  /* Tells `fn` of changes in a domain: of one key, or of keys that begin so (watch.h). Ends with the instance.
   * [quick] */
  int32_t (*watch)(const lodge_host* host, const char* domain, size_t domain_size, const uint8_t* key, size_t key_size,
                   uint32_t mode, lodge_watch_fn fn, void* user, lodge_handle* watch);
  /* Ends a watch; `fn` is not running when this returns (unless called from within `fn`). STALE. FAILED_PRECONDITION:
   * in a quick callback, since it may wait. [any] */
  int32_t (*unwatch)(const lodge_host* host, lodge_handle watch);
} lodge_config_v1;

#ifdef __cplusplus
}
#endif
#endif
