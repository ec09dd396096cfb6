/* Plain values: what `codec/survey.py` does, in a fraction of the time. Names and results are those in Python, and the same
 * tests pass.
 *
 * It looks at objects of exact builtin types alone and calls nothing of the program's: types are compared by identity,
 * containers are read in place, keys are text. Nothing is made meanwhile that could set off a garbage collection.
 */

#include "text.h"
#include <math.h>

/* Whether nothing but the one place that led here, and *ours* references of our own, refers to an object. */
#ifdef Py_GIL_DISABLED
#define IS_ALONE(object, ours) 0
#else
#define IS_ALONE(object, ours) (Py_REFCNT(object) <= 1 + (ours))
#endif

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

static int
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
    Py_ssize_t room = row->room ? 2 * row->room : 16;
    PyObject **at = PyMem_Realloc(row->at, room * sizeof(PyObject *));
    if (at == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    row->at = at;
    row->room = room;
    return 0;
}

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

static int
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

static int
row_add_item(Row *row, PyObject *item)
{
    return is_container(item) ? row_add_kept(row, item) : row_add(row, item);
}

static void
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

/* A set of addresses. */
typedef struct {
    const void **slots; /* a power of two of them, at most half of them taken; NULL: none yet */
    size_t room;
    size_t count;
} Addresses;

static const void **
slot_of(const Addresses *self, const void *address)
{
    size_t place = (size_t)(((uintptr_t)address >> 4) * 0x9E3779B97F4A7C15ull >> 20);
    while (self->slots[place & (self->room - 1)] != NULL && self->slots[place & (self->room - 1)] != address) {
        place++;
    }
    return &self->slots[place & (self->room - 1)];
}

static int
has_address(const Addresses *self, const void *address)
{
    return self->count > 0 && *slot_of(self, address) == address;
}

/* Return 1 if the address is new, 0 if it is there, -1 without memory. */
static int
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

enum { MAX_DEPTH = 1000 };

/* One look at some values. */
typedef struct {
    Plain *found;
    const Limits *limits;
    Addresses met; /* containers that may be met again */
    Row unknown;   /* keys that are not known to be harmless */
    Text text;
    Py_ssize_t deepest;
    struct {
        Py_ssize_t first, end;
    } keys[MAX_DEPTH]; /* where those of the last dict at each depth are in the row of keys */
} Look;

enum Found { LEFT_ALONE = 0, TAKEN = 1, FAILED = -1 };

static enum Found take(Look *look, PyObject *value, Py_ssize_t depth);

static enum Found
meet(Look *look, PyObject *container)
{
    if (!IS_ALONE(container, 0)) {
        int is_new = add_address(&look->met, container);
        if (is_new <= 0) {
            return is_new < 0 ? FAILED : LEFT_ALONE;
        }
    }
    return row_add(&look->found->containers, container) ? FAILED : TAKEN;
}

/* Whether the key is harmless. Rows of one table have the very same keys in the same order: *again* is that of the last. */
static enum Found
look_at_key(Look *look, PyObject *key, PyObject *again)
{
    if (key == again) {
        return TAKEN;
    }
    if (!PyUnicode_CheckExact(key)) {
        return LEFT_ALONE;
    }
    int is_known = PySet_Contains(look->limits->harmless, key);
    if (is_known != 0) {
        return is_known < 0 ? FAILED : TAKEN;
    }
    return row_add(&look->unknown, key) ? FAILED : TAKEN;
}

static enum Found
take_list(Look *look, PyObject *list, Py_ssize_t depth)
{
    Row *items = &look->found->items;
    Py_ssize_t first = items->count, count = PyList_GET_SIZE(list);
    for (Py_ssize_t place = 0; place < count; place++) {
        if (row_add_item(items, PyList_GET_ITEM(list, place))) {
            return FAILED;
        }
    }
    if (put_byte(&look->text, '[')) {
        return FAILED;
    }
    for (Py_ssize_t place = 0; place < count; place++) {
        enum Found found = place > 0 && put_byte(&look->text, ',') ? FAILED
                                                                   : take(look, items->at[first + place], depth);
        if (found != TAKEN) {
            return found;
        }
    }
    return put_byte(&look->text, ']') ? FAILED : TAKEN;
}

static enum Found
note_parts(Look *look, PyObject *dict, Py_ssize_t depth)
{
    Row *keys = &look->found->keys;
    Py_ssize_t first = keys->count, place = 0;
    for (; look->deepest < depth; look->deepest++) {
        look->keys[look->deepest].first = look->keys[look->deepest].end = 0;
    }
    Py_ssize_t again = look->keys[depth - 1].first, end = look->keys[depth - 1].end;
    PyObject *key, *value;
    while (PyDict_Next(dict, &place, &key, &value)) {
        enum Found found = look_at_key(look, key, again < end ? keys->at[again++] : NULL);
        if (found != TAKEN) {
            return found;
        }
        if (row_add(keys, key) || row_add_item(&look->found->items, value)) {
            return FAILED;
        }
    }
    look->keys[depth - 1].first = first;
    look->keys[depth - 1].end = keys->count;
    return TAKEN;
}

static enum Found
take_dict(Look *look, PyObject *dict, Py_ssize_t depth)
{
    const Row *keys = &look->found->keys, *items = &look->found->items;
    Py_ssize_t first_key = keys->count, first_item = items->count;
    enum Found found = note_parts(look, dict, depth);
    Py_ssize_t count = keys->count - first_key;
    if (found == TAKEN && put_byte(&look->text, '{')) {
        return FAILED;
    }
    for (Py_ssize_t place = 0; found == TAKEN && place < count; place++) {
        if ((place > 0 && put_byte(&look->text, ',')) || put_text(&look->text, keys->at[first_key + place])
            || put_byte(&look->text, ':')) {
            return FAILED;
        }
        found = take(look, items->at[first_item + place], depth);
    }
    return found == TAKEN && put_byte(&look->text, '}') ? FAILED : found;
}

static enum Found
take_container(Look *look, PyObject *container, Py_ssize_t depth)
{
    if (depth > look->limits->max_depth || depth > MAX_DEPTH || look->found->items.count > look->limits->max_parts) {
        return LEFT_ALONE;
    }
    enum Found found = meet(look, container);
    if (found != TAKEN) {
        return found;
    }
    return PyList_CheckExact(container) ? take_list(look, container, depth) : take_dict(look, container, depth);
}

/* Write out a value that stands in a container at *depth*, and note what it holds. */
static enum Found
take(Look *look, PyObject *value, Py_ssize_t depth)
{
    Text *text = &look->text;
    if (PyUnicode_CheckExact(value)) {
        return put_text(text, value) ? FAILED : TAKEN;
    }
    if (PyLong_CheckExact(value)) {
        return put_number(text, value) ? FAILED : TAKEN;
    }
    if (is_container(value)) {
        return take_container(look, value, depth + 1);
    }
    if (value == Py_None) {
        return put_bytes(text, "null", 4) ? FAILED : TAKEN;
    }
    if (PyBool_Check(value)) {
        return (value == Py_True ? put_bytes(text, "true", 4) : put_bytes(text, "false", 5)) ? FAILED : TAKEN;
    }
    if (PyFloat_CheckExact(value) && isfinite(PyFloat_AS_DOUBLE(value))) {
        return put_encoded(text, value) ? FAILED : TAKEN;
    }
    return LEFT_ALONE;
}

static enum Found
take_all(Look *look, PyObject *values)
{
    enum Found found = put_byte(&look->text, '[') ? FAILED : TAKEN;
    for (Py_ssize_t place = 0; found == TAKEN && place < PyTuple_GET_SIZE(values); place++) {
        PyObject *value = PyTuple_GET_ITEM(values, place);
        if ((place > 0 && put_byte(&look->text, ',')) || (is_container(value) && row_add_kept(&look->found->values, value))) {
            return FAILED;
        }
        found = take(look, value, 0);
    }
    if (found == TAKEN && look->found->items.count > look->limits->max_parts) {
        return LEFT_ALONE;
    }
    return found == TAKEN && put_byte(&look->text, ']') ? FAILED : found;
}

static Plain *
new_plain(void)
{
    Plain *self = PyObject_GC_New(Plain, &PlainType);
    if (self != NULL) {
        self->containers = self->items = self->keys = self->values = (Row){NULL, 0, 0};
        self->data = NULL;
        self->signs = NO_SIGN;
    }
    return self;
}

static PyObject *
set_of(const Row *row)
{
    PyObject *set = PySet_New(NULL);
    for (Py_ssize_t place = 0; set != NULL && place < row->count; place++) {
        if (PySet_Add(set, row->at[place])) {
            Py_CLEAR(set);
        }
    }
    return set;
}

/* Add what was written out, and what that says. */
static int
finish(Plain *self, const Text *text, PyObject *needles)
{
    self->data = PyBytes_FromStringAndSize(text->at, text->size);
    if (self->data == NULL) {
        return -1;
    }
    self->signs = signs_in(self->data, needles) | (text->has_long_number ? LONG_NUMBER : NO_SIGN);
    return 0;
}

PyObject *
plain_of(PyObject *values, const Limits *limits)
{
    Plain *found = new_plain();
    if (found == NULL) {
        return NULL;
    }
    Look look;
    look.found = found;
    look.limits = limits;
    look.met = (Addresses){NULL, 0, 0};
    look.unknown = (Row){NULL, 0, 0};
    begin_text(&look.text, limits->encode);
    look.deepest = 0;
    enum Found what = take_all(&look, values);
    if (what == FAILED && (PyErr_ExceptionMatches(PyExc_ValueError) || PyErr_ExceptionMatches(PyExc_OverflowError))) {
        PyErr_Clear(); /* a lone surrogate, a number with too many digits */
        what = LEFT_ALONE;
    }
    if (what == TAKEN && look.unknown.count == 0 && finish(found, &look.text, limits->needles)) {
        what = FAILED;
    }
    PyObject *answer = (PyObject *)found;
    PyObject_GC_Track(found);
    if (what != TAKEN || look.unknown.count > 0) {
        Py_DECREF(found);
        answer = what == FAILED ? NULL : what == LEFT_ALONE ? Py_NewRef(Py_None) : set_of(&look.unknown);
    }
    end_text(&look.text);
    PyMem_Free(look.met.slots);
    row_clear(&look.unknown);
    return answer;
}

int
plain_is_unchanged(const Plain *self)
{
    Py_ssize_t item = 0, key = 0;
    for (Py_ssize_t next = 0; next < self->containers.count; next++) {
        PyObject *container = self->containers.at[next];
        if (PyList_CheckExact(container)) {
            for (Py_ssize_t place = 0; place < PyList_GET_SIZE(container); place++) {
                if (item == self->items.count || self->items.at[item++] != PyList_GET_ITEM(container, place)) {
                    return 0;
                }
            }
            continue;
        }
        PyObject *name, *value;
        Py_ssize_t place = 0;
        while (PyDict_Next(container, &place, &name, &value)) {
            if (item == self->items.count || self->items.at[item++] != value || key == self->keys.count
                || self->keys.at[key++] != name) {
                return 0;
            }
        }
    }
    return item == self->items.count && key == self->keys.count;
}

static int
row_has(const Row *row, const PyObject *object)
{
    for (Py_ssize_t place = 0; place < row->count; place++) {
        if (row->at[place] == object) {
            return 1;
        }
    }
    return 0;
}

/* Whether nothing but the container that it stands in, and what we keep, refers to a container: then it is in no other
 * value. Most are so, in what a function has just made. */
static int
stands_alone(const Plain *self, Py_ssize_t place)
{
    PyObject *container = self->containers.at[place];
    return IS_ALONE(container, 1) && !row_has(&self->values, container);
}

int
plain_shares_with(const Plain *self, const Plain *other)
{
    const Row *theirs = &other->containers;
    Addresses addresses = {NULL, 0, 0}; /* made when many may be shared */
    int is_there = 0, few = 8;
    for (Py_ssize_t place = 0; is_there == 0 && theirs->count > 0 && place < self->containers.count; place++) {
        PyObject *container = self->containers.at[place];
        if (stands_alone(self, place)) {
            continue;
        }
        if (few > 0) {
            few--;
            is_there = row_has(theirs, container);
            continue;
        }
        if (addresses.count == 0) {
            for (Py_ssize_t each = 0; each < theirs->count; each++) {
                if (add_address(&addresses, theirs->at[each]) < 0) {
                    PyMem_Free(addresses.slots);
                    return -1;
                }
            }
        }
        is_there = has_address(&addresses, container);
    }
    PyMem_Free(addresses.slots);
    return is_there;
}

int
plain_is_among(const Plain *self, PyObject *known)
{
    for (Py_ssize_t place = 0; PyDict_GET_SIZE(known) > 0 && place < self->containers.count; place++) {
        if (stands_alone(self, place)) {
            continue;
        }
        PyObject *address = PyLong_FromVoidPtr(self->containers.at[place]);
        int is_there = address == NULL ? -1 : PyDict_Contains(known, address);
        Py_XDECREF(address);
        if (is_there != 0) {
            return is_there;
        }
    }
    return 0;
}

static int
plain_clear(Plain *self)
{
    for (Py_ssize_t place = 0; place < self->items.count; place++) {
        if (is_container(self->items.at[place])) {
            self->items.at[place] = Py_NewRef(Py_None); /* it is kept as a container, and may go before */
        }
    }
    self->values.count = 0;
    row_clear(&self->values);
    row_clear(&self->items);
    row_clear(&self->containers);
    row_clear(&self->keys);
    return 0;
}

void
plain_forget(Plain *self)
{
    plain_clear(self);
}

static PyObject *
plain_forgets(Plain *self, PyObject *Py_UNUSED(nothing))
{
    plain_clear(self);
    Py_RETURN_NONE;
}

static int
plain_traverse(Plain *self, visitproc visit, void *arg)
{
    for (Py_ssize_t place = 0; place < self->containers.count; place++) {
        Py_VISIT(self->containers.at[place]);
    }
    return 0; /* keys and other items lead nowhere */
}

static void
plain_dealloc(Plain *self)
{
    PyObject_GC_UnTrack(self);
    plain_clear(self);
    Py_CLEAR(self->data);
    PyObject_GC_Del(self);
}

static PyObject *
plain_says_unchanged(Plain *self, PyObject *Py_UNUSED(nothing))
{
    return PyBool_FromLong(plain_is_unchanged(self));
}

static PyObject *
plain_says_shared(Plain *self, PyObject *other)
{
    if (!Py_IS_TYPE(other, &PlainType)) {
        PyErr_SetString(PyExc_TypeError, "shares_with() takes a Plain");
        return NULL;
    }
    int is_there = plain_shares_with(self, (Plain *)other);
    return is_there < 0 ? NULL : PyBool_FromLong(is_there);
}

static PyObject *
plain_says_among(Plain *self, PyObject *known)
{
    if (!PyDict_CheckExact(known)) {
        PyErr_SetString(PyExc_TypeError, "is_among() takes a dict by id");
        return NULL;
    }
    int is_there = plain_is_among(self, known);
    return is_there < 0 ? NULL : PyBool_FromLong(is_there);
}

static PyObject *
plain_containers(Plain *self, void *Py_UNUSED(nothing))
{
    PyObject *list = PyList_New(self->containers.count);
    for (Py_ssize_t place = 0; list != NULL && place < self->containers.count; place++) {
        PyList_SET_ITEM(list, place, Py_NewRef(self->containers.at[place]));
    }
    return list;
}

static PyObject *
plain_data(Plain *self, void *Py_UNUSED(nothing))
{
    return Py_NewRef(self->data);
}

static PyObject *
plain_signs(Plain *self, void *Py_UNUSED(nothing))
{
    return PyLong_FromLong(self->signs);
}

static PyMethodDef plain_methods[] = {
    {"forget", (PyCFunction)plain_forgets, METH_NOARGS, "Keep no object any longer."},
    {"is_unchanged", (PyCFunction)plain_says_unchanged, METH_NOARGS,
     "Whether every container holds the very objects that it held."},
    {"shares_with", (PyCFunction)plain_says_shared, METH_O, "Whether some container is one of another one's."},
    {"is_among", (PyCFunction)plain_says_among, METH_O, "Whether the id of some container is a key of a dict."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef plain_attributes[] = {
    {"containers", (getter)plain_containers, NULL, "Every dict and list once, each before those in it.", NULL},
    {"data", (getter)plain_data, NULL, "The values as one JSON array.", NULL},
    {"signs", (getter)plain_signs, NULL, "What in it asks for a closer look.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject PlainType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "flight_recorder_speed.Plain",
    .tp_doc = "Values that were found to be plain.",
    .tp_basicsize = sizeof(Plain),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = (destructor)plain_dealloc,
    .tp_traverse = (traverseproc)plain_traverse,
    .tp_clear = (inquiry)plain_clear,
    .tp_methods = plain_methods,
    .tp_getset = plain_attributes,
};
