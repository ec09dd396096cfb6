#include "rows.h"
#include <string.h>

/* Memory that was in use for long rows, kept for the next ones: fresh pages cost more than what is written into them. Several
 * threads may be in large calls at once. */
typedef struct {
    PyObject **at;
    Py_ssize_t room;
} Spare;

enum { SPARES = 32, LONG_ROW = 1 << 10, MAX_SPARE = 1 << 17, MAX_SPARES = 1 << 21 };
static Spare spares[SPARES];
static Py_ssize_t spare_room; /* of all */

static void
let_go(PyObject **at, Py_ssize_t room)
{
    if (room >= LONG_ROW && room <= MAX_SPARE && spare_room + room <= MAX_SPARES) {
        for (int each = 0; each < SPARES; each++) {
            if (spares[each].at == NULL) {
                spares[each] = (Spare){at, room};
                spare_room += room;
                return;
            }
        }
    }
    PyMem_Free(at);
}

/* Return the smallest that has *room* at least; with NULL where there is none. */
static Spare
take_spare(Py_ssize_t room)
{
    Spare *best = NULL;
    for (int each = 0; room >= LONG_ROW && each < SPARES; each++) {
        if (spares[each].room >= room && (best == NULL || spares[each].room < best->room)) {
            best = &spares[each];
        }
    }
    Spare found = {NULL, 0};
    if (best != NULL) {
        found = *best;
        *best = (Spare){NULL, 0};
        spare_room -= found.room;
    }
    return found;
}

int
row_grow(Row *row)
{
    Py_ssize_t room = row->room == 0 ? 16 : row->room < 256 ? 4 * row->room : 2 * row->room;
    Spare spare = take_spare(room);
    if (spare.at != NULL) {
        memcpy(spare.at, row->at, row->count * sizeof(PyObject *));
        let_go(row->at, row->room);
        row->at = spare.at;
        row->room = spare.room;
        return 0;
    }
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
    let_go(at, room);
}

void
row_clear_items(Row *row)
{
    Row gone = *row;
    *row = (Row){NULL, 0, 0};
    for (Py_ssize_t place = 0; place < gone.count; place++) {
        if (!is_container(gone.at[place])) {
            Py_DECREF(gone.at[place]); /* nothing that could lead back here */
        }
    }
    let_go(gone.at, gone.room);
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
        Addresses larger = {NULL, self->room ? 4 * self->room : 64, self->count};
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
