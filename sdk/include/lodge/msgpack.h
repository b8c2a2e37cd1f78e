/* Reading and writing msgpack: what arguments, results and values are made of. Header only, nothing allocated.
 *
 * Accepted: nil, booleans, integers, floats, text, binary, arrays, maps. Ext types (time stamps too) are refused, and
 * so is nesting deeper than LODGE_MP_DEPTH_MAX. Format: https://github.com/msgpack/msgpack/blob/master/spec.md */
#ifndef LODGE_MSGPACK_H
#define LODGE_MSGPACK_H

#include <string.h>

#include <lodge/writer.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__cplusplus) && defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wold-style-cast"
#endif

#define LODGE_MP_DEPTH_MAX 64u

/* What comes next in a reader. */
enum {
  LODGE_MP_END = 0, /* nothing: all has been read */
  LODGE_MP_BAD = 1, /* ext, or a byte that means nothing */
  LODGE_MP_NIL = 2,
  LODGE_MP_BOOL = 3,
  LODGE_MP_INT = 4, /* signed or not, of any width */
  LODGE_MP_FLOAT = 5,
  LODGE_MP_STR = 6,
  LODGE_MP_BIN = 7,
  LODGE_MP_ARRAY = 8,
  LODGE_MP_MAP = 9
};

/* Reads borrowed bytes from front to back. The lodge_mp_read_... functions return LODGE_OK, or
 * LODGE_INVALID_ARGUMENT with the reader where it was: another type comes next, or the bytes end too early.
 * All functions here are [quick]. */
typedef struct lodge_mp_reader {
  const uint8_t* at;
  const uint8_t* end;
} lodge_mp_reader;

/* A reader of these bytes, which outlive it. */
static inline lodge_mp_reader lodge_mp_reader_of(const void* bytes, size_t size) {
  lodge_mp_reader r;
  r.at = (const uint8_t*)bytes;
  r.end = size > 0 ? r.at + size : r.at;
  return r;
}

/* Bytes that have not been read. */
static inline size_t lodge_mp_left(const lodge_mp_reader* r) { return (size_t)(r->end - r->at); }

/* Big-endian numbers, written so that compilers make one load and one swap of them. */
static inline uint64_t lodge_mp_be16(const uint8_t* b) { return ((uint64_t)b[0] << 8) | b[1]; }
static inline uint64_t lodge_mp_be32(const uint8_t* b) {
  return ((uint64_t)b[0] << 24) | ((uint64_t)b[1] << 16) | ((uint64_t)b[2] << 8) | b[3];
}
static inline uint64_t lodge_mp_be64(const uint8_t* b) {
  return ((uint64_t)b[0] << 56) | ((uint64_t)b[1] << 48) | ((uint64_t)b[2] << 40) | ((uint64_t)b[3] << 32) |
         ((uint64_t)b[4] << 24) | ((uint64_t)b[5] << 16) | ((uint64_t)b[6] << 8) | b[7];
}
/* `width`: 1, 2, 4 or 8 bytes. */
static inline uint64_t lodge_mp_be(const uint8_t* bytes, size_t width) {
  switch (width) {
    case 1:
      return bytes[0];
    case 2:
      return lodge_mp_be16(bytes);
    case 4:
      return lodge_mp_be32(bytes);
    default:
      return lodge_mp_be64(bytes);
  }
}

/* What comes next: LODGE_MP_END and so on. */
static inline int32_t lodge_mp_type(const lodge_mp_reader* r) {
  uint8_t b;
  if (r->at == r->end) return LODGE_MP_END;
  b = *r->at;
  if (b <= 0x7f || b >= 0xe0) return LODGE_MP_INT;
  if (b <= 0x8f) return LODGE_MP_MAP;
  if (b <= 0x9f) return LODGE_MP_ARRAY;
  if (b <= 0xbf) return LODGE_MP_STR;
  if (b == 0xc0) return LODGE_MP_NIL;
  if (b == 0xc2 || b == 0xc3) return LODGE_MP_BOOL;
  if (b >= 0xc4 && b <= 0xc6) return LODGE_MP_BIN;
  if (b == 0xca || b == 0xcb) return LODGE_MP_FLOAT;
  if (b >= 0xcc && b <= 0xd3) return LODGE_MP_INT;
  if (b >= 0xd9 && b <= 0xdb) return LODGE_MP_STR;
  if (b == 0xdc || b == 0xdd) return LODGE_MP_ARRAY;
  if (b == 0xde || b == 0xdf) return LODGE_MP_MAP;
  return LODGE_MP_BAD;
}

/* "int", "str" and so on: the words of descriptors. */
static inline const char* lodge_mp_type_name(int32_t type) {
  static const char* const names[] = {"nothing", "bad bytes", "nil", "bool", "int",
                                      "float",   "str",       "bin", "list", "map"};
  return type >= 0 && type <= LODGE_MP_MAP ? names[type] : names[LODGE_MP_BAD];
}

/* One head: its type; the bytes of content behind it (text, binary); or the values behind it (array: elements, map:
 * keys and values). Moves past the head. 0: cut off or LODGE_MP_BAD, and the reader stays. */
static inline int lodge_mp_head(lodge_mp_reader* r, int32_t* type, uint64_t* content, uint64_t* values) {
  const size_t left = lodge_mp_left(r);
  size_t head = 1;
  uint8_t b;
  *content = 0;
  *values = 0;
  if (left == 0) return 0;
  b = *r->at;
  *type = lodge_mp_type(r);
  switch (*type) {
    case LODGE_MP_NIL:
    case LODGE_MP_BOOL:
      break;
    case LODGE_MP_INT:
      if (b >= 0xcc && b <= 0xcf) head = 1 + ((size_t)1 << (b - 0xcc));
      if (b >= 0xd0 && b <= 0xd3) head = 1 + ((size_t)1 << (b - 0xd0));
      break;
    case LODGE_MP_FLOAT:
      head = b == 0xca ? 5 : 9;
      break;
    case LODGE_MP_STR:
      if (b <= 0xbf) {
        *content = b & 0x1fu;
      } else {
        head = 1 + ((size_t)1 << (b - 0xd9));
      }
      break;
    case LODGE_MP_BIN:
      head = 1 + ((size_t)1 << (b - 0xc4));
      break;
    case LODGE_MP_ARRAY:
      if (b <= 0x9f) {
        *values = b & 0x0fu;
      } else {
        head = b == 0xdc ? 3 : 5;
      }
      break;
    case LODGE_MP_MAP:
      if (b <= 0x8f) {
        *values = b & 0x0fu;
      } else {
        head = b == 0xde ? 3 : 5;
      }
      break;
    default:
      return 0;
  }
  if (head > left) return 0;
  if (head > 1) {
    if (*type == LODGE_MP_STR || *type == LODGE_MP_BIN) *content = lodge_mp_be(r->at + 1, head - 1);
    if (*type == LODGE_MP_ARRAY || *type == LODGE_MP_MAP) *values = lodge_mp_be(r->at + 1, head - 1);
  }
  if (*type == LODGE_MP_MAP) *values *= 2;
  if (*content > left - head) return 0;
  r->at += head;
  return 1;
}

/* The size of a value that its first byte tells by itself: numbers and short text, which most small messages are made
 * of. 0: it takes a closer look. */
static inline size_t lodge_mp_plain_size(uint8_t b) {
  if (b <= 0x7f || b >= 0xe0) return 1;
  if ((b & 0xe0u) == 0xa0) return 1 + (size_t)(b & 0x1fu);
  if (b >= 0xcc && b <= 0xd3) return 1 + ((size_t)1 << (b & 3u));
  return 0;
}

/* Moves past one whole value. LODGE_INVALID_ARGUMENT: not well formed, ext, or nested too deeply; the reader stays. */
static inline int32_t lodge_mp_skip(lodge_mp_reader* r) {
  uint64_t open[LODGE_MP_DEPTH_MAX]; /* values still to come, level by level */
  size_t depth = 0;
  lodge_mp_reader at = *r;
  for (;;) {
    int32_t type = LODGE_MP_BAD;
    uint64_t content = 0;
    uint64_t values = 0;
    const size_t plain = at.at != at.end ? lodge_mp_plain_size(*at.at) : 0;
    if (plain != 0) {
      if (plain > lodge_mp_left(&at)) return LODGE_INVALID_ARGUMENT;
      at.at += plain;
    } else {
      if (!lodge_mp_head(&at, &type, &content, &values)) return LODGE_INVALID_ARGUMENT;
      at.at += content;
      /* Each value takes a byte at least: more of them than bytes cannot be true. */
      if (values > lodge_mp_left(&at)) return LODGE_INVALID_ARGUMENT;
      if (type == LODGE_MP_ARRAY || type == LODGE_MP_MAP) {
        if (depth == LODGE_MP_DEPTH_MAX) return LODGE_INVALID_ARGUMENT;
        if (values > 0) {
          open[depth++] = values;
          continue;
        }
      }
    }
    while (depth > 0 && --open[depth - 1] == 0) --depth;
    if (depth == 0) {
      *r = at;
      return LODGE_OK;
    }
  }
}

/* That the bytes are exactly `count` well-formed values, one after another. */
static inline int32_t lodge_mp_check(const void* bytes, size_t size, size_t count) {
  lodge_mp_reader r = lodge_mp_reader_of(bytes, size);
  for (; count > 0; --count) {
    if (lodge_mp_skip(&r) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
  }
  return r.at == r.end ? LODGE_OK : LODGE_INVALID_ARGUMENT;
}

static inline int32_t lodge_mp_read_nil(lodge_mp_reader* r) {
  if (lodge_mp_type(r) != LODGE_MP_NIL) return LODGE_INVALID_ARGUMENT;
  ++r->at;
  return LODGE_OK;
}

/* `*out`: 0 or 1. */
static inline int32_t lodge_mp_read_bool(lodge_mp_reader* r, int32_t* out) {
  if (lodge_mp_type(r) != LODGE_MP_BOOL) return LODGE_INVALID_ARGUMENT;
  *out = *r->at++ == 0xc3;
  return LODGE_OK;
}

/* The bits of an integer, and whether it is negative. */
static inline int32_t lodge_mp_read_number(lodge_mp_reader* r, uint64_t* bits, int32_t* negative) {
  const uint8_t b = r->at != r->end ? *r->at : 0xc1;
  size_t width;
  *negative = 0;
  if (b <= 0x7f) {
    *bits = b;
    ++r->at;
    return LODGE_OK;
  }
  if (b >= 0xe0) {
    *bits = (uint64_t)(int64_t)(int8_t)b;
    *negative = 1;
    ++r->at;
    return LODGE_OK;
  }
  if (b < 0xcc || b > 0xd3) return LODGE_INVALID_ARGUMENT;
  width = (size_t)1 << (b & 3u);
  if (lodge_mp_left(r) < 1 + width) return LODGE_INVALID_ARGUMENT;
  *bits = lodge_mp_be(r->at + 1, width);
  if (b >= 0xd0 && (*bits >> (8 * width - 1)) != 0) {
    if (width < 8) *bits |= ~(uint64_t)0 << (8 * width);
    *negative = 1;
  }
  r->at += 1 + width;
  return LODGE_OK;
}

/* LODGE_OUT_OF_RANGE (the reader stays): an integer above INT64_MAX. */
static inline int32_t lodge_mp_read_int(lodge_mp_reader* r, int64_t* out) {
  lodge_mp_reader at = *r;
  uint64_t bits = 0;
  int32_t negative = 0;
  const int32_t code = lodge_mp_read_number(&at, &bits, &negative);
  if (code != LODGE_OK) return code;
  if (!negative && bits > (uint64_t)INT64_MAX) return LODGE_OUT_OF_RANGE;
  memcpy(out, &bits, sizeof bits);
  *r = at;
  return LODGE_OK;
}

/* LODGE_OUT_OF_RANGE (the reader stays): a negative integer. */
static inline int32_t lodge_mp_read_uint(lodge_mp_reader* r, uint64_t* out) {
  lodge_mp_reader at = *r;
  int32_t negative = 0;
  const int32_t code = lodge_mp_read_number(&at, out, &negative);
  if (code != LODGE_OK) return code;
  if (negative) return LODGE_OUT_OF_RANGE;
  *r = at;
  return LODGE_OK;
}

static inline int32_t lodge_mp_read_float(lodge_mp_reader* r, double* out) {
  uint64_t bits;
  if (lodge_mp_type(r) != LODGE_MP_FLOAT) return LODGE_INVALID_ARGUMENT;
  if (*r->at == 0xca) {
    uint32_t narrow;
    float value;
    if (lodge_mp_left(r) < 5) return LODGE_INVALID_ARGUMENT;
    narrow = (uint32_t)lodge_mp_be(r->at + 1, 4);
    memcpy(&value, &narrow, sizeof value);
    *out = (double)value;
    r->at += 5;
    return LODGE_OK;
  }
  if (lodge_mp_left(r) < 9) return LODGE_INVALID_ARGUMENT;
  bits = lodge_mp_be(r->at + 1, 8);
  memcpy(out, &bits, sizeof *out);
  r->at += 9;
  return LODGE_OK;
}

static inline int32_t lodge_mp_read_content(lodge_mp_reader* r, int32_t wanted, lodge_slice* out) {
  lodge_mp_reader at = *r;
  int32_t type = LODGE_MP_BAD;
  uint64_t content = 0;
  uint64_t values = 0;
  if (lodge_mp_type(r) != wanted || !lodge_mp_head(&at, &type, &content, &values)) return LODGE_INVALID_ARGUMENT;
  out->data = at.at;
  out->size = (size_t)content;
  r->at = at.at + content;
  return LODGE_OK;
}
/* Text, and bytes: borrowed from the reader's bytes. */
static inline int32_t lodge_mp_read_str(lodge_mp_reader* r, lodge_slice* out) {
  return lodge_mp_read_content(r, LODGE_MP_STR, out);
}
static inline int32_t lodge_mp_read_bin(lodge_mp_reader* r, lodge_slice* out) {
  return lodge_mp_read_content(r, LODGE_MP_BIN, out);
}

static inline int32_t lodge_mp_read_count(lodge_mp_reader* r, int32_t wanted, uint32_t* out) {
  lodge_mp_reader at = *r;
  int32_t type = LODGE_MP_BAD;
  uint64_t content = 0;
  uint64_t values = 0;
  if (lodge_mp_type(r) != wanted || !lodge_mp_head(&at, &type, &content, &values)) return LODGE_INVALID_ARGUMENT;
  *out = (uint32_t)(wanted == LODGE_MP_MAP ? values / 2 : values);
  *r = at;
  return LODGE_OK;
}
/* How many elements, or key-value pairs, follow. Bytes that were checked hold them all. */
static inline int32_t lodge_mp_read_array(lodge_mp_reader* r, uint32_t* count) {
  return lodge_mp_read_count(r, LODGE_MP_ARRAY, count);
}
static inline int32_t lodge_mp_read_map(lodge_mp_reader* r, uint32_t* count) {
  return lodge_mp_read_count(r, LODGE_MP_MAP, count);
}

/* The lodge_mp_write_... functions append one value, in its shortest form. LODGE_OK, or LODGE_RESOURCE_EXHAUSTED with
 * nothing appended. Of a head: its first byte, and a number of `width` bytes behind it. */
static inline int32_t lodge_mp_write_head(lodge_writer* w, uint8_t first, uint64_t number, size_t width) {
  uint8_t* to;
  size_t i;
  if (1 + width > w->capacity - w->size) {
    const int32_t code = w->reserve(w, 1 + width);
    if (code != LODGE_OK) return code;
  }
  to = w->data + w->size;
  to[0] = first;
  w->size += 1 + width;
  if (width == 0) return LODGE_OK;
  number <<= 64 - 8 * width;
  for (i = 0; i < width; ++i) to[1 + i] = (uint8_t)(number >> (56 - 8 * i));
  return LODGE_OK;
}

static inline int32_t lodge_mp_write_nil(lodge_writer* w) { return lodge_mp_write_head(w, 0xc0, 0, 0); }
static inline int32_t lodge_mp_write_bool(lodge_writer* w, int32_t value) {
  return lodge_mp_write_head(w, value ? 0xc3 : 0xc2, 0, 0);
}
static inline int32_t lodge_mp_write_uint(lodge_writer* w, uint64_t value) {
  if (value <= 0x7f) return lodge_mp_write_head(w, (uint8_t)value, 0, 0);
  if (value <= 0xff) return lodge_mp_write_head(w, 0xcc, value, 1);
  if (value <= 0xffff) return lodge_mp_write_head(w, 0xcd, value, 2);
  if (value <= 0xffffffffu) return lodge_mp_write_head(w, 0xce, value, 4);
  return lodge_mp_write_head(w, 0xcf, value, 8);
}
static inline int32_t lodge_mp_write_int(lodge_writer* w, int64_t value) {
  const uint64_t bits = (uint64_t)value;
  if (value >= 0) return lodge_mp_write_uint(w, bits);
  if (value >= -32) return lodge_mp_write_head(w, (uint8_t)bits, 0, 0);
  if (value >= INT8_MIN) return lodge_mp_write_head(w, 0xd0, bits, 1);
  if (value >= INT16_MIN) return lodge_mp_write_head(w, 0xd1, bits, 2);
  if (value >= INT32_MIN) return lodge_mp_write_head(w, 0xd2, bits, 4);
  return lodge_mp_write_head(w, 0xd3, bits, 8);
}
static inline int32_t lodge_mp_write_float(lodge_writer* w, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return lodge_mp_write_head(w, 0xcb, bits, 8);
}

/* Text must be UTF-8; beyond 4 GiB - 1 LODGE_RESOURCE_EXHAUSTED. `width`: bytes that the size takes in the head. */
static inline int32_t lodge_mp_write_content(lodge_writer* w, uint8_t first, const void* bytes, size_t size,
                                             size_t width) {
  const size_t start = w->size;
  int32_t code = lodge_mp_write_head(w, first, size, width);
  if (code == LODGE_OK) code = lodge_write(w, bytes, size);
  if (code != LODGE_OK) w->size = start;
  return code;
}
static inline int32_t lodge_mp_write_str(lodge_writer* w, const char* text, size_t size) {
  if (size <= 31) return lodge_mp_write_content(w, (uint8_t)(0xa0u | size), text, size, 0);
  if (size <= 0xff) return lodge_mp_write_content(w, 0xd9, text, size, 1);
  if (size <= 0xffff) return lodge_mp_write_content(w, 0xda, text, size, 2);
  if ((uint64_t)size <= 0xffffffffu) return lodge_mp_write_content(w, 0xdb, text, size, 4);
  return LODGE_RESOURCE_EXHAUSTED;
}
static inline int32_t lodge_mp_write_bin(lodge_writer* w, const void* bytes, size_t size) {
  if (size <= 0xff) return lodge_mp_write_content(w, 0xc4, bytes, size, 1);
  if (size <= 0xffff) return lodge_mp_write_content(w, 0xc5, bytes, size, 2);
  if ((uint64_t)size <= 0xffffffffu) return lodge_mp_write_content(w, 0xc6, bytes, size, 4);
  return LODGE_RESOURCE_EXHAUSTED;
}

/* The head of an array of so many elements, or a map of so many pairs, which the caller writes behind it. */
static inline int32_t lodge_mp_write_array(lodge_writer* w, uint32_t count) {
  if (count <= 15) return lodge_mp_write_head(w, (uint8_t)(0x90u | count), 0, 0);
  if (count <= 0xffff) return lodge_mp_write_head(w, 0xdc, count, 2);
  return lodge_mp_write_head(w, 0xdd, count, 4);
}
static inline int32_t lodge_mp_write_map(lodge_writer* w, uint32_t count) {
  if (count <= 15) return lodge_mp_write_head(w, (uint8_t)(0x80u | count), 0, 0);
  if (count <= 0xffff) return lodge_mp_write_head(w, 0xde, count, 2);
  return lodge_mp_write_head(w, 0xdf, count, 4);
}

#if defined(__cplusplus) && defined(__clang__)
#pragma clang diagnostic pop
#endif
#ifdef __cplusplus
}
#endif
#endif
