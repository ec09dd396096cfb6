/* rows.c: rows of objects, and sets of addresses. */

#ifndef FLIGHT_RECORDER_ROWS_H
#define FLIGHT_RECORDER_ROWS_H

#include "parts.h"

/* Whether nothing but the one place that led here, and *ours* references of our own, refers to an object. */
#ifdef Py_GIL_DISABLED
#define IS_ALONE(object, ours) 0
#else
#define IS_ALONE(object, ours) (Py_REFCNT(object) <= 1 + (ours))
#endif

int row_grow(Row *row);
void row_clear(Row *row);
void row_clear_items(Row *row); /* of what row_add_item added, while the containers are there */

/* Add an object that somebody else keeps alive. */
static inline int
row_add_kept(Row *row, PyObject *object)
{
    if (row->count == row->room && row_grow(row)) {
        return -1;
    }
    row->at[row->count++] = object;
    return 0;
}

static inline int
row_add(Row *row, PyObject *object)
{
    if (row_add_kept(row, object)) {
        return -1;
    }
    Py_INCREF(object);
    return 0;
}

static inline int
is_container(const PyObject *object)
{
    return PyDict_CheckExact(object) || PyList_CheckExact(object);
}

static inline int
row_add_item(Row *row, PyObject *item)
{
    return is_container(item) ? row_add_kept(row, item) : row_add(row, item);
}

/* A set of addresses. */
typedef struct {
    const void **slots; /* a power of two of them, at most half of them taken; NULL: none yet */
    size_t room;
    size_t count;
} Addresses;

int has_address(const Addresses *self, const void *address);
int add_address(Addresses *self, const void *address); /* 1: it is new; 0: it is there; -1: no memory */

#endif
