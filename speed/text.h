/* text.c: JSON while it is written, as msgspec writes it, byte for byte (the tests compare the two). All return -1 with an
 * error set where they fail; floats and long numbers are left to *encode*, which is msgspec's. */

#ifndef FLIGHT_RECORDER_TEXT_H
#define FLIGHT_RECORDER_TEXT_H

#include "parts.h"
#include <string.h>

enum { MAX_MARKS = 32, NEAR = 64 };

typedef struct {
    char *at;
    Py_ssize_t size;
    Py_ssize_t room;
    PyObject *encode;
    int has_long_number, has_header;
    int marks;
    struct {
        Py_ssize_t first, end;
    } marked[MAX_MARKS]; /* where in it bytes stand that may be signs of a secret, in their order */
    char first[2048]; /* most values fit in here */
} Text;

void begin_text(Text *text, PyObject *encode);
void end_text(Text *text);
int make_room(Text *text, Py_ssize_t more);

/* Copy a few bytes without a call of memcpy: the first ones and the last ones, which may overlap. */
static inline void
copy(char *to, const char *from, size_t size)
{
    if (size > 32) {
        memcpy(to, from, size);
    }
    else if (size >= 16) {
        uint64_t parts[4];
        memcpy(parts, from, 16);
        memcpy(parts + 2, from + size - 16, 16);
        memcpy(to, parts, 16);
        memcpy(to + size - 16, parts + 2, 16);
    }
    else if (size >= 8) {
        uint64_t first, last;
        memcpy(&first, from, 8);
        memcpy(&last, from + size - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + size - 8, &last, 8);
    }
    else if (size >= 4) {
        uint32_t first, last;
        memcpy(&first, from, 4);
        memcpy(&last, from + size - 4, 4);
        memcpy(to, &first, 4);
        memcpy(to + size - 4, &last, 4);
    }
    else if (size > 0) {
        char middle = from[size / 2], last = from[size - 1];
        to[0] = from[0];
        to[size / 2] = middle;
        to[size - 1] = last;
    }
}

static inline int
put_bytes(Text *text, const char *bytes, Py_ssize_t size)
{
    if (text->room - text->size < size && make_room(text, size)) {
        return -1;
    }
    copy(text->at + text->size, bytes, size);
    text->size += size;
    return 0;
}

static inline int
put_byte(Text *text, char byte)
{
    if (text->size == text->room && make_room(text, 1)) {
        return -1;
    }
    text->at[text->size++] = byte;
    return 0;
}

int put_number(Text *text, PyObject *number);
int put_encoded(Text *text, PyObject *value); /* what *encode* makes of it */

/* strings.c */
int put_string(Text *text, PyObject *string); /* and mark it, if there may be a sign of a secret in it */

/* signs.c: what is to be said of what was written; one of the *needles* in it is a sign of a secret, too. */
int signs_in(const Text *text, PyObject *needles);
int begins_header(const char *four); /* whether the name of a header whose value is a secret may begin so */

#endif
