/* lodge.names/1: who is who on this node. Unique names have one holder, shared names many.
 *
 * An entry belongs to an owner and goes when the owner goes: the service (owner 0), or an owner handle that the plugin
 * opens for something of its own. Names are 1 to 255 bytes, values one msgpack value of at most 64 KiB. Look-ups take
 * no lock. All owners that an instance has opened hold at most limits.names_per_instance_max names together (250,000
 * unless the operator says otherwise), the service itself as many; all of the node at most limits.names_max. */
#ifndef LODGE_NAMES_H
#define LODGE_NAMES_H

#include <lodge/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_NAMES_V1 "lodge.names/1"

/* One entry. Borrowed. */
typedef struct lodge_name_entry {
  size_t struct_size; /* bytes, as the host was compiled */
  lodge_slice owner;  /* who holds it, for people: "service", or "service/label" for an owner handle */
  lodge_slice value;  /* msgpack */
} lodge_name_entry;

/* Sees one entry; 0: go on, anything else: stop. [any], on the thread that asked. */
typedef int32_t (*lodge_name_visit_fn)(void* user, const lodge_name_entry* entry);

/* Common errors: INVALID_ARGUMENT (name or value too long, value not msgpack), STALE (owner or instance gone),
 * RESOURCE_EXHAUSTED (the limit of names of this instance or service, or that of the node). */
typedef struct lodge_names_v1 {
  /* Opens an owner: its names go when it is closed, or with this instance. `label`: for people, at most 64 bytes.
   * RESOURCE_EXHAUSTED: more than 65,536 owners of this instance. [quick] */
  int32_t (*open_owner)(const lodge_host* host, const char* label, size_t label_size, lodge_handle* owner);
  /* Closes it; takes as long as it has names. STALE. [quick] */
  int32_t (*close_owner)(const lodge_host* host, lodge_handle owner);

  /* Takes a unique name. The same owner again: the value is replaced. ALREADY_EXISTS: held by another. `why` (may be
   * NULL) gets as text: the holder's identity, with ALREADY_EXISTS; which limit it is, with RESOURCE_EXHAUSTED.
   * [quick] */
  int32_t (*register_name)(const lodge_host* host, lodge_handle owner, const uint8_t* name, size_t name_size,
                           const uint8_t* value, size_t value_size, lodge_writer* why);
  /* Gives a unique name back. NOT_FOUND: not registered; PERMISSION_DENIED: held by another owner. [quick] */
  int32_t (*unregister)(const lodge_host* host, lodge_handle owner, const uint8_t* name, size_t name_size);
  /* Shows the holder of a unique name to `fn`, once. NOT_FOUND. [quick] */
  int32_t (*whereis)(const lodge_host* host, const uint8_t* name, size_t name_size, lodge_name_visit_fn fn, void* user);

  /* Adds a value under a shared name; one owner has one value a name, replaced when stored again. [quick] */
  int32_t (*store)(const lodge_host* host, lodge_handle owner, const uint8_t* name, size_t name_size,
                   const uint8_t* value, size_t value_size);
  /* Takes the owner's value away. NOT_FOUND. [quick] */
  int32_t (*unstore)(const lodge_host* host, lodge_handle owner, const uint8_t* name, size_t name_size);
  /* Shows all holders of a shared name. `filter` (size 0: none): a msgpack map; only values that are maps holding each
   * of its keys with an equal value are shown. FAILED_PRECONDITION: in a quick callback. [any] */
  int32_t (*values)(const lodge_host* host, const uint8_t* name, size_t name_size, const uint8_t* filter,
                    size_t filter_size, lodge_name_visit_fn fn, void* user);
  /* How many `values` would show. FAILED_PRECONDITION: in a quick callback. [any] */
  int32_t (*count)(const lodge_host* host, const uint8_t* name, size_t name_size, const uint8_t* filter,
                   size_t filter_size, uint64_t* count);

  /* Calls a callback of the service that holds a unique name, one-way. `args`: `arity` msgpack values. NOT_FOUND:
   * nobody holds it; RESOURCE_EXHAUSTED: the queue is full. [quick] */
  int32_t (*send)(const lodge_host* host, const uint8_t* name, size_t name_size, const char* callback,
                  size_t callback_size, const uint8_t* args, size_t args_size, uint32_t arity);

  /* Tells `fn` of holders that come, change and go. `shared`: 0 unique names, 1 shared ones. `mode` as in watch.h. Ends
   * with the instance. Here LODGE_WATCH_GONE of a shared name means that one of its holders went. [quick] */
  int32_t (*watch)(const lodge_host* host, uint32_t shared, const uint8_t* name, size_t name_size, uint32_t mode,
                   lodge_watch_fn fn, void* user, lodge_handle* watch);
  /* Ends a watch; `fn` is not running when this returns (unless called from within `fn`). STALE. FAILED_PRECONDITION:
   * in a quick callback, since it may wait. [any] */
  int32_t (*unwatch)(const lodge_host* host, lodge_handle watch);
} lodge_names_v1;

#ifdef __cplusplus
}
#endif
#endif
