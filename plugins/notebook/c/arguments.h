/* What every callback here begins and ends with: its arguments, one after another, and an error that says what was
 * wrong.
 */
#ifndef NOTEBOOK_ARGUMENTS_H
#define NOTEBOOK_ARGUMENTS_H

#include <lodge/lodge.h>

/* lodge_fail with a message as printf makes it, cut at 511 bytes. */
int32_t fail(lodge_writer* out, int32_t code, const char* format, ...);

/* A code's meaning, as status.h lists it. */
const char* meaning_of(int32_t code);

/* A writer of one's own, on the heap: free(w.data) ends it. */
lodge_writer growing(void);

/* Each next_... reads one argument. LODGE_OK, or LODGE_INVALID_ARGUMENT with the message written, which says where. */
typedef struct arguments {
  lodge_mp_reader rest;
  lodge_writer* out;
  unsigned index; /* of the last one read, from 1 */
} arguments;

arguments arguments_of(const lodge_call* call, lodge_writer* out);
int32_t next_str(arguments* args, lodge_slice* to);
int32_t next_bool(arguments* args, int32_t* to);
int32_t next_float(arguments* args, double* to);
/* Checks a list of texts, and moves past it. */
int32_t next_strs(arguments* args);

/* Moves a reader into a map, to the value of that key. 0: there is no map, or no such key. */
int enter(lodge_mp_reader* r, const char* wanted);

#endif
