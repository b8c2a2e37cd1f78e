/* The descriptor: all that a plugin says about itself, as constant data. A plugin exports one symbol, lodge_plugin_v1,
 * which returns it. Reading it runs no plugin code beyond that function.
 *
 * All text here is UTF-8, NUL-terminated, and lives as long as the process. */
#ifndef LODGE_DESCRIPTOR_H
#define LODGE_DESCRIPTOR_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_ABI 1u
#define LODGE_SDK_VERSION "0.1.0"

/* Flags of a callback. */
enum {
  LODGE_FUNCTION = 1,   /* answered by this plugin alone: no chain, no verdict but LODGE_DONE or LODGE_DEFERRED */
  LODGE_IDEMPOTENT = 2, /* may run twice where once was asked for */
  LODGE_SERIAL = 4,     /* [serial]: never two at a time for one instance */
  LODGE_QUICK = 8       /* [quick]: may run on the loop thread */
};

/* Answers one link of a call. `self` is what `create` gave. The result, the next arguments or the error message are
 * appended to `out`, which is empty at entry. Returns a verdict, LODGE_DONE and so on, or a negative code (status.h).
 * [any]; what its flags LODGE_SERIAL and LODGE_QUICK say comes on top. */
typedef int32_t (*lodge_callback_fn)(void* self, const lodge_call* call, lodge_writer* out);

/* One callback or function. Name and arity together are its identity: greet/1 and greet/2 are two callbacks. */
typedef struct lodge_callback {
  const char* name; /* [a-z_][a-z0-9_]*, at most 64 bytes */
  lodge_callback_fn fn;
  uint32_t arity;     /* number of arguments, at most 32 */
  uint32_t flags;     /* LODGE_FUNCTION | LODGE_IDEMPOTENT | LODGE_SERIAL | LODGE_QUICK */
  const char* params; /* "who: str, times: int", or NULL: not said. Types: any nil bool int float str bin list map */
  const char* result; /* a type of the same list, or NULL */
  const char* doc;    /* one line, or NULL */
} lodge_callback;

/* Flags of a dependency. */
enum { LODGE_OPTIONAL = 1 /* only orders this plugin, if something else requires that one */ };

/* Another plugin that this one needs later in its chain. */
typedef struct lodge_dependency {
  const char* name;
  const char* version; /* "", "^1.2", ">=1 <3", "1.4.2": a range of semantic versions; "" or NULL: any */
  uint32_t flags;      /* LODGE_OPTIONAL */
  uint32_t reserved;   /* 0 */
} lodge_dependency;

/* Types of a setting's value. */
enum {
  LODGE_TYPE_ANY = 0,
  LODGE_TYPE_BOOL = 1,
  LODGE_TYPE_INT = 2,
  LODGE_TYPE_FLOAT = 3,
  LODGE_TYPE_STRING = 4,
  LODGE_TYPE_BINARY = 5,
  LODGE_TYPE_LIST = 6,
  LODGE_TYPE_MAP = 7
};
/* Flags of a setting. */
enum {
  LODGE_REQUIRED = 1, /* the configuration must give it; default_value is ignored */
  LODGE_SECRET = 2    /* never logged, never shown */
};

/* One key of the plugin's table in the service's configuration. A key that no setting names is an error. */
typedef struct lodge_setting {
  const char* name;          /* [a-z_][a-z0-9_]* */
  uint32_t type;             /* LODGE_TYPE_... */
  uint32_t flags;            /* LODGE_REQUIRED | LODGE_SECRET */
  lodge_slice default_value; /* one msgpack value of that type; empty: nil */
  const char* doc;           /* one line, or NULL */
  /* What the value must be beyond its type: one msgpack map; empty: anything of that type. The host checks it, and the
   * default, before any code of the plugin runs. Keys:
   *   min, max            of integers and floats, of the same type
   *   one_of              a list of all that there may be, of integers, floats and strings
   *   size_min, size_max  bytes of a string or binary, elements of a list, keys of a map */
  lodge_slice constraints;
} lodge_setting;

/* What `updated` may answer beside LODGE_OK. */
enum { LODGE_RENEW = 1 /* a new instance shall take this one's place: it cannot take the change as it stands */ };
/* Flags of lodge_hooks. */
enum {
  /* From `handover_save` of the old instance until the new one has started no call of the service runs (calls wait),
   * and the old one's children are down, their unique names free. */
  LODGE_EXCLUSIVE_HANDOVER = 1
};

/* Lifecycle hooks; each may be NULL. Where nothing else is said a hook returns LODGE_OK; one that fails returns a
 * negative code and appends a message to `out`. */
typedef struct lodge_hooks {
  size_t struct_size; /* sizeof(lodge_hooks) */
  /* [hook] Makes an instance for one service. `*self` is handed to everything else. Settings can be read already.
   * NULL: instances have no state, self is NULL. */
  int32_t (*create)(const lodge_host* host, void** self, lodge_writer* out);
  /* [hook] Ends the instance. Nothing of it runs now or later. Called for each `create` that succeeded. */
  void (*destroy)(void* self);
  /* [hook] Checks or changes the service's configuration: a msgpack map, one map a plugin, named after it. Top of the
   * chain first, each sees its predecessor's result. LODGE_CONTINUE: as it is; LODGE_DONE: replaced by the map in
   * `out`; a code: the service does not start. Asked again for each change of the configuration, while callbacks run,
   * where a code refuses the change. */
  int32_t (*config)(void* self, lodge_slice const* config, lodge_writer* out);
  /* [hook] Acquire what the instance needs. Bottom of the chain first. LODGE_OK, or a code: what has started before is
   * stopped, in order. */
  int32_t (*start)(void* self, lodge_writer* out);
  /* [hook] Release. Top of the chain first; only where `start` succeeded. Errors are logged, the stop goes on. */
  int32_t (*stop)(void* self, lodge_writer* out);
  /* [hook] Merges a change into this plugin's table of the configuration in its own way: `current` is what has been
   * configured, without defaults, `update` what changes, each a msgpack map. Top of the chain first. LODGE_CONTINUE: as
   * the host does, key by key; LODGE_DONE: `out` holds the table from now on. Callbacks run meanwhile. */
  int32_t (*merge)(void* self, lodge_slice const* current, lodge_slice const* update, lodge_writer* out);
  /* [hook] The configuration has changed: the plugin's settings are the new ones already, `config` is that of the whole
   * service. Bottom of the chain first. LODGE_OK, LODGE_RENEW, or a code: the change is taken back everywhere.
   * Callbacks run meanwhile. NULL: where settings of the plugin change, a new instance takes this one's place. */
  int32_t (*updated)(void* self, lodge_slice const* config, lodge_writer* out);
  /* [hook] The state that a new instance of the plugin, of another version perhaps, shall go on from: any bytes, into
   * `out`. Callbacks run meanwhile, unless LODGE_EXCLUSIVE_HANDOVER; the instance may yet have to go on itself. */
  int32_t (*handover_save)(void* self, lodge_writer* out);
  /* [hook] What the instance before this one has saved. Between `config` and `start`. A code: that one goes on. */
  int32_t (*handover_load)(void* self, lodge_slice const* state, lodge_writer* out);
  uint32_t flags;    /* LODGE_EXCLUSIVE_HANDOVER */
  uint32_t reserved; /* 0 */
} lodge_hooks;

/* A plugin. */
typedef struct lodge_plugin {
  size_t struct_size;       /* sizeof(lodge_plugin) */
  uint32_t abi;             /* LODGE_ABI */
  uint32_t flags;           /* 0 */
  const char* sdk_version;  /* LODGE_SDK_VERSION, for diagnostics only */
  const char* name;         /* [a-z][a-z0-9_-]*, at most 64 bytes */
  const char* version;      /* semantic version, "1.4.0" */
  const char* summary;      /* one line */
  const char* group;        /* plugins of one group keep the list's order; NULL: none */
  lodge_list dependencies;  /* of lodge_dependency */
  lodge_list needs;         /* of const char *: interface ids without which the plugin cannot work */
  lodge_list settings;      /* of lodge_setting */
  lodge_list callbacks;     /* of lodge_callback */
  const lodge_hooks* hooks; /* NULL: none */
  /* LODGE_SDK_BUILD_ID where anything of lodge/draft/ is used: then only a host of that very SDK takes the plugin.
   * NULL: published interfaces only. */
  const char* sdk_build_id;
} lodge_plugin;

/* What LODGE_ENTRY is. [any] */
typedef const lodge_plugin* (*lodge_entry_fn)(void);
#define LODGE_ENTRY "lodge_plugin_v1"

#if defined(_WIN32)
#define LODGE_EXPORT __declspec(dllexport)
#else
#define LODGE_EXPORT __attribute__((visibility("default")))
#endif
/* The one exported symbol. Pure: no allocation, no side effect, the same pointer each time; NULL is an error. [any] */
LODGE_EXPORT const lodge_plugin* lodge_plugin_v1(void);

#ifdef __cplusplus
}
#endif
#endif
