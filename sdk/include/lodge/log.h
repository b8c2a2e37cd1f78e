/* lodge.log/1: lines in the host's log, marked with the service and plugin they come from. */
#ifndef LODGE_LOG_H
#define LODGE_LOG_H

#include <lodge/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LODGE_LOG_V1 "lodge.log/1"

enum { LODGE_LOG_TRACE = 0, LODGE_LOG_DEBUG = 1, LODGE_LOG_INFO = 2, LODGE_LOG_WARN = 3, LODGE_LOG_ERROR = 4 };

typedef struct lodge_log_v1 {
  /* 1: a line of that level would be written; 0: not. Ask before building dear text. [quick] */
  int32_t (*enabled)(const lodge_host* host, int32_t level);
  /* Writes one line: UTF-8 text, cut at 8 KiB; bytes that are not UTF-8 and control characters are escaped.
   * INVALID_ARGUMENT: no such level; STALE: the instance is gone (the line is written all the same). [quick] */
  int32_t (*write)(const lodge_host* host, int32_t level, const char* text, size_t text_size);
} lodge_log_v1;

#ifdef __cplusplus
}
#endif
#endif
