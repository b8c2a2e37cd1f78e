/* Looking into borrowed text. */
#ifndef NOTEBOOK_TEXTS_H
#define NOTEBOOK_TEXTS_H

#include <lodge/types.h>
#include <string.h>

static inline int equal(lodge_slice a, lodge_slice b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline lodge_slice slice_of(const char* text) {
  const lodge_slice slice = {text, strlen(text)};
  return slice;
}

/* From `from` to the end. */
static inline lodge_slice behind(lodge_slice text, size_t from) {
  const lodge_slice rest = {(const char*)text.data + from, text.size - from};
  return rest;
}

/* Where `what` begins in `text`, at `from` or later; text.size + 1: nowhere. */
static inline size_t find(lodge_slice text, lodge_slice what, size_t from) {
  for (; from + what.size <= text.size; ++from) {
    lodge_slice part = behind(text, from);
    part.size = what.size;
    if (equal(part, what)) return from;
  }
  return text.size + 1;
}

#endif
