#include "notes.h"

#include "arguments.h"

int read_note(lodge_slice value, note* to) {
  lodge_mp_reader r = lodge_mp_reader_of(value.data, value.size);
  lodge_slice tag;
  uint32_t count;
  if (lodge_mp_read_array(&r, &count) != LODGE_OK || count != 2) return 0;
  to->content.data = r.at;
  to->content.size = lodge_mp_left(&r);
  if (lodge_mp_read_str(&r, &to->text) != LODGE_OK) return 0;
  to->tags = r;
  if (lodge_mp_read_array(&r, &count) != LODGE_OK) return 0;
  for (; count > 0; --count) {
    if (lodge_mp_read_str(&r, &tag) != LODGE_OK) return 0;
  }
  return lodge_mp_left(&r) == 0;
}

store_key key_of(const char* prefix, lodge_slice title) {
  store_key key;
  key.size = strlen(prefix);
  memcpy(key.bytes, prefix, key.size);
  memcpy(key.bytes + key.size, title.data, title.size);
  key.size += title.size;
  return key;
}

int32_t store_failed(lodge_writer* out, int32_t code, const char* operation, const store_key* key) {
  const char* const full =
      "the store is full; remove entries, give them a time to live, or raise store_bytes_max of the service";
  return fail(out, code, "lodge.store/1 %s %.*s: %s", operation, (int)key->size, (const char*)key->bytes,
              code == LODGE_RESOURCE_EXHAUSTED ? full : meaning_of(code));
}

int32_t check_title(lodge_writer* out, const char* where, lodge_slice title) {
  if (title.size >= 1 && title.size <= title_bytes_max) return LODGE_OK;
  return fail(out, LODGE_INVALID_ARGUMENT, "%s: a title has 1 to %d bytes, not %u", where, title_bytes_max,
              (unsigned)title.size);
}

int32_t missing(lodge_writer* out, const char* where, lodge_slice title) {
  return fail(out, LODGE_NOT_FOUND, "%s: no note called %.*s", where, (int)title.size, (const char*)title.data);
}

int32_t find_note(const lodge_host* host, const lodge_store_v1* store, const char* where, lodge_slice title,
                  lodge_writer* value, note* to, lodge_writer* out) {
  store_key key;
  lodge_slice found;
  int32_t code = check_title(out, where, title);
  if (code != LODGE_OK) return code;
  key = key_of("note/", title);
  code = store->get(host, key.bytes, key.size, value);
  if (code == LODGE_NOT_FOUND) return missing(out, where, title);
  if (code != LODGE_OK) return store_failed(out, code, "get", &key);
  found.data = value->data;
  found.size = value->size;
  if (read_note(found, to)) return LODGE_OK;
  return fail(out, LODGE_DATA_LOSS, "%s: what is kept as %.*s is no note", where, (int)title.size,
              (const char*)title.data);
}
