/* What the tests of whole hosts call: callbacks that leave a trace, never end, are never answered, or crash. */
#include <fcntl.h>
#include <lodge/lodge.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const lodge_host* host_of(void* self) { return (const lodge_host*)self; }

/* The instance has no state of its own: `self` is the host. */
static int32_t create(const lodge_host* host, void** self, lodge_writer* out) {
  (void)out;
  *self = (void*)(uintptr_t)host;
  return LODGE_OK;
}

static int32_t start(void* self, lodge_writer* out) {
  static const uint8_t at_home = 1;
  const lodge_names_v1* names = host_of(self)->query(host_of(self), LODGE_NAMES_V1, sizeof LODGE_NAMES_V1 - 1);
  const int32_t unique = names->register_name(host_of(self), 0, (const uint8_t*)"subject", 7, &at_home, 1, NULL);
  const int32_t shared = names->store(host_of(self), 0, (const uint8_t*)"subjects", 8, &at_home, 1);
  return unique == LODGE_OK && shared == LODGE_OK ? LODGE_OK : lodge_fail(out, LODGE_INTERNAL, "no name");
}

static int32_t echo(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self;
  return lodge_write(out, call->args.data, call->args.size);
}

/* The id on a line of its own in the file `journal` of the host's working directory, in one write: what has run is
 * there even when the host is killed. */
static int32_t note(void* self, const lodge_call* call, lodge_writer* out) {
  lodge_mp_reader args = lodge_mp_reader_of(call->args.data, call->args.size);
  char line[32];
  int64_t id = 0;
  int journal;
  int size;
  (void)self;
  if (lodge_mp_read_int(&args, &id) != LODGE_OK) return lodge_fail(out, LODGE_INVALID_ARGUMENT, "expected an id");
  size = snprintf(line, sizeof line, "%lld\n", (long long)id);
  journal = open("journal", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (journal < 0 || write(journal, line, (size_t)size) != size) return lodge_fail(out, LODGE_INTERNAL, "no journal");
  (void)close(journal);
  return lodge_mp_write_int(out, id);
}

/* Blocks until the process ends; the journal says when it has begun. */
static int32_t hold(void* self, const lodge_call* call, lodge_writer* out) {
  const int32_t code = note(self, call, out);
  if (code != LODGE_OK) return code;
  for (;;) pause();
}

/* Takes a ticket and forgets it. */
static int32_t postpone(void* self, const lodge_call* call, lodge_writer* out) {
  const lodge_call_v1* calls = host_of(self)->query(host_of(self), LODGE_CALL_V1, sizeof LODGE_CALL_V1 - 1);
  lodge_handle ticket = 0;
  const int32_t noted = note(self, call, out);
  if (noted != LODGE_OK) return noted;
  return calls->defer(host_of(self), call, &ticket) == LODGE_OK ? LODGE_DEFERRED : LODGE_INTERNAL;
}

static int32_t leave(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  exit(0);
}

static int32_t give_up(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  abort();
}

static int32_t stray(void* self, const lodge_call* call, lodge_writer* out) {
  static volatile uintptr_t nowhere = 4096;
  (void)self, (void)call, (void)out;
  *(volatile int*)nowhere = 1;
  return LODGE_OK;
}

static volatile int forever = 1;

/* Deeper than any stack. */
static int sink(volatile const char* above) {
  volatile char here[4096];
  here[0] = above[0];
  return forever ? sink(here) + here[0] : 0;
}

static int32_t descend(void* self, const lodge_call* call, lodge_writer* out) {
  static const char surface = 0;
  (void)self, (void)call;
  return lodge_mp_write_int(out, sink(&surface));
}

static int32_t spin(void* self, const lodge_call* call, lodge_writer* out) {
  (void)self, (void)call, (void)out;
  while (forever) {
  }
  return LODGE_OK;
}

static const char* const needs[] = {LODGE_CALL_V1, LODGE_NAMES_V1};
static const uint8_t five = 5;
static const lodge_setting settings[] = {{"size", LODGE_TYPE_INT, 0, {&five, 1}, "how large", {NULL, 0}}};
static const lodge_callback callbacks[] = {
    {"echo", echo, 1, LODGE_FUNCTION | LODGE_IDEMPOTENT, "what: any", "any", "Answers its argument"},
    {"note", note, 1, LODGE_FUNCTION, "id: int", "int", "Writes the id to the journal"},
    {"hold", hold, 1, LODGE_FUNCTION, "id: int", NULL, "Never returns"},
    {"postpone", postpone, 1, LODGE_FUNCTION, "id: int", NULL, "Is never answered"},
    {"leave", leave, 0, LODGE_FUNCTION, NULL, NULL, "Calls exit"},
    {"give_up", give_up, 0, LODGE_FUNCTION, NULL, NULL, "Aborts"},
    {"stray", stray, 0, LODGE_FUNCTION, NULL, NULL, "Writes where nothing is"},
    {"descend", descend, 0, LODGE_FUNCTION, NULL, NULL, "Overflows its stack"},
    {"spin", spin, 0, LODGE_FUNCTION | LODGE_QUICK, NULL, NULL, "Is not quick at all"},
};
static const lodge_hooks hooks = {.struct_size = sizeof(lodge_hooks), .create = create, .start = start};
static const lodge_plugin plugin = {
    sizeof(lodge_plugin),
    LODGE_ABI,
    0,
    LODGE_SDK_VERSION,
    "subject",
    "1.4.0",
    "Called by tests of whole hosts",
    NULL,
    {NULL, 0, 0},
    {needs, sizeof needs / sizeof needs[0], sizeof(const char*)},
    {settings, 1, sizeof(lodge_setting)},
    {callbacks, sizeof callbacks / sizeof callbacks[0], sizeof(lodge_callback)},
    &hooks,
    NULL,
};

const lodge_plugin* lodge_plugin_v1(void) { return &plugin; }
