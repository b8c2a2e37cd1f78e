/* A notebook: notes by title, kept in the service's store. The same as cpp/notebook.cpp and rust/notebook.rs. */
#include <inttypes.h>
#include <lodge/lodge.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "arguments.h"
#include "notes.h"
#include "texts.h"

#define PLUGIN_NAME "notebook_c"
enum { limit_max = 65536, seconds_max = 3600 };

typedef struct notebook {
  const lodge_host* host;
  const lodge_call_v1* calls;
  const lodge_config_v1* config;
  const lodge_log_v1* log; /* may be NULL */
  const lodge_store_v1* store;
  const lodge_timer_v1* timers;
  int64_t limit;
  pthread_mutex_t lock; /* guards reminders: calls and timers run on many threads */
  struct reminder* reminders;
} notebook;

/* Answers with the text of a note. */
static int32_t answer_text(const notebook* self, lodge_slice title, lodge_writer* out) {
  lodge_writer value = growing();
  note found;
  int32_t code = find_note(self->host, self->store, "argument 1", title, &value, &found, out);
  if (code == LODGE_OK) code = lodge_mp_write_str(out, found.text.data, found.text.size);
  free(value.data);
  return code;
}

static void log_revision(const notebook* self, lodge_slice title, int64_t revision) {
  char line[64 + title_bytes_max];
  if (self->log == NULL || !self->log->enabled(self->host, LODGE_LOG_INFO)) return;
  (void)snprintf(line, sizeof line, "wrote %.*s, revision %" PRId64, (int)title.size, (const char*)title.data,
                 revision);
  (void)self->log->write(self->host, LODGE_LOG_INFO, line, strlen(line));
}

/* Declared serial: of two writers of one note, the later text has the higher revision. */
static int32_t write_note(void* plugin, const lodge_call* call, lodge_writer* out) {
  const notebook* self = plugin;
  arguments args = arguments_of(call, out);
  lodge_writer value = growing();
  const uint8_t* content;
  lodge_slice title;
  lodge_slice text;
  store_key key;
  int64_t revision;
  int32_t code;
  if (next_str(&args, &title) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  content = args.rest.at;
  if (next_str(&args, &text) != LODGE_OK || next_strs(&args) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (check_title(out, "argument 1", title) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (text.size > (size_t)self->limit) {
    return fail(out, LODGE_INVALID_ARGUMENT, "argument 2: a text of %u bytes; the setting `limit` allows %" PRId64,
                (unsigned)text.size, self->limit);
  }
  /* Text and tags are kept as they came. */
  code = lodge_mp_write_array(&value, 2);
  if (code == LODGE_OK) code = lodge_write(&value, content, (size_t)(args.rest.at - content));
  key = key_of("note/", title);
  if (code == LODGE_OK) code = self->store->put(self->host, key.bytes, key.size, value.data, value.size, 0);
  free(value.data);
  if (code != LODGE_OK) return store_failed(out, code, "put", &key);
  key = key_of("revision/", title);
  code = self->store->increment(self->host, key.bytes, key.size, 1, &revision);
  if (code != LODGE_OK) return store_failed(out, code, "increment", &key);
  log_revision(self, title, revision);
  return lodge_mp_write_int(out, revision);
}

static int32_t read_text(void* plugin, const lodge_call* call, lodge_writer* out) {
  arguments args = arguments_of(call, out);
  lodge_slice title;
  if (next_str(&args, &title) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  return answer_text(plugin, title, out);
}

typedef struct searching {
  lodge_slice word;
  int32_t in_texts;
  lodge_writer* out;
  uint32_t count;
  int32_t code;
} searching;

static int matches(const searching* self, lodge_slice value) {
  lodge_slice tag;
  note seen;
  uint32_t count = 0;
  if (!read_note(value, &seen)) return 0;
  if (self->in_texts && find(seen.text, self->word, 0) <= seen.text.size) return 1;
  (void)lodge_mp_read_array(&seen.tags, &count);
  while (count-- > 0 && lodge_mp_read_str(&seen.tags, &tag) == LODGE_OK) {
    if (equal(tag, self->word)) return 1;
  }
  return 0;
}

static int32_t see(void* user, lodge_slice const* key, lodge_slice const* value) {
  searching* self = user;
  if (!matches(self, *value)) return 0;
  self->code = lodge_mp_write_str(self->out, (const char*)key->data + strlen("note/"), key->size - strlen("note/"));
  ++self->count;
  return self->code;
}

/* The titles of the notes that have `word` as a tag, or somewhere in their text. */
static int32_t search(void* plugin, const lodge_call* call, lodge_writer* out) {
  const notebook* self = plugin;
  const lodge_slice prefix = slice_of("note/");
  arguments args = arguments_of(call, out);
  searching the_search = {.out = out, .code = LODGE_OK};
  int32_t code;
  unsigned i;
  if (next_str(&args, &the_search.word) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (next_bool(&args, &the_search.in_texts) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  /* How many there are is known in the end: the head of a list with four bytes for that, filled in then. */
  code = lodge_mp_write_head(out, 0xdd, 0, 4);
  if (code == LODGE_OK) code = self->store->scan(self->host, prefix.data, prefix.size, see, &the_search);
  if (code >= LODGE_OK) code = the_search.code;
  if (code != LODGE_OK) return fail(out, code, "lodge.store/1 scan note/: %s", meaning_of(code));
  for (i = 0; i < 4; ++i) out->data[1 + i] = (uint8_t)(the_search.count >> (24 - 8 * i));
  return LODGE_DONE;
}

/* Appends `text` from `done` on, with notes in place of their titles, to `page`. */
static int32_t render_into(const notebook* self, lodge_slice text, lodge_writer* page, lodge_writer* out) {
  size_t done = 0;
  size_t open;
  while ((open = find(text, slice_of("[["), done)) <= text.size) {
    const size_t close = find(text, slice_of("]]"), open + 2);
    lodge_slice title = behind(text, open + 2);
    lodge_writer value = growing();
    char where[64];
    note found;
    int32_t code;
    (void)snprintf(where, sizeof where, "argument 1, offset %u", (unsigned)open);
    if (close > text.size) return fail(out, LODGE_INVALID_ARGUMENT, "%s: [[ without ]]", where);
    title.size = close - (open + 2);
    code = find_note(self->host, self->store, where, title, &value, &found, out);
    if (code == LODGE_OK) code = lodge_write(page, behind(text, done).data, open - done);
    if (code == LODGE_OK) code = lodge_write(page, found.text.data, found.text.size);
    free(value.data);
    if (code != LODGE_OK) return code;
    done = close + 2;
  }
  return lodge_write(page, behind(text, done).data, text.size - done);
}

/* Replaces each [[title]] by the note of that title, for the next plugin. */
static int32_t render(void* plugin, const lodge_call* call, lodge_writer* out) {
  arguments args = arguments_of(call, out);
  lodge_writer page = growing();
  lodge_slice text;
  int32_t code;
  if (next_str(&args, &text) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (find(text, slice_of("[["), 0) > text.size) return LODGE_CONTINUE;
  code = render_into(plugin, text, &page, out);
  if (code == LODGE_OK) code = lodge_mp_write_str(out, (const char*)page.data, page.size);
  free(page.data);
  return code == LODGE_OK ? LODGE_CONTINUE_WITH : code;
}

typedef struct reminder {
  notebook* plugin;
  struct reminder* next;
  lodge_handle ticket;
  size_t title_size;
  char title[title_bytes_max];
} reminder;

/* Completes the call with what lies in `answer`, and ends both. */
static void settle(reminder* self, int32_t verdict, lodge_writer* answer) {
  notebook* const plugin = self->plugin;
  reminder** at = &plugin->reminders;
  pthread_mutex_lock(&plugin->lock);
  while (*at != self) at = &(*at)->next;
  *at = self->next;
  pthread_mutex_unlock(&plugin->lock);
  plugin->calls->complete(plugin->host, self->ticket, verdict, answer->data, answer->size); /* STALE: nobody waits */
  free(answer->data);
  free(self);
}

/* What the timer runs. */
static void due(void* user, lodge_handle timer) {
  reminder* self = user;
  const lodge_slice title = {self->title, self->title_size};
  lodge_writer answer = growing();
  (void)timer;
  settle(self, answer_text(self->plugin, title, &answer), &answer);
}

/* Answers later, and holds no thread until then. */
static int32_t remind(void* plugin, const lodge_call* call, lodge_writer* out) {
  notebook* self = plugin;
  arguments args = arguments_of(call, out);
  lodge_slice title;
  lodge_handle timer;
  double seconds;
  reminder* made;
  int32_t code;
  if (next_str(&args, &title) != LODGE_OK || next_float(&args, &seconds) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (check_title(out, "argument 1", title) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (!(seconds >= 0 && seconds <= seconds_max)) {
    return lodge_fail(out, LODGE_INVALID_ARGUMENT, "argument 2: from 0 to 3600 seconds");
  }
  made = calloc(1, sizeof *made);
  if (made == NULL) return lodge_fail(out, LODGE_RESOURCE_EXHAUSTED, "no memory");
  made->plugin = self;
  made->title_size = title.size;
  memcpy(made->title, title.data, title.size); /* `call` is gone once we return */
  code = self->calls->defer(self->host, call, &made->ticket);
  if (code != LODGE_OK) {
    free(made);
    return lodge_fail(out, code, "the call cannot be deferred: it was already, or is answered elsewhere");
  }
  pthread_mutex_lock(&self->lock);
  made->next = self->reminders;
  self->reminders = made;
  pthread_mutex_unlock(&self->lock);
  code = self->timers->start(self->host, (int64_t)(seconds * 1e9), 0, due, made, &timer);
  if (code != LODGE_OK) { /* from here on the answer goes through the ticket, an error too */
    lodge_writer message = growing();
    settle(made, fail(&message, code, "lodge.timer/1 start: %s", meaning_of(code)), &message);
  }
  return LODGE_DEFERRED;
}

/* Writes a note into another service's notebook, whatever language that one is written in. */
static int32_t call_write(const notebook* self, const lodge_call* call, lodge_slice service, lodge_slice title,
                          lodge_slice content, lodge_writer* out) {
  const lodge_call_options options = {.struct_size = sizeof options, .parent = call};
  const lodge_slice name = slice_of("write");
  lodge_writer args = growing();
  lodge_mp_reader answer;
  lodge_handle target;
  int32_t code = self->calls->resolve(self->host, service.data, service.size, name.data, name.size, 3, &target);
  if (code != LODGE_OK) {
    return fail(out, code, "cannot be called: %.*s write/3", (int)service.size, (const char*)service.data);
  }
  code = lodge_mp_write_str(&args, title.data, title.size);
  if (code == LODGE_OK) code = lodge_write(&args, content.data, content.size);
  if (code == LODGE_OK) code = self->calls->call(self->host, target, args.data, args.size, &options, out, NULL);
  free(args.data);
  if (code != LODGE_OK) return code; /* and its message is in `out` */
  answer = lodge_mp_reader_of(out->data, out->size);
  if (lodge_mp_type(&answer) == LODGE_MP_INT) return LODGE_DONE;
  return fail(out, LODGE_INTERNAL, "the answer: expected int, got %s", lodge_mp_type_name(lodge_mp_type(&answer)));
}

static int32_t copy_note(void* plugin, const lodge_call* call, lodge_writer* out) {
  const notebook* self = plugin;
  arguments args = arguments_of(call, out);
  lodge_writer value = growing();
  lodge_slice title;
  lodge_slice service;
  note found;
  int32_t code;
  if (next_str(&args, &title) != LODGE_OK || next_str(&args, &service) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  code = find_note(self->host, self->store, "argument 1", title, &value, &found, out);
  if (code == LODGE_OK) code = call_write(self, call, service, title, found.content, out);
  free(value.data);
  return code;
}

static int32_t tear_out(void* plugin, const lodge_call* call, lodge_writer* out) {
  const notebook* self = plugin;
  arguments args = arguments_of(call, out);
  lodge_slice title;
  store_key key;
  int32_t code;
  if (next_str(&args, &title) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (check_title(out, "argument 1", title) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  if (equal(title, slice_of("spine"))) { /* a bug, on purpose: what C has in place of an exception */
    return lodge_fail(out, LODGE_INTERNAL, "the spine holds the notebook together");
  }
  key = key_of("note/", title);
  code = self->store->remove(self->host, key.bytes, key.size);
  if (code == LODGE_NOT_FOUND) return missing(out, "argument 1", title);
  if (code != LODGE_OK) return store_failed(out, code, "remove", &key);
  key = key_of("revision/", title);
  (void)self->store->remove(self->host, key.bytes, key.size); /* NOT_FOUND: another tore it out meanwhile */
  return LODGE_DONE;
}

/* Refuses a limit that makes no sense, before the service starts. */
static int32_t config(void* plugin, lodge_slice const* given, lodge_writer* out) {
  lodge_mp_reader r = lodge_mp_reader_of(given->data, given->size);
  int64_t limit;
  (void)plugin;
  if (!enter(&r, PLUGIN_NAME) || !enter(&r, "limit") || lodge_mp_read_int(&r, &limit) != LODGE_OK) {
    return fail(out, LODGE_INVALID_ARGUMENT, "limit: expected int, got %s", lodge_mp_type_name(lodge_mp_type(&r)));
  }
  if (limit >= 1 && limit <= limit_max) return LODGE_CONTINUE;
  return fail(out, LODGE_INVALID_ARGUMENT, "limit: from 1 to %d, not %" PRId64, limit_max, limit);
}

static int32_t start(void* plugin, lodge_writer* out) {
  notebook* self = plugin;
  lodge_writer settings = growing();
  lodge_mp_reader r;
  int32_t code = self->config->own(self->host, &settings);
  r = lodge_mp_reader_of(settings.data, settings.size);
  if (code == LODGE_OK && (!enter(&r, "limit") || lodge_mp_read_int(&r, &self->limit) != LODGE_OK)) {
    code = LODGE_INTERNAL;
  }
  free(settings.data);
  return code == LODGE_OK ? LODGE_OK : lodge_fail(out, code, "the plugin's settings cannot be read");
}

static const void* table_of(const lodge_host* host, const char* id) { return host->query(host, id, strlen(id)); }

static int32_t create(const lodge_host* host, void** plugin, lodge_writer* out) {
  notebook* self = calloc(1, sizeof *self);
  if (self == NULL) return lodge_fail(out, LODGE_RESOURCE_EXHAUSTED, "no memory");
  self->host = host;
  self->calls = table_of(host, LODGE_CALL_V1); /* not NULL: `needs` names it */
  self->config = table_of(host, LODGE_CONFIG_V1);
  self->store = table_of(host, LODGE_STORE_V1);
  self->timers = table_of(host, LODGE_TIMER_V1);
  self->log = table_of(host, LODGE_LOG_V1);
  pthread_mutex_init(&self->lock, NULL);
  *plugin = self;
  return LODGE_OK;
}

static void destroy(void* plugin) {
  notebook* self = plugin;
  reminder* each;
  while ((each = self->reminders) != NULL) { /* their timers ended with the instance, the host answers their tickets */
    self->reminders = each->next;
    free(each);
  }
  pthread_mutex_destroy(&self->lock);
  free(self);
}

static const uint8_t one_thousand[] = {0xcd, 0x03, 0xe8}; /* a msgpack integer */

static const lodge_setting settings[] = {
    {"limit",
     LODGE_TYPE_INT,
     0,
     {one_thousand, sizeof one_thousand},
     "how many bytes a text may have, 1 to 65536",
     {NULL, 0}},
};

static const char* const needs[] = {LODGE_CALL_V1, LODGE_CONFIG_V1, LODGE_STORE_V1, LODGE_TIMER_V1};

static const lodge_callback callbacks[] = {
    {"write", write_note, 3, LODGE_SERIAL, "title: str, text: str, tags: list", "int",
     "Writes a note, or writes it anew; answers its revision"},
    {"read", read_text, 1, LODGE_QUICK | LODGE_IDEMPOTENT, "title: str", "str", "The text of a note"},
    {"search", search, 2, LODGE_IDEMPOTENT, "word: str, in_texts: bool", "list",
     "The titles of notes with that tag, or word in their text; in no order"},
    {"render", render, 1, LODGE_IDEMPOTENT, "text: str", NULL,
     "Passes a text on with notes in place of their titles in [[ ]]"},
    {"remind", remind, 2, LODGE_FUNCTION | LODGE_IDEMPOTENT, "title: str, seconds: float", "str",
     "The text of a note, after so many seconds"},
    {"copy", copy_note, 2, LODGE_FUNCTION, "title: str, service: str", "int",
     "Writes a note into another service's notebook; answers its revision there"},
    {"tear_out", tear_out, 1, LODGE_FUNCTION, "title: str", "nil", "Removes a note; to tear out the spine is a bug"},
};

static const lodge_hooks hooks = {
    .struct_size = sizeof hooks,
    .create = create,
    .destroy = destroy,
    .config = config,
    .start = start,
};

#define LIST_OF(array) \
  { array, sizeof array / sizeof array[0], sizeof array[0] }

static const lodge_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi = LODGE_ABI,
    .sdk_version = LODGE_SDK_VERSION,
    .name = PLUGIN_NAME,
    .version = "1.0.0",
    .summary = "Keeps notes in the service's store",
    .needs = LIST_OF(needs),
    .settings = LIST_OF(settings),
    .callbacks = LIST_OF(callbacks),
    .hooks = &hooks,
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
