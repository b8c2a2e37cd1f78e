/* Notes in the service's store: [text, [tag...]] under note/TITLE, and how often it was written under revision/TITLE.
 */
#ifndef NOTEBOOK_NOTES_H
#define NOTEBOOK_NOTES_H

#include <lodge/lodge.h>

enum { title_bytes_max = 200 };

/* Borrowed from the bytes that it was read from. */
typedef struct note {
  lodge_slice text;
  lodge_mp_reader tags; /* in front of a list */
  lodge_slice content;  /* text and tags, as msgpack */
} note;

/* 0: that is no note. */
int read_note(lodge_slice value, note* to);

typedef struct store_key {
  uint8_t bytes[sizeof "revision/" + title_bytes_max];
  size_t size;
} store_key;

/* `title`: one that check_title let pass. */
store_key key_of(const char* prefix, lodge_slice title);

/* These answer LODGE_OK, or a code with its message in `out`. `where`: "argument 1". */
int32_t check_title(lodge_writer* out, const char* where, lodge_slice title);
int32_t missing(lodge_writer* out, const char* where, lodge_slice title);
int32_t store_failed(lodge_writer* out, int32_t code, const char* operation, const store_key* key);

/* Reads the note into `value`, which `to` then points into. */
int32_t find_note(const lodge_host* host, const lodge_store_v1* store, const char* where, lodge_slice title,
                  lodge_writer* value, note* to, lodge_writer* out);

#endif
