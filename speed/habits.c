/* Habits: what is known of calls, by step and by where it is called from. */

#include "lane.h"

void
habit_hold(const Habit *habit)
{
    Py_INCREF(habit->step);
    Py_INCREF(habit->code);
    Py_INCREF(habit->function);
    Py_INCREF(habit->names);
    Py_INCREF(habit->is_protected);
    Py_INCREF(habit->covered);
    Py_INCREF(habit->template);
}

void
habit_let_go(const Habit *habit)
{
    if (habit->step != NULL) {
        Py_DECREF(habit->step);
        Py_DECREF(habit->code);
        Py_DECREF(habit->function);
        Py_DECREF(habit->names);
        Py_DECREF(habit->is_protected);
        Py_DECREF(habit->covered);
        Py_DECREF(habit->template);
    }
}

static Habit *
habit_of(Habit *habits, size_t room, PyObject *step, PyObject *code, int lasti)
{
    size_t place = ((uintptr_t)step >> 4) * 31 + ((uintptr_t)code >> 4) * 7 + (size_t)lasti;
    for (;; place++) {
        Habit *habit = &habits[place & (room - 1)];
        if (habit->step == NULL || (habit->step == step && habit->code == code && habit->lasti == lasti)) {
            return habit;
        }
    }
}

/* Return the nearest frame of Python's that is not ours, or NULL. As `outside` in record/sites.py. */
static PyFrameObject *
outside(const Lane *self)
{
    PyFrameObject *frame = PyThreadState_GetFrame(PyThreadState_Get());
    while (frame != NULL) {
        PyCodeObject *code = PyFrame_GetCode(frame);
        Py_DECREF(code); /* the frame keeps it */
        if (PyUnicode_Tailmatch(code->co_filename, self->own_folder, 0, PY_SSIZE_T_MAX, -1) != 1) {
            return frame;
        }
        Py_SETREF(frame, PyFrame_GetBack(frame));
    }
    return NULL;
}

/* Return what is known of calls of *step* from where the nearest frame that is not ours stands, or NULL. */
Habit *
known_here(const Lane *self, PyObject *step)
{
    PyFrameObject *caller = self->habits_count == 0 ? NULL : outside(self);
    if (caller == NULL) {
        return NULL;
    }
    PyCodeObject *code = PyFrame_GetCode(caller);
    Habit *habit = habit_of(self->habits, self->habits_room, step, (PyObject *)code, PyFrame_GetLasti(caller));
    Py_DECREF(code); /* the frame keeps it */
    Py_DECREF(caller);
    return habit->step == NULL ? NULL : habit;
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

/* Remember what *held*, a copy of an habit, was found to cover. */
void
note_quiet(Lane *self, const Habit *held)
{
    if (self->habits_count > 0) {
        Habit *habit = habit_of(self->habits, self->habits_room, held->step, held->code, held->lasti);
        if (habit->step != NULL) {
            habit->quiet = held->quiet;
        }
    }
}

void
habits_clear(Lane *self)
{
    Habit *habits = self->habits;
    size_t room = self->habits_room;
    self->habits = NULL;
    self->habits_room = self->habits_count = 0; /* first: what is let go of may lead back here */
    for (size_t place = 0; place < room; place++) {
        habit_let_go(&habits[place]);
    }
    PyMem_Free(habits);
}

int
habits_visit(const Lane *self, visitproc visit, void *arg)
{
    for (size_t place = 0; place < self->habits_room; place++) {
        Py_VISIT(self->habits[place].step);
        Py_VISIT(self->habits[place].function);
        Py_VISIT(self->habits[place].covered);
    }
    return 0;
}

static int
make_habits(Lane *self)
{
    size_t room = self->habits_room ? 2 * self->habits_room : 64;
    Habit *habits = PyMem_Calloc(room, sizeof(Habit));
    if (habits == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t place = 0; place < self->habits_room; place++) {
        const Habit *old = &self->habits[place];
        if (old->step != NULL) {
            *habit_of(habits, room, old->step, old->code, old->lasti) = *old;
        }
    }
    PyMem_Free(self->habits);
    self->habits = habits;
    self->habits_room = room;
    return 0;
}

PyObject *
lane_know(Lane *self, PyObject *args)
{
    Habit habit;
    if (!PyArg_ParseTuple(args, "OO!iO!O!nnOOO!l:know", &habit.step, &PyCode_Type, &habit.code, &habit.lasti,
                          &PyFunction_Type, &habit.function, &PyTuple_Type, &habit.names, &habit.least, &habit.most,
                          &habit.is_protected, &habit.covered, &PyLong_Type, &habit.template, &habit.changes)) {
        return NULL;
    }
    habit.quiet = -1;
    if (2 * self->habits_count >= self->habits_room && make_habits(self)) {
        return NULL;
    }
    Habit *place = habit_of(self->habits, self->habits_room, habit.step, habit.code, habit.lasti);
    Habit old = *place;
    self->habits_count += old.step == NULL;
    habit_hold(&habit);
    *place = habit;
    habit_let_go(&old);
    Py_RETURN_NONE;
}
