/* What the parts of the compiled part of Flight Recorder know of each other. */

#ifndef FLIGHT_RECORDER_PARTS_H
#define FLIGHT_RECORDER_PARTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Write a number in so many bytes, the lowest first; return where the next one goes. */
static inline char *
put_bytes_of(char *to, uint64_t number, int bytes)
{
    for (int byte = 0; byte < bytes; byte++) {
        *to++ = (char)(number >> 8 * byte & 0xFF);
    }
    return to;
}

/* Objects in their order. */
typedef struct {
    PyObject **at;
    Py_ssize_t count;
    Py_ssize_t room;
} Row;

/* What in JSON asks for a closer look: at secrets, or a number that no reader takes. */
enum Sign { NO_SIGN = 0, LOOK = 1, HEADER = 2, LONG_NUMBER = 4 };

/* plain.c: values that were found to be plain. What they refer to is plain then, and may lead back to this object later:
 * the program may put anything into its lists. */
typedef struct {
    PyObject_HEAD
    Row containers; /* every dict and list once, each before those in it */
    Row items;      /* what these hold, one container after the other; those that are containers are kept as such alone */
    Row keys;       /* the keys of the dicts */
    Row values;     /* the containers that are not in others; kept as such alone */
    PyObject *data; /* bytes: the values as one JSON array, or the JSON of the only one */
    int signs;
} Plain;

/* Within what limits values are plain; *encode* makes JSON of what is not written here: floats and long numbers. One of the
 * *needles*, a tuple of bytes, in the JSON is a sign of a secret. */
typedef struct {
    PyObject *harmless; /* set of keys */
    Py_ssize_t max_parts;
    Py_ssize_t max_depth;
    PyObject *encode;
    PyObject *needles;
} Limits;

extern PyTypeObject PlainType;

/* Return a Plain; None where the values are not plain; or the set of keys that are not known to be harmless.
 *
 * The garbage collector does not know of the Plain yet: whoever lets it live on has to tell it (plain_follow), or to see to
 * it that it forgets what it holds. For a large value each collection is a walk over all of its containers. */
enum Written { AS_ARRAY, AS_ONE };
PyObject *plain_of(PyObject *values, const Limits *limits, enum Written written);
void plain_follow(PyObject *self);
void plain_forget(Plain *self);
int plain_is_unchanged(const Plain *self);
int plain_shares_with(const Plain *self, const Plain *other);  /* -1: out of memory */
int plain_is_among(const Plain *self, PyObject *known);        /* -1: an error is set */

/* strings.c */
void prepare_strings(void);

/* crc.c: as zlib's crc32. */
uint32_t crc_of(uint32_t crc, const void *data, size_t size);
void prepare_crc(void);

/* segment.c: a part of a file, as a memory map. */
typedef struct {
    PyObject_HEAD
    Py_buffer map;   /* of the file from *first* on; obj is NULL where there is none */
    Py_ssize_t first;
    Py_ssize_t limit; /* where the map ends, in the file */
    Py_ssize_t end;   /* where the next record begins, in the file */
    char is_busy;     /* a record is being written in Python */
    Py_ssize_t remembered; /* bytes of the bodies that the writer keeps */
} Segment;

extern PyTypeObject SegmentType;

int segment_put(Segment *self, const char *head, size_t head_size, const char *body, size_t body_size); /* 0: no room */

/* lane.c: a recorded call of the most common kind. */
extern PyTypeObject LaneType;

int prepare_lane(void);

#endif
