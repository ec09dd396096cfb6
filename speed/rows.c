#include "rows.h"
#include <string.h>

/* The memory of long rows, kept for the next ones: fresh pages cost more than what is written into them. */
static Row spare[4];
enum { LONG_ROW = 1 << 10, MAX_SPARE = 1 << 17 };

static void
free_row(PyObject **at, Py_ssize_t room)
{
    for (int each = 0; each < 4 && room >= LONG_ROW && room <= MAX_SPARE; each++) {
        if (spare[each].room < room) {
            PyObject **smaller = spare[each].at;
            spare[each].at = at;
            spare[each].room = room;
            PyMem_Free(smaller);
            return;
        }
    }
    PyMem_Free(at);
}

int
row_grow(Row *row)
{
    for (int each = 0; each < 4 && row->room >= LONG_ROW / 2; each++) {
        if (spare[each].room > row->room) {
            memcpy(spare[each].at, row->at, row->count * sizeof(PyObject *));
            PyMem_Free(row->at);
            row->at = spare[each].at;
            row->room = spare[each].room;
            spare[each].at = NULL;
            spare[each].room = 0;
            return 0;
        }
    }
    Py_ssize_t room = row->room == 0 ? 16 : row->room < 256 ? 4 * row->room : 2 * row->room;
    PyObject **at = PyMem_Realloc(row->at, room * sizeof(PyObject *));
    if (at == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    row->at = at;
    row->room = room;
    return 0;
}

void
row_clear(Row *row)
{
    PyObject **at = row->at;
    Py_ssize_t count = row->count, room = row->room;
    row->at = NULL;
    row->count = row->room = 0; /* first: what is let go of may lead back here */
    for (Py_ssize_t place = 0; place < count; place++) {
        Py_DECREF(at[place]);
    }
    free_row(at, room);
}

static const void **
slot_of(const Addresses *self, const void *address)
{
    size_t place = (size_t)(((uintptr_t)address >> 4) * 0x9E3779B97F4A7C15ull >> 20);
    while (self->slots[place & (self->room - 1)] != NULL && self->slots[place & (self->room - 1)] != address) {
        place++;
    }
    return &self->slots[place & (self->room - 1)];
}

int
has_address(const Addresses *self, const void *address)
{
    return self->count > 0 && *slot_of(self, address) == address;
}

int
add_address(Addresses *self, const void *address)
{
    if (2 * self->count >= self->room) {
        Addresses larger = {NULL, self->room ? 2 * self->room : 64, self->count};
        larger.slots = PyMem_Calloc(larger.room, sizeof(void *));
        if (larger.slots == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        for (size_t place = 0; place < self->room; place++) {
            if (self->slots[place] != NULL) {
                *slot_of(&larger, self->slots[place]) = self->slots[place];
            }
        }
        PyMem_Free(self->slots);
        *self = larger;
    }
    const void **slot = slot_of(self, address);
    if (*slot == address) {
        return 0;
    }
    *slot = address;
    self->count++;
    return 1;
}
