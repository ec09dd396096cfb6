/* Owners: which task or thread makes a call, and on which branch, as record/context.py finds it. What is not known yet is
 * found there. */

#include "lane.h"

/* Return the task that the loop runs, or None. */
static PyObject *
running_task(const Lane *self)
{
    PyObject *running_loop = Py_XNewRef(PyDict_GetItemWithError(self->context, names[RUNNING_LOOP]));
    PyObject *loop = running_loop == NULL ? NULL : PyObject_CallNoArgs(running_loop);
    Py_XDECREF(running_loop);
    if (loop == NULL || loop == Py_None) {
        return loop;
    }
    PyObject *task_in = Py_XNewRef(PyDict_GetItemWithError(self->context, names[TASK_IN]));
    PyObject *task = task_in == NULL ? NULL : PyObject_CallOneArg(task_in, loop);
    Py_XDECREF(task_in);
    Py_DECREF(loop);
    return task;
}

static int
refers_to(PyObject *reference, const PyObject *object)
{
    if (!PyWeakref_Check(reference)) { /* there was no task yet */
        return 0;
    }
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *found;
    int is_there = PyWeakref_GetRef(reference, &found) == 1 && found == object;
    Py_XDECREF(found);
    return is_there;
#else
    return PyWeakref_GET_OBJECT(reference) == object;
#endif
}

/* Return the number of the task; NULL, without an error, if another one made the last call. */
static PyObject *
number_if_last(const Lane *self, const PyObject *task)
{
    PyObject *last = PyDict_GetItemWithError(self->context, names[LAST_TASK]);
    int is_last = last != NULL && PyTuple_CheckExact(last) && PyTuple_GET_SIZE(last) == 2
                  && refers_to(PyTuple_GET_ITEM(last, 0), task);
    return is_last ? Py_NewRef(PyTuple_GET_ITEM(last, 1)) : NULL;
}

PyObject *
owner_of_call(const Lane *self)
{
    PyObject *task = running_task(self), *owner;
    if (task == NULL && PyErr_Occurred()) {
        return NULL;
    }
    if (task != NULL && task != Py_None) {
        owner = number_if_last(self, task);
    }
    else if ((owner = PyObject_GetAttr(self->here, names[OWNER])) == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear(); /* the first call of this thread */
    }
    Py_XDECREF(task);
    if (owner != NULL && PyLong_CheckExact(owner)) {
        return owner;
    }
    Py_XDECREF(owner);
    return PyErr_Occurred() ? NULL : PyObject_CallNoArgs(self->owner_here);
}

PyObject *
branch_of_call(const Lane *self, PyObject *caller, PyObject *owner)
{
    int is_own = PyObject_RichCompareBool(owner, SLOT(caller, self->slots.owner), Py_EQ);
    if (is_own != 0) {
        return is_own < 0 ? NULL : Py_NewRef(SLOT(caller, self->slots.branch));
    }
    PyObject *spawned = PyObject_GetAttr(caller, names[SPAWNED]), *branch = NULL;
    if (spawned != NULL && PyDict_CheckExact(spawned)) {
        branch = Py_XNewRef(PyDict_GetItemWithError(spawned, owner));
    }
    Py_XDECREF(spawned);
    return branch != NULL || PyErr_Occurred() ? branch : PyObject_CallMethodOneArg(caller, names[BRANCH_HERE], owner);
}
