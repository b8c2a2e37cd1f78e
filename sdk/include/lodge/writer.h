/* Writing into a lodge_writer, and making one: small functions for plugins in C. Header only. */
#ifndef LODGE_WRITER_H
#define LODGE_WRITER_H

#include <string.h>

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__cplusplus) && defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wold-style-cast"
#endif

/* [quick] Appends bytes. LODGE_OK, or LODGE_RESOURCE_EXHAUSTED with nothing appended. */
static inline int32_t lodge_write(lodge_writer* w, const void* bytes, size_t size) {
  if (size > w->capacity - w->size) {
    const int32_t code = w->reserve(w, size);
    if (code != LODGE_OK) return code;
  }
  if (size > 0) memcpy(w->data + w->size, bytes, size);
  w->size += size;
  return LODGE_OK;
}

/* [quick] Answers with an error: takes back what was written, writes the message, returns the code.
 *   return lodge_fail(out, LODGE_NOT_FOUND, "no such word"); */
static inline int32_t lodge_fail(lodge_writer* out, int32_t code, const char* message) {
  out->size = 0;
  (void)lodge_write(out, message, strlen(message)); /* without room for the message the code stands alone */
  return code;
}

/* [quick] The `reserve` of a writer that never grows: LODGE_OK where `more` bytes fit, else LODGE_RESOURCE_EXHAUSTED.
 */
static inline int32_t lodge_no_more_room(lodge_writer* w, size_t more) {
  return more <= w->capacity - w->size ? LODGE_OK : LODGE_RESOURCE_EXHAUSTED;
}

/* [quick] A writer over `capacity` bytes of the caller's, which outlive it and never grow. */
static inline void lodge_writer_over(lodge_writer* w, void* memory, size_t capacity) {
  w->data = (uint8_t*)memory;
  w->size = 0;
  w->capacity = capacity;
  w->reserve = lodge_no_more_room;
}

#if defined(__cplusplus) && defined(__clang__)
#pragma clang diagnostic pop
#endif
#ifdef __cplusplus
}
#endif
#endif
