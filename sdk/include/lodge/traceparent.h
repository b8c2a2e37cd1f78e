/* W3C trace context as text, the header `traceparent`: 00-TRACE_ID-SPAN_ID-FLAGS in lower-case hex digits, 32, 16 and 2
 * of them. Header only, nothing allocated. https://www.w3.org/TR/trace-context/ */
#ifndef LODGE_TRACEPARENT_H
#define LODGE_TRACEPARENT_H

#include <string.h>

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__cplusplus) && defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wold-style-cast"
#endif

#define LODGE_TRACEPARENT_SIZE 55u /* bytes, without a terminating zero */

enum { LODGE_TRACE_SAMPLED = 1 }; /* of lodge_trace.flags: whoever records, records this */

/* [quick] 1: all zero, which is no id. */
static inline int lodge_no_id(const uint8_t* id, size_t size) {
  size_t i;
  for (i = 0; i < size; ++i) {
    if (id[i] != 0) return 0;
  }
  return 1;
}

/* [quick] Writes two digits for each byte. */
static inline void lodge_write_hex(const uint8_t* bytes, size_t size, char* out) {
  size_t i;
  for (i = 0; i < size; ++i) {
    out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
    out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
  }
}

/* [quick] Reads `size` bytes of two lower-case digits each. 0: other characters are among them. */
static inline int lodge_read_hex(const char* text, uint8_t* out, size_t size) {
  size_t i;
  for (i = 0; i < 2 * size; ++i) {
    const char c = text[i];
    uint8_t digit;
    if (c >= '0' && c <= '9') {
      digit = (uint8_t)(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = (uint8_t)(c - 'a' + 10);
    } else {
      return 0;
    }
    out[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
  }
  return 1;
}

/* [quick] LODGE_OK; or LODGE_INVALID_ARGUMENT, and nothing is written: no traceparent, or one whose ids are all zero.
 * Of a version later than 00 what stands behind the flags is passed over, and so are flags other than sampled. */
static inline int32_t lodge_traceparent_read(const char* text, size_t size, lodge_trace* out) {
  lodge_trace trace;
  uint8_t version;
  uint8_t flags;
  memset(&trace, 0, sizeof trace);
  if (size < LODGE_TRACEPARENT_SIZE || !lodge_read_hex(text, &version, 1) || version == 0xff || text[2] != '-' ||
      !lodge_read_hex(text + 3, trace.trace_id, 16) || text[35] != '-' ||
      !lodge_read_hex(text + 36, trace.span_id, 8) || text[52] != '-' || !lodge_read_hex(text + 53, &flags, 1)) {
    return LODGE_INVALID_ARGUMENT;
  }
  if (size > LODGE_TRACEPARENT_SIZE && (version == 0 || text[LODGE_TRACEPARENT_SIZE] != '-')) {
    return LODGE_INVALID_ARGUMENT;
  }
  if (lodge_no_id(trace.trace_id, 16) || lodge_no_id(trace.span_id, 8)) return LODGE_INVALID_ARGUMENT;
  trace.flags = version == 0 ? flags : (uint32_t)(flags & LODGE_TRACE_SAMPLED);
  *out = trace;
  return LODGE_OK;
}

/* [quick] Writes LODGE_TRACEPARENT_SIZE bytes. */
static inline void lodge_traceparent_write(const lodge_trace* trace, char* out) {
  const uint8_t flags = (uint8_t)(trace->flags & 0xffu);
  out[0] = out[1] = '0';
  out[2] = out[35] = out[52] = '-';
  lodge_write_hex(trace->trace_id, 16, out + 3);
  lodge_write_hex(trace->span_id, 8, out + 36);
  lodge_write_hex(&flags, 1, out + 53);
}

#if defined(__cplusplus) && defined(__clang__)
#pragma clang diagnostic pop
#endif
#ifdef __cplusplus
}
#endif
#endif
