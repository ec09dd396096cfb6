/* Entries: what is known of calls, by step and by where it is called from. */

#include "lane.h"

void
entry_hold(const Entry *entry)
{
    Py_INCREF(entry->step);
    Py_INCREF(entry->code);
    Py_INCREF(entry->function);
    Py_INCREF(entry->names);
    Py_INCREF(entry->is_protected);
    Py_INCREF(entry->covered);
    Py_INCREF(entry->template);
}

void
entry_let_go(const Entry *entry)
{
    if (entry->step != NULL) {
        Py_DECREF(entry->step);
        Py_DECREF(entry->code);
        Py_DECREF(entry->function);
        Py_DECREF(entry->names);
        Py_DECREF(entry->is_protected);
        Py_DECREF(entry->covered);
        Py_DECREF(entry->template);
    }
}

static Entry *
entry_of(Entry *entries, size_t room, PyObject *step, PyObject *code, int lasti)
{
    size_t place = ((uintptr_t)step >> 4) * 31 + ((uintptr_t)code >> 4) * 7 + (size_t)lasti;
    for (;; place++) {
        Entry *entry = &entries[place & (room - 1)];
        if (entry->step == NULL || (entry->step == step && entry->code == code && entry->lasti == lasti)) {
            return entry;
        }
    }
}

/* Return what is known of calls of *step* from where the caller of the running Python function stands, or NULL. */
Entry *
known_here(const Lane *self, PyObject *step)
{
    PyFrameObject *wrapper = PyThreadState_GetFrame(PyThreadState_Get());
    PyFrameObject *caller = wrapper == NULL ? NULL : PyFrame_GetBack(wrapper);
    Py_XDECREF(wrapper);
    if (caller == NULL || self->entries_count == 0) {
        Py_XDECREF(caller);
        return NULL;
    }
    PyCodeObject *code = PyFrame_GetCode(caller);
    Entry *entry = entry_of(self->entries, self->entries_room, step, (PyObject *)code, PyFrame_GetLasti(caller));
    Py_DECREF(code); /* the frame keeps it */
    Py_DECREF(caller);
    return entry->step == NULL ? NULL : entry;
}

/* Return how often something has changed; -1 with an error. */
long
changes_of(PyObject *object)
{
    PyObject *changes = PyObject_GetAttr(object, names[CHANGES]);
    long now = changes == NULL ? -1 : PyLong_AsLong(changes);
    Py_XDECREF(changes);
    return now;
}

/* Remember what *held*, a copy of an entry, was found to cover. */
void
note_quiet(Lane *self, const Entry *held)
{
    if (self->entries_count > 0) {
        Entry *entry = entry_of(self->entries, self->entries_room, held->step, held->code, held->lasti);
        if (entry->step != NULL) {
            entry->quiet = held->quiet;
        }
    }
}

void
entries_clear(Lane *self)
{
    Entry *entries = self->entries;
    size_t room = self->entries_room;
    self->entries = NULL;
    self->entries_room = self->entries_count = 0; /* first: what is let go of may lead back here */
    for (size_t place = 0; place < room; place++) {
        entry_let_go(&entries[place]);
    }
    PyMem_Free(entries);
}

int
entries_visit(const Lane *self, visitproc visit, void *arg)
{
    for (size_t place = 0; place < self->entries_room; place++) {
        Py_VISIT(self->entries[place].step);
        Py_VISIT(self->entries[place].function);
        Py_VISIT(self->entries[place].covered);
    }
    return 0;
}

static int
make_entries(Lane *self)
{
    size_t room = self->entries_room ? 2 * self->entries_room : 64;
    Entry *entries = PyMem_Calloc(room, sizeof(Entry));
    if (entries == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t place = 0; place < self->entries_room; place++) {
        const Entry *old = &self->entries[place];
        if (old->step != NULL) {
            *entry_of(entries, room, old->step, old->code, old->lasti) = *old;
        }
    }
    PyMem_Free(self->entries);
    self->entries = entries;
    self->entries_room = room;
    return 0;
}

PyObject *
lane_know(Lane *self, PyObject *args)
{
    Entry entry;
    if (!PyArg_ParseTuple(args, "OO!iO!O!nnOOO!l:know", &entry.step, &PyCode_Type, &entry.code, &entry.lasti,
                          &PyFunction_Type, &entry.function, &PyTuple_Type, &entry.names, &entry.least, &entry.most,
                          &entry.is_protected, &entry.covered, &PyLong_Type, &entry.template, &entry.changes)) {
        return NULL;
    }
    entry.quiet = -1;
    if (2 * self->entries_count >= self->entries_room && make_entries(self)) {
        return NULL;
    }
    Entry *place = entry_of(self->entries, self->entries_room, entry.step, entry.code, entry.lasti);
    Entry old = *place;
    self->entries_count += old.step == NULL;
    entry_hold(&entry);
    *place = entry;
    entry_let_go(&old);
    Py_RETURN_NONE;
}
