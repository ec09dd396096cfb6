/* text.c: JSON while it is written, as msgspec writes it, byte for byte (the tests compare the two). All return -1 with an
 * error set where they fail; floats and long numbers are left to *encode*, which is msgspec's. */

#ifndef FLIGHT_RECORDER_TEXT_H
#define FLIGHT_RECORDER_TEXT_H

#include "parts.h"
#include <string.h>

typedef struct {
    char *at;
    Py_ssize_t size;
    Py_ssize_t room;
    PyObject *encode;
    int has_long_number;
    char first[2048]; /* most values fit in here */
} Text;

void begin_text(Text *text, PyObject *encode);
void end_text(Text *text);
int make_room(Text *text, Py_ssize_t more);

static inline int
put_bytes(Text *text, const char *bytes, Py_ssize_t size)
{
    if (text->room - text->size < size && make_room(text, size)) {
        return -1;
    }
    memcpy(text->at + text->size, bytes, size);
    text->size += size;
    return 0;
}

static inline int
put_byte(Text *text, char byte)
{
    return put_bytes(text, &byte, 1);
}

int put_text(Text *text, PyObject *string);
int put_number(Text *text, PyObject *number);
int put_encoded(Text *text, PyObject *value); /* what *encode* makes of it */

#endif
