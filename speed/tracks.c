/* Tracks: what notes the functions that a step enters, as record/entered.py does. */

#include "lane.h"

/* Whether what a step enters can be noted from here: nobody looks at those that run, and its fingerprint covers all that is
 * silenced. */
static int
is_quiet(const Lane *self, const Habit *habit)
{
    PyObject *is_busy = PyObject_GetAttr(self->watch, names[IS_BUSY]);
    Py_XDECREF(is_busy);
    return is_busy == NULL ? -1 : is_busy == Py_False && changes_of(self->watch) == habit->quiet;
}

static PyObject *
new_track(const Lane *self, const Habit *habit, PyObject *caller)
{
    PyTypeObject *type = (PyTypeObject *)self->track_type;
    PyObject *entered = PyDict_New(), *track = entered == NULL ? NULL : type->tp_alloc(type, 0);
    if (track != NULL) {
        const Slots *slots = &self->slots;
        fill(track, slots->session, self->recording);
        fill(track, slots->parent, SLOT(caller, slots->track));
        fill(track, slots->covered_by_track, habit->covered);
        fill(track, slots->is_protected_track, habit->is_protected);
        fill(track, slots->entered, entered);
        fill(track, slots->is_unsure, Py_False);
    }
    Py_XDECREF(entered);
    return track;
}

/* Begin to note what *opened* enters; in Python, where more has to be done for it. */
int
begin_track(Lane *self, Habit *habit, PyObject *caller, PyObject *opened)
{
    PyObject *tools = PyObject_GetAttr(self->watch, names[TOOLS]);
    int is_watched = tools == NULL ? -1 : PyObject_IsTrue(tools);
    Py_XDECREF(tools);
    if (is_watched == 1) {
        is_watched = PyDict_Contains(self->sessions, self->recording);
    }
    if (is_watched != 1) {
        return is_watched;
    }
    int quiet = is_quiet(self, habit);
    if (quiet == 1) {
        PyObject *track = new_track(self, habit, caller);
        if (track == NULL || PySet_Add(self->running, track)) {
            Py_XDECREF(track);
            return -1;
        }
        Py_XSETREF(SLOT(opened, self->slots.track), track);
        return 0;
    }
    long before = quiet < 0 ? -1 : changes_of(self->watch);
    PyObject *began = quiet < 0 ? NULL : PyObject_CallFunctionObjArgs(self->begin_track, opened, habit->covered, NULL);
    Py_XDECREF(began);
    if (began != NULL && changes_of(self->watch) == before) {
        habit->quiet = before;
    }
    return began == NULL ? -1 : 0;
}

/* End *track*; return whether nothing is to be said of it, -1 with an error. */
int
end_track(const Lane *self, PyObject *track)
{
    PyObject *is_busy = PyObject_GetAttr(self->watch, names[IS_BUSY]);
    Py_XDECREF(is_busy);
    if (is_busy == Py_False && Py_TYPE(track) == (PyTypeObject *)self->track_type) {
        PyObject *entered = SLOT(track, self->slots.entered);
        if (PySet_Discard(self->running, track) < 0) {
            return -1;
        }
        return PyDict_CheckExact(entered) && PyDict_GET_SIZE(entered) == 0
               && SLOT(track, self->slots.is_unsure) == Py_False;
    }
    PyObject *answer = is_busy == NULL ? NULL : PyObject_CallOneArg(self->end_track, track);
    Py_XDECREF(answer);
    return answer == NULL ? -1 : answer == Py_True;
}
