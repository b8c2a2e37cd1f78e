/* lodge.service/1: the services of this node: what they do, and what they shall do.
 *
 * Who has this may look at, change and stop every service of the node but the host's own, `lodge`; an operator denies
 * it to plugins that have no business there.
 *
 * A service cannot wait for itself. A verb about the caller's own service answers DEADLOCK where it would have to:
 * `change` and `remove` always, `want` where it waits, and each of them in a hook. So does a verb about any service
 * whose code has called the caller on this thread and waits for it. */
#ifndef LODGE_SERVICE_H
#define LODGE_SERVICE_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_SERVICE_V1 "lodge.service/1"

/* What is wanted of a service. */
enum {
  LODGE_SERVICE_ACTIVE = 0,  /* that it answers calls; a failed one is tried again */
  LODGE_SERVICE_PAUSE = 1,   /* that it lets no call in; what it has started lives on */
  LODGE_SERVICE_INACTIVE = 2 /* that it is stopped; its store lives on */
};
/* What a service does. */
enum {
  LODGE_SERVICE_STARTING = 0,
  LODGE_SERVICE_RUNNING = 1,
  LODGE_SERVICE_PAUSING = 2,
  LODGE_SERVICE_PAUSED = 3,
  LODGE_SERVICE_STOPPING = 4,
  LODGE_SERVICE_STOPPED = 5,
  LODGE_SERVICE_FAILED = 6 /* it is stopped, and if it is to be active tried again after a while */
};

/* One service at one time. Borrowed. */
typedef struct lodge_service_status {
  size_t struct_size; /* bytes, as the host was compiled */
  lodge_slice name;
  uint32_t running;       /* what it does */
  uint32_t admin;         /* what is wanted of it */
  int64_t since_ns;       /* wall clock: since when it does that */
  lodge_slice reason;     /* why, for people */
  lodge_slice last_error; /* the last one there was, for people; empty: none */
} lodge_service_status;

/* Sees one service; 0: go on, anything else: stop. [any] */
typedef int32_t (*lodge_service_visit_fn)(void* user, const lodge_service_status* status);

/* Told of a status that a service has entered, on a worker, one at a time and in order for each service. NULL: the
 * watcher was too slow and missed some; look at what matters. A service that was removed has said STOPPED before.
 * [serial] for one watch. */
typedef void (*lodge_service_watch_fn)(void* user, const lodge_service_status* status);

/* What `want` is asked for. Borrowed until it returns. */
typedef struct lodge_service_order {
  size_t struct_size; /* sizeof(lodge_service_order) */
  uint32_t admin;     /* LODGE_SERVICE_ACTIVE, _PAUSE or _INACTIVE */
  uint32_t reserved;  /* 0 */
  lodge_slice reason; /* shown with the status; at most 256 bytes; empty: who asks */
  /* Only of a service that is stopped or failed: settings for its next start and those after it, over what the
   * configuration says and under what has been reconfigured: a msgpack map, one map a plugin, in place of what was
   * given so before. Empty: as they are. */
  lodge_slice overrides;
  int64_t wait_ns; /* how long to wait until it is so; 0: not at all */
} lodge_service_order;

/* Names are those of the configuration: [a-z][a-z0-9_-]*, at most 64 bytes. `error` and `out` (each may be NULL) get
 * the message of whatever is in the way. All of it answers STALE once the instance is gone; what is tagged [any]
 * answers FAILED_PRECONDITION in a quick callback. Common errors: NOT_FOUND (no such service, with the nearest name),
 * INVALID_ARGUMENT (what is wrong is said), DEADLOCK (see above), PERMISSION_DENIED (the host's own service). */
typedef struct lodge_service_v1 {
  /* Shows one service to `fn`, or with `name_size` 0 all, in the order of their starts. NOT_FOUND. [quick] */
  int32_t (*status)(const lodge_host* host, const char* name, size_t name_size, lodge_service_visit_fn fn, void* user);
  /* Appends all that is known of a service, as `lodgectl --json service show` prints it: a msgpack map. Later hosts may
   * add keys. NOT_FOUND. [any] */
  int32_t (*info)(const lodge_host* host, const char* name, size_t name_size, lodge_writer* out);

  /* Tells a service what is wanted of it; the same again is no error. DEADLINE_EXCEEDED: it is not so within `wait_ns`;
   * it goes on becoming so. FAILED_PRECONDITION: overrides for a service that runs; or plugin code in it does not
   * return. Where it was waited for and failed: the code and message it failed with. [any] */
  int32_t (*want)(const lodge_host* host, const char* name, size_t name_size, const lodge_service_order* order,
                  lodge_writer* error);
  /* Changes settings and plugins of a service while it runs: all that is asked, or nothing. `change`: a msgpack map
   * {update: {PLUGIN: {SETTING: value}}, add: [plugin], remove: [plugin], upgrade: [plugin], dry_run: bool}, each key
   * optional. `out` gets {settings: ["plugin.setting"], added: [], removed: [], replaced: [{plugin, from, to}]}, or the
   * error's message. [any] */
  int32_t (*change)(const lodge_host* host, const char* name, size_t name_size, const uint8_t* change,
                    size_t change_size, lodge_writer* out);

  /* Makes a service and waits until it runs (or is paused, if it is to begin so). `definition`: a msgpack map as
   * [service.NAME] of the configuration: {plugins: [name], config: {PLUGIN: {SETTING: value}}, class, version, global,
   * paused, store_bytes_max}, all but plugins optional. It lives until it is removed, or the host stops; nobody else
   * keeps it. An error leaves nothing behind. ALREADY_EXISTS; UNAVAILABLE: the host stops. [any] */
  int32_t (*create)(const lodge_host* host, const char* name, size_t name_size, const uint8_t* definition,
                    size_t definition_size, lodge_writer* error);
  /* Stops a service that `create` has made, and forgets it with its store. Calls inside are waited for `drain_ns`.
   * FAILED_PRECONDITION: it stands in the configuration (make it inactive); or plugin code does not return. [any] */
  int32_t (*remove)(const lodge_host* host, const char* name, size_t name_size, int64_t drain_ns, lodge_writer* error);
  /* The caller's own service cannot go on: it stops, counts as failed, and is tried again after a while. Returns at
   * once. `message`: at most 1 KiB. INVALID_ARGUMENT: the code is none of status.h. [quick] */
  int32_t (*fail)(const lodge_host* host, int32_t code, const char* message, size_t message_size);

  /* Tells `fn` of each status that a service enters, or with `name_size` 0 any service, from now on. Ends with the
   * instance. RESOURCE_EXHAUSTED: 65,536 watches. [quick] */
  int32_t (*watch)(const lodge_host* host, const char* name, size_t name_size, lodge_service_watch_fn fn, void* user,
                   lodge_handle* watch);
  /* Ends a watch; `fn` is not running when this returns (unless called from within `fn`). STALE. [any] */
  int32_t (*unwatch)(const lodge_host* host, lodge_handle watch);
} lodge_service_v1;

#ifdef __cplusplus
}
#endif
#endif
