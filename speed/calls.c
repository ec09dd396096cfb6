/* Calls: from the beginning of one to its end. Whatever is not for here goes to Python, before anything is written. */

#include "lane.h"

enum { ENOUGH_CALLS = 20 };

/* Whether there is stack enough to tell how a step ended, if it has enough to begin: that takes more of Python's calls than
 * there are here. */
static int
has_stack(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyThreadState_Get()->py_recursion_remaining > ENOUGH_CALLS;
#else
    return PyThreadState_Get()->recursion_remaining > ENOUGH_CALLS;
#endif
}

static int
is_taking(const Lane *self)
{
    PyObject *is_open = PyObject_GetAttr(self->guard, names[IS_OPEN]);
    Py_XDECREF(is_open);
    return is_open == NULL ? -1 : is_open == Py_True && PyList_GET_SIZE(self->overdue) == 0;
}

/* Return the default of a parameter, as it is now: a program may replace it. NULL, without an error, where there is none. */
static PyObject *
default_of(const Habit *habit, Py_ssize_t place, PyObject *name)
{
    if (place >= habit->most) {
        PyObject *known = PyFunction_GET_KW_DEFAULTS(habit->function);
        return known == NULL ? NULL : PyDict_GetItemWithError(known, name);
    }
    PyObject *defaults = PyFunction_GET_DEFAULTS(habit->function);
    Py_ssize_t at = defaults == NULL ? -1 : place - habit->most + PyTuple_GET_SIZE(defaults);
    return at < 0 ? NULL : PyTuple_GET_ITEM(defaults, at);
}

/* Return the arguments in the order of the parameters, as record/binding.py does; NULL, without an error, where they do not
 * fit. */
static PyObject *
in_order(const Habit *habit, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_GET_SIZE(habit->names), given = PyTuple_GET_SIZE(args), named = 0;
    if (given > habit->most) {
        return NULL;
    }
    if (given == count && PyDict_GET_SIZE(kwargs) == 0) {
        return Py_NewRef(args);
    }
    PyObject *ordered = PyTuple_New(count);
    for (Py_ssize_t place = 0; ordered != NULL && place < count; place++) {
        PyObject *name = PyTuple_GET_ITEM(habit->names, place);
        PyObject *value = place < given ? PyTuple_GET_ITEM(args, place) : NULL;
        if (value == NULL && place >= habit->least && (value = PyDict_GetItemWithError(kwargs, name)) != NULL) {
            named++;
        }
        if (value == NULL && !PyErr_Occurred()) {
            value = default_of(habit, place, name);
        }
        if (value == NULL) {
            Py_CLEAR(ordered);
            break;
        }
        PyTuple_SET_ITEM(ordered, place, Py_NewRef(value));
    }
    if (ordered != NULL && named != PyDict_GET_SIZE(kwargs)) { /* one has no parameter, or one that has its argument */
        Py_CLEAR(ordered);
    }
    return ordered;
}

/* Return the values as plain ones, with their JSON as that of an array or of the only one of them; NULL where they are not, or may
 * hold a secret, or with an error. */
static Plain *
taken(const Lane *self, PyObject *values, enum Written written)
{
    PyObject *found = plain_of(values, &self->limits, written);
    if (found == NULL || !Py_IS_TYPE(found, &PlainType)) {
        Py_XDECREF(found);
        return NULL;
    }
    Plain *plain = (Plain *)found;
    int is_left = PyBytes_GET_SIZE(plain->data) > self->max_size - (written == AS_ONE ? 2 : 0); /* its brackets count */
    if (!is_left && plain->signs != NO_SIGN) {
        PyObject *answer = PyObject_CallOneArg(self->might_hold_secret, found);
        is_left = answer != Py_False;
        Py_XDECREF(answer);
    }
    if (is_left) {
        Py_CLEAR(plain);
    }
    return plain;
}

/* Where a call is made: by which task or thread, on which branch, which has a number in the journal. */
typedef struct {
    PyObject *owner, *branch, *number;
} Where;

static void
leave(Where *where)
{
    Py_CLEAR(where->owner);
    Py_CLEAR(where->branch);
    Py_CLEAR(where->number);
}

/* Find out where a call from *caller* is made; return -1 with an error, or where the branch has no number yet. */
static int
find_where(const Lane *self, PyObject *caller, Where *where)
{
    where->owner = owner_of_call(self);
    where->branch = where->owner == NULL ? NULL : branch_of_call(self, caller, where->owner);
    if (where->branch == NULL) {
        return -1;
    }
    where->number = Py_XNewRef(PyDict_GetItemWithError(self->branches, where->branch));
    return where->number == NULL ? -1 : 0;
}

/* Whether a call of the step may be suspended, and never go on. Any other one ends, and what it was given is forgotten then;
 * a stream that it returns is ended with the session at the latest. */
static int
may_be_left(const Habit *habit)
{
    int flags = ((PyCodeObject *)PyFunction_GET_CODE(habit->function))->co_flags;
    return (flags & (CO_COROUTINE | CO_GENERATOR | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE)) != 0;
}

/* Return a new open step; NULL with an error. */
static PyObject *
new_step(const Lane *self, const Habit *habit, PyObject *caller, const Where *where, PyObject *args, Plain *plain)
{
    PyObject *next_id = PyObject_GetAttr(self->recording, names[NEXT_ID]);
    PyObject *id = next_id == NULL ? NULL : PyObject_CallNoArgs(next_id);
    Py_XDECREF(next_id);
    PyTypeObject *type = (PyTypeObject *)self->step_type;
    PyObject *opened = id == NULL ? NULL : type->tp_alloc(type, 0);
    if (opened != NULL) {
        const Slots *slots = &self->slots;
        fill(opened, slots->recording, self->recording);
        fill(opened, slots->id, id);
        fill(opened, slots->branch, where->branch);
        fill(opened, slots->owner, where->owner);
        fill(opened, slots->given, self->nothing);
        fill(opened, slots->track, Py_None);
        fill(opened, slots->caller, caller);
        fill(opened, slots->is_protected, habit->is_protected);
        fill(opened, slots->origin, id);
        fill(opened, slots->covered, habit->covered);
        fill(opened, slots->names, habit->names);
        fill(opened, slots->args, args);
        fill(opened, slots->plain, (PyObject *)plain);
    }
    Py_XDECREF(id);
    return opened;
}

/* Return the step that has begun at *where*; NULL where this is not for here, or with an error. */
static PyObject *
begun_at(Lane *self, Habit *habit, PyObject *caller, const Where *where, PyObject *args, PyObject *kwargs)
{
    PyObject *ordered = in_order(habit, args, kwargs);
    Plain *plain = ordered == NULL ? NULL : taken(self, ordered, AS_ARRAY);
    if (plain != NULL && may_be_left(habit)) {
        plain_follow((PyObject *)plain);
    }
    PyObject *opened = plain == NULL ? NULL : new_step(self, habit, caller, where, ordered, plain);
    if (opened != NULL && write_start(self, habit, where->number, SLOT(opened, self->slots.id),
                                      SLOT(caller, self->slots.id), plain->data)) {
        Py_CLEAR(opened);
    }
    if (opened != NULL && self->begin_track != Py_None && begin_track(self, habit, caller, opened)) {
        Py_CLEAR(opened);
    }
    Py_XDECREF(plain);
    Py_XDECREF(ordered);
    return opened;
}

static PyObject *
begun(Lane *self, PyObject *step, PyObject *caller, PyObject *args, PyObject *kwargs)
{
    const Habit *habit = self->segment == NULL || !has_stack() ? NULL : known_here(self, step);
    if (habit == NULL || is_taking(self) != 1 || changes_of(self->learner) != habit->changes) {
        return NULL;
    }
    Habit held = *habit; /* the table may be made anew by what runs meanwhile */
    habit_hold(&held);
    Where where = {NULL, NULL, NULL};
    PyObject *opened = find_where(self, caller, &where) ? NULL : begun_at(self, &held, caller, &where, args, kwargs);
    leave(&where);
    note_quiet(self, &held);
    habit_let_go(&held);
    return opened;
}

/* Whether a result is nobody else's: it shares no part with the arguments, and the program does not keep it. */
static int
is_new(const Lane *self, const Plain *output, const Plain *inputs)
{
    PyObject *known = PyObject_GetAttr(self->keeper, names[KNOWN]);
    int is_there = known == NULL ? -1 : known == Py_None ? 1 : plain_shares_with(output, inputs);
    if (is_there == 0) {
        is_there = plain_is_among(output, known);
    }
    Py_XDECREF(known);
    return is_there < 0 ? -1 : !is_there;
}

/* Return 1 when the end of *opened* is written, 0 where that is not for here, -1 with an error. */
static int
has_ended(Lane *self, PyObject *opened, PyObject *value)
{
    const Slots *slots = &self->slots;
    if (self->segment == NULL || (PyObject *)Py_TYPE(opened) != self->step_type || is_taking(self) != 1
        || SLOT(opened, slots->given) != self->nothing) {
        return PyErr_Occurred() ? -1 : 0;
    }
    PyObject *inputs = SLOT(opened, slots->plain);
    if (!Py_IS_TYPE(inputs, &PlainType) || !plain_is_unchanged((Plain *)inputs)) {
        return 0;
    }
    PyObject *values = PyTuple_Pack(1, value);
    Plain *output = values == NULL ? NULL : taken(self, values, AS_ONE);
    Py_XDECREF(values);
    int ended = output == NULL ? 0 : is_new(self, output, (Plain *)inputs);
    if (ended == 1 && SLOT(opened, slots->track) != Py_None) {
        ended = end_track(self, SLOT(opened, slots->track));
    }
    if (ended == 1 && write_end(self, SLOT(opened, slots->id), output->data)) {
        ended = -1;
    }
    Py_XDECREF(output);
    if (ended == 1) { /* what it was given is kept no longer: a task that it started may keep the step */
        PyObject *nothing = PyTuple_New(0);
        Py_XSETREF(SLOT(opened, slots->args), nothing);
        plain_forget((Plain *)inputs);
    }
    return PyErr_Occurred() ? -1 : ended;
}

/* Ask Python whether the error that is set is for the program; return -1 with it then. Else whatever met it is left to
 * the other way, which meets it too, and says what is to be done then. */
static int
is_for_program(const Lane *self)
{
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(error, traceback);
    }
    PyObject *passed = PyObject_CallOneArg(self->pass_over, error);
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(traceback);
    Py_XDECREF(passed);
    return passed == NULL;
}

PyObject *
lane_begin(Lane *self, PyObject *const *args, Py_ssize_t count)
{
    if (count == 4 && self->scope_type != NULL && PyObject_TypeCheck(args[1], (PyTypeObject *)self->scope_type)
        && PyTuple_CheckExact(args[2]) && PyDict_CheckExact(args[3])) {
        PyObject *opened = begun(self, args[0], args[1], args[2], args[3]);
        if (opened != NULL || (PyErr_Occurred() && is_for_program(self))) {
            return opened;
        }
    }
    return PyObject_Vectorcall(self->begin_otherwise, args, count, NULL);
}

PyObject *
lane_end(Lane *self, PyObject *const *args, Py_ssize_t count)
{
    if (count == 2) {
        int ended = has_ended(self, args[0], args[1]);
        if (ended < 0 && is_for_program(self)) {
            return NULL;
        }
        if (ended > 0) {
            Py_RETURN_NONE;
        }
    }
    return PyObject_Vectorcall(self->end_otherwise, args, count, NULL);
}
