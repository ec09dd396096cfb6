/* Lane: what `record/quick.py` does, for calls of which nothing has to be found out any more: the step was called from this
 * place before, and all that goes in and comes out is plain. Whatever is not so goes to Python, before anything is
 * written down.
 *
 * Values are looked at and written out in one step, and so is a record copied into the journal. Python is asked in between
 * only of the task or thread, of a secret where there are signs of one, and to write long records. */

#include "lane.h"
#include <structmember.h>

PyObject *names[NAMES];

/* Return the value of an attribute as a number; -1 with an error set. */
static long long
number_in(PyObject *object, const char *name)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    long long number = value == NULL ? -1 : PyLong_AsLongLong(value);
    Py_XDECREF(value);
    return number;
}

/* The attributes of what is given that are kept. */
typedef struct {
    const char *name;
    Py_ssize_t offset;
} Field;

static int
take_fields(Lane *self, PyObject *from, const Field *fields)
{
    for (const Field *field = fields; field->name != NULL; field++) {
        PyObject *value = PyObject_GetAttrString(from, field->name);
        if (value == NULL) {
            return -1;
        }
        Py_XSETREF(SLOT(self, field->offset), value);
    }
    return 0;
}

static const Field fields_of_writer[] = {
    {"segment", offsetof(Lane, segment)},
    {"template_of", offsetof(Lane, template_of)},
    {"branches", offsetof(Lane, branches)},
    {"inputs", offsetof(Lane, inputs)},
    {"results", offsetof(Lane, results)},
    {"start", offsetof(Lane, start)},
    {"end", offsetof(Lane, end)},
    {NULL, 0},
};

static PyObject *
lane_use(Lane *self, PyObject *writer)
{
    habits_clear(self);
    if (take_fields(self, writer, fields_of_writer)) {
        return NULL;
    }
    if (!Py_IS_TYPE(self->segment, &SegmentType) || !PyDict_CheckExact(self->template_of) || !PyDict_CheckExact(self->branches)
        || !PyDict_CheckExact(self->inputs) || !PyDict_CheckExact(self->results)) {
        Py_CLEAR(self->segment);
        PyErr_SetString(PyExc_TypeError, "use() takes a writer that has a Segment of this module");
        return NULL;
    }
    Py_RETURN_NONE;
}

static const Field fields_of_quick[] = {
    {"recording", offsetof(Lane, recording)},
    {"guard", offsetof(Lane, guard)},
    {"overdue", offsetof(Lane, overdue)},
    {"learner", offsetof(Lane, learner)},
    {"keeper", offsetof(Lane, keeper)},
    {"scope_type", offsetof(Lane, scope_type)},
    {"step_type", offsetof(Lane, step_type)},
    {"nothing_given", offsetof(Lane, nothing)},
    {"perf_counter_ns", offsetof(Lane, perf_counter_ns)},
    {"might_hold_secret", offsetof(Lane, might_hold_secret)},
    {"owner_here", offsetof(Lane, owner_here)},
    {"here", offsetof(Lane, here)},
    {"context", offsetof(Lane, context)},
    {"begin_otherwise", offsetof(Lane, begin_otherwise)},
    {"end_otherwise", offsetof(Lane, end_otherwise)},
    {"pass_over", offsetof(Lane, pass_over)},
    {"begin_track", offsetof(Lane, begin_track)},
    {"end_track", offsetof(Lane, end_track)},
    {"watch", offsetof(Lane, watch)},
    {"track_type", offsetof(Lane, track_type)},
    {"running", offsetof(Lane, running)},
    {"sessions", offsetof(Lane, sessions)},
    {"own_folder", offsetof(Lane, own_folder)},
    {"harmless", offsetof(Lane, limits.harmless)},
    {"encode", offsetof(Lane, limits.encode)},
    {"needles", offsetof(Lane, limits.needles)},
    {NULL, 0},
};

static const Field slots_of_step[] = {
    {"recording", offsetof(Slots, recording)},
    {"id", offsetof(Slots, id)},
    {"branch", offsetof(Slots, branch)},
    {"owner", offsetof(Slots, owner)},
    {"given", offsetof(Slots, given)},
    {"track", offsetof(Slots, track)},
    {"caller", offsetof(Slots, caller)},
    {"is_protected", offsetof(Slots, is_protected)},
    {"origin", offsetof(Slots, origin)},
    {"covered", offsetof(Slots, covered)},
    {"names", offsetof(Slots, names)},
    {"args", offsetof(Slots, args)},
    {"plain", offsetof(Slots, plain)},
    {NULL, 0},
};

static const Field slots_of_track[] = {
    {"session", offsetof(Slots, session)},
    {"parent", offsetof(Slots, parent)},
    {"covered", offsetof(Slots, covered_by_track)},
    {"is_protected", offsetof(Slots, is_protected_track)},
    {"entered", offsetof(Slots, entered)},
    {"is_unsure", offsetof(Slots, is_unsure)},
    {NULL, 0},
};

static int
find_slots(Lane *self, PyObject *type, const Field *slots)
{
    for (const Field *slot = slots; slot->name != NULL; slot++) {
        PyObject *found = PyObject_GetAttrString(type, slot->name);
        if (found == NULL || !Py_IS_TYPE(found, &PyMemberDescr_Type)) {
            Py_XDECREF(found);
            PyErr_Format(PyExc_TypeError, "%R has no slot %s", type, slot->name);
            return -1;
        }
        *(Py_ssize_t *)((char *)&self->slots + slot->offset) = ((PyMemberDescrObject *)found)->d_member->offset;
        Py_DECREF(found);
    }
    return 0;
}

static int
lane_init(Lane *self, PyObject *args, PyObject *Py_UNUSED(named))
{
    PyObject *quick;
    if (!PyArg_ParseTuple(args, "O:Lane", &quick) || take_fields(self, quick, fields_of_quick)) {
        return -1;
    }
    self->limits.max_parts = (Py_ssize_t)number_in(quick, "max_parts");
    self->limits.max_depth = (Py_ssize_t)number_in(quick, "max_depth");
    self->max_size = (Py_ssize_t)number_in(quick, "max_size");
    self->began_ns = number_in(quick, "began_ns");
    if (PyErr_Occurred()) {
        return -1;
    }
    if (!PyList_CheckExact(self->overdue) || !PySet_CheckExact(self->limits.harmless)
        || !PyTuple_CheckExact(self->limits.needles) || !PyDict_CheckExact(self->context) || !PyType_Check(self->step_type)
        || !PyType_Check(self->scope_type)
        || !PyType_Check(self->track_type) || !PySet_CheckExact(self->running) || !PyDict_CheckExact(self->sessions)
        || !PyUnicode_Check(self->own_folder)) {
        PyErr_SetString(PyExc_TypeError, "Lane() takes what record/quick.py gives it");
        return -1;
    }
    return find_slots(self, self->step_type, slots_of_step) || find_slots(self, self->track_type, slots_of_track) ? -1 : 0;
}

static int
lane_traverse(Lane *self, visitproc visit, void *arg)
{
    for (const Field *field = fields_of_quick; field->name != NULL; field++) {
        Py_VISIT(SLOT(self, field->offset));
    }
    for (const Field *field = fields_of_writer; field->name != NULL; field++) {
        Py_VISIT(SLOT(self, field->offset));
    }
    return habits_visit(self, visit, arg);
}

static int
lane_clear(Lane *self)
{
    Py_CLEAR(self->segment); /* first: without it nothing is done here any more */
    for (const Field *field = fields_of_writer; field->name != NULL; field++) {
        Py_CLEAR(SLOT(self, field->offset));
    }
    for (const Field *field = fields_of_quick; field->name != NULL; field++) {
        Py_CLEAR(SLOT(self, field->offset));
    }
    habits_clear(self);
    return 0;
}

static void
lane_dealloc(Lane *self)
{
    PyObject_GC_UnTrack(self);
    lane_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef lane_methods[] = {
    {"begin", (PyCFunction)(void (*)(void))lane_begin, METH_FASTCALL, "As `Recording.begin`."},
    {"returned", (PyCFunction)(void (*)(void))lane_end, METH_FASTCALL, "As `Recording.returned`."},
    {"know", (PyCFunction)lane_know, METH_VARARGS,
     "know(step, code, lasti, function, names, least, most, is_protected, covered, template, changes):\n\n"
     "Take calls from there from now on."},
    {"use", (PyCFunction)lane_use, METH_O, "Write with a writer from now on, of whose templates nothing is known yet."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject LaneType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "flight_recorder_speed.Lane",
    .tp_doc = "Records plain calls of which nothing has to be found out any more.",
    .tp_basicsize = sizeof(Lane),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)lane_init,
    .tp_dealloc = (destructor)lane_dealloc,
    .tp_traverse = (traverseproc)lane_traverse,
    .tp_clear = (inquiry)lane_clear,
    .tp_methods = lane_methods,
};

int
prepare_lane(void)
{
    static const char *const said[NAMES] = {
        "changes", "is_open", "next_id",       "known",    "branch_here", "is_busy",
        "tools",   "spawned", "owner",         "_running_loop", "_task_in",    "_last_task",
    };
    for (int each = 0; each < NAMES; each++) {
        if (names[each] == NULL && (names[each] = PyUnicode_InternFromString(said[each])) == NULL) {
            return -1;
        }
    }
    return 0;
}
