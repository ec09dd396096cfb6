/* Plain: values that were found to be plain, and what is asked of them later. */

#include "rows.h"
#include <string.h>

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

void
plain_forget(Plain *self)
{
    row_clear_items(&self->items);
    self->values.count = 0;
    row_clear(&self->values);
    row_clear(&self->containers);
    row_clear(&self->keys);
}

static int
plain_clear(Plain *self)
{
    plain_forget(self);
    return 0;
}

static PyObject *
plain_forgets(Plain *self, PyObject *Py_UNUSED(nothing))
{
    plain_forget(self);
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

void
plain_follow(PyObject *self)
{
    if (!PyObject_GC_IsTracked(self)) {
        PyObject_GC_Track(self);
    }
}

static void
plain_dealloc(Plain *self)
{
    PyObject_GC_UnTrack(self); /* which does nothing if it is not tracked */
    plain_forget(self);
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
