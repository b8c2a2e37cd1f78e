/* lodge.service/1 as it was published, on LP64: every size, offset, signature and number. Plugins carry these numbers,
 * so this file is never edited. That it compiles is the test of all but the text. */
#include <lodge/service.h>
#include <stdio.h>
#include <string.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has another size")
#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member " is elsewhere")
#define IS(constant, number) _Static_assert((constant) == (number), #constant " is another number")
#define MEMBER(type, member, ...) \
  _Static_assert(_Generic(((type*)0)->member, __VA_ARGS__ : 1, default : 0), #type "." #member " has another type")
#define POINTER(type, ...) _Static_assert(_Generic((type)0, __VA_ARGS__ : 1, default : 0), #type " has another type")

SIZE(lodge_service_status, 72);
AT(lodge_service_status, struct_size, 0);
AT(lodge_service_status, name, 8);
AT(lodge_service_status, running, 24);
AT(lodge_service_status, admin, 28);
AT(lodge_service_status, since_ns, 32);
AT(lodge_service_status, reason, 40);
AT(lodge_service_status, last_error, 56);
POINTER(lodge_service_visit_fn, int32_t (*)(void*, const lodge_service_status*));
POINTER(lodge_service_watch_fn, void (*)(void*, const lodge_service_status*));
SIZE(lodge_service_order, 56);
AT(lodge_service_order, struct_size, 0);
AT(lodge_service_order, admin, 8);
AT(lodge_service_order, reserved, 12);
AT(lodge_service_order, reason, 16);
AT(lodge_service_order, overrides, 32);
AT(lodge_service_order, wait_ns, 48);
SIZE(lodge_service_v1, 72);
AT(lodge_service_v1, status, 0);
AT(lodge_service_v1, info, 8);
AT(lodge_service_v1, want, 16);
AT(lodge_service_v1, change, 24);
AT(lodge_service_v1, create, 32);
AT(lodge_service_v1, remove, 40);
AT(lodge_service_v1, fail, 48);
AT(lodge_service_v1, watch, 56);
AT(lodge_service_v1, unwatch, 64);
MEMBER(lodge_service_v1, status, int32_t (*)(const lodge_host*, const char*, size_t, lodge_service_visit_fn, void*));
MEMBER(lodge_service_v1, info, int32_t (*)(const lodge_host*, const char*, size_t, lodge_writer*));
MEMBER(lodge_service_v1, want,
       int32_t (*)(const lodge_host*, const char*, size_t, const lodge_service_order*, lodge_writer*));
MEMBER(lodge_service_v1, change,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, lodge_writer*));
MEMBER(lodge_service_v1, create,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, lodge_writer*));
MEMBER(lodge_service_v1, remove, int32_t (*)(const lodge_host*, const char*, size_t, int64_t, lodge_writer*));
MEMBER(lodge_service_v1, fail, int32_t (*)(const lodge_host*, int32_t, const char*, size_t));
MEMBER(lodge_service_v1, watch,
       int32_t (*)(const lodge_host*, const char*, size_t, lodge_service_watch_fn, void*, lodge_handle*));
MEMBER(lodge_service_v1, unwatch, int32_t (*)(const lodge_host*, lodge_handle));
IS(LODGE_SERVICE_ACTIVE, 0);
IS(LODGE_SERVICE_PAUSE, 1);
IS(LODGE_SERVICE_INACTIVE, 2);
IS(LODGE_SERVICE_STARTING, 0);
IS(LODGE_SERVICE_RUNNING, 1);
IS(LODGE_SERVICE_PAUSING, 2);
IS(LODGE_SERVICE_PAUSED, 3);
IS(LODGE_SERVICE_STOPPING, 4);
IS(LODGE_SERVICE_STOPPED, 5);
IS(LODGE_SERVICE_FAILED, 6);

int main(void) {
  if (strcmp(LODGE_SERVICE_V1, "lodge.service/1") == 0) return 0;
  fprintf(stderr, "\"%s\" was \"lodge.service/1\"\n", LODGE_SERVICE_V1);
  return 1;
}
