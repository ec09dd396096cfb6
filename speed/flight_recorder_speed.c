/* The compiled part of Flight Recorder, which is optional: what `codec/survey.py` does in Python, for each part of a value.
 *
 * The functions here have the names, arguments and results of those in Python, and pass the same tests. They look at
 * objects of exact builtin types alone, and call nothing of the program's: types are compared by identity, containers
 * are read in place, keys are text.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
    PyObject *containers; /* list: every dict and list once, the outer ones first */
    PyObject *items;      /* list: what these hold, in their order */
    PyObject *keys;       /* list: the keys of the dicts, in their order */
    PyObject *met;        /* set of addresses, of the containers that something else refers to as well; NULL: none yet */
} Survey;

enum Found { LEFT_ALONE = 0, TAKEN = 1, FAILED = -1 };

/* Note that a container is met; LEFT_ALONE when it was before. One that has a single reference stands here alone. */
static enum Found
meet(Survey *survey, PyObject *container)
{
    if (Py_REFCNT(container) > 1) {
        if (survey->met == NULL && (survey->met = PySet_New(NULL)) == NULL) {
            return FAILED;
        }
        PyObject *address = PyLong_FromVoidPtr(container);
        if (address == NULL) {
            return FAILED;
        }
        Py_ssize_t before = PySet_GET_SIZE(survey->met);
        int failed = PySet_Add(survey->met, address);
        Py_DECREF(address);
        if (failed) {
            return FAILED;
        }
        if (PySet_GET_SIZE(survey->met) == before) {
            return LEFT_ALONE;
        }
    }
    return PyList_Append(survey->containers, container) ? FAILED : TAKEN;
}

static enum Found
look_at(Survey *survey, PyObject *part)
{
    if (PyUnicode_CheckExact(part) || PyLong_CheckExact(part) || part == Py_None || PyBool_Check(part)) {
        return TAKEN;
    }
    if (PyFloat_CheckExact(part)) {
        return isfinite(PyFloat_AS_DOUBLE(part)) ? TAKEN : LEFT_ALONE;
    }
    if (PyDict_CheckExact(part) || PyList_CheckExact(part)) {
        return meet(survey, part);
    }
    return LEFT_ALONE;
}

/* Look at what a container holds. Keys are noted; whether they are harmless is asked later. */
static enum Found
look_into(Survey *survey, PyObject *container)
{
    if (PyList_CheckExact(container)) {
        for (Py_ssize_t place = 0; place < PyList_GET_SIZE(container); place++) {
            PyObject *item = PyList_GET_ITEM(container, place);
            enum Found found = look_at(survey, item);
            if (found != TAKEN) {
                return found;
            }
            if (PyList_Append(survey->items, item)) {
                return FAILED;
            }
        }
        return TAKEN;
    }
    PyObject *key, *value;
    Py_ssize_t place = 0;
    while (PyDict_Next(container, &place, &key, &value)) {
        if (!PyUnicode_CheckExact(key)) {
            return LEFT_ALONE;
        }
        enum Found found = look_at(survey, value);
        if (found != TAKEN) {
            return found;
        }
        if (PyList_Append(survey->items, value) || PyList_Append(survey->keys, key)) {
            return FAILED;
        }
    }
    return TAKEN;
}

static enum Found
look_at_all(Survey *survey, PyObject *values, Py_ssize_t max_parts, Py_ssize_t max_depth)
{
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(values); place++) {
        enum Found found = look_at(survey, PyTuple_GET_ITEM(values, place));
        if (found != TAKEN) {
            return found;
        }
    }
    Py_ssize_t depth = 0, next = 0, end_of_level = 0;
    while (next < PyList_GET_SIZE(survey->containers)) {
        if (next == end_of_level) {
            end_of_level = PyList_GET_SIZE(survey->containers);
            if (++depth > max_depth) {
                return LEFT_ALONE;
            }
        }
        enum Found found = look_into(survey, PyList_GET_ITEM(survey->containers, next++));
        if (found != TAKEN) {
            return found;
        }
        if (PyList_GET_SIZE(survey->items) > max_parts) {
            return LEFT_ALONE;
        }
    }
    return TAKEN;
}

PyDoc_STRVAR(survey_doc,
"survey(values: tuple, max_parts: int, max_depth: int) -> tuple[list, list, list] | None\n\n"
"Return the containers in *values*, the items that these hold and the keys of the dicts, if all of it is plain.");

static PyObject *
survey(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || !PyTuple_CheckExact(args[0])) {
        PyErr_SetString(PyExc_TypeError, "survey() takes a tuple and two numbers");
        return NULL;
    }
    Py_ssize_t max_parts = PyLong_AsSsize_t(args[1]), max_depth = PyLong_AsSsize_t(args[2]);
    if (PyErr_Occurred()) {
        return NULL;
    }
    Survey found = {PyList_New(0), PyList_New(0), PyList_New(0), NULL};
    PyObject *result = NULL;
    if (found.containers != NULL && found.items != NULL && found.keys != NULL) {
        enum Found what = look_at_all(&found, args[0], max_parts, max_depth);
        if (what == TAKEN) {
            result = PyTuple_Pack(3, found.containers, found.items, found.keys);
        }
        else if (what == LEFT_ALONE) {
            result = Py_NewRef(Py_None);
        }
    }
    Py_XDECREF(found.containers);
    Py_XDECREF(found.items);
    Py_XDECREF(found.keys);
    Py_XDECREF(found.met);
    return result;
}

PyDoc_STRVAR(is_unchanged_doc,
"is_unchanged(containers: list, items: list, keys: list) -> bool\n\n"
"Whether every container holds the very objects that it held when they were surveyed.");

static PyObject *
is_unchanged(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || !PyList_CheckExact(args[0]) || !PyList_CheckExact(args[1]) || !PyList_CheckExact(args[2])) {
        PyErr_SetString(PyExc_TypeError, "is_unchanged() takes three lists");
        return NULL;
    }
    PyObject *containers = args[0], *items = args[1], *keys = args[2];
    Py_ssize_t item = 0, key = 0;
    for (Py_ssize_t next = 0; next < PyList_GET_SIZE(containers); next++) {
        PyObject *container = PyList_GET_ITEM(containers, next);
        if (PyList_CheckExact(container)) {
            for (Py_ssize_t place = 0; place < PyList_GET_SIZE(container); place++, item++) {
                if (item >= PyList_GET_SIZE(items) || PyList_GET_ITEM(items, item) != PyList_GET_ITEM(container, place)) {
                    Py_RETURN_FALSE;
                }
            }
            continue;
        }
        if (!PyDict_CheckExact(container)) {
            Py_RETURN_FALSE;
        }
        PyObject *name, *value;
        Py_ssize_t place = 0;
        while (PyDict_Next(container, &place, &name, &value)) {
            if (item >= PyList_GET_SIZE(items) || PyList_GET_ITEM(items, item++) != value
                || key >= PyList_GET_SIZE(keys) || PyList_GET_ITEM(keys, key++) != name) {
                Py_RETURN_FALSE;
            }
        }
    }
    return PyBool_FromLong(item == PyList_GET_SIZE(items) && key == PyList_GET_SIZE(keys));
}

static PyMethodDef methods[] = {
    {"survey", (PyCFunction)(void (*)(void))survey, METH_FASTCALL, survey_doc},
    {"is_unchanged", (PyCFunction)(void (*)(void))is_unchanged, METH_FASTCALL, is_unchanged_doc},
    {NULL, NULL, 0, NULL},
};

static int
begin(PyObject *module)
{
    return PyModule_AddObjectRef(module, "LISTS_BACKWARDS", Py_False);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, begin},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "flight_recorder_speed",
    .m_doc = "The compiled part of Flight Recorder: see codec/survey.py.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_flight_recorder_speed(void)
{
    return PyModuleDef_Init(&module);
}
