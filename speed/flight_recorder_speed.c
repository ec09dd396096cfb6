/* The compiled part of Flight Recorder, which is optional: what is done for each recorded call, each part of a value and
 * each byte of its JSON, in a fraction of the time. What is done here is done in Python too, and the same tests pass. */

#include "parts.h"

PyDoc_STRVAR(survey_doc,
"survey(values, harmless, max_parts, max_depth, encode, needles) -> Plain | set[str] | None\n\n"
"Return *values* if all of them are plain; the keys that are not known to be harmless; or None.");

static PyObject *
survey(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 6 || !PyTuple_CheckExact(args[0]) || !PySet_CheckExact(args[1]) || !PyTuple_CheckExact(args[5])) {
        PyErr_SetString(PyExc_TypeError, "survey() takes a tuple, a set, two numbers, what encodes a number, a tuple");
        return NULL;
    }
    Limits limits = {args[1], PyLong_AsSsize_t(args[2]), PyLong_AsSsize_t(args[3]), args[4], args[5]};
    PyObject *found = PyErr_Occurred() ? NULL : plain_of(args[0], &limits, AS_ARRAY);
    if (found != NULL && Py_IS_TYPE(found, &PlainType)) {
        plain_follow(found);
    }
    return found;
}

PyDoc_STRVAR(crc32_doc, "crc32(data: bytes, value: int = 0) -> int\n\nReturn what zlib.crc32 returns.");

static PyObject *
crc32(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data;
    unsigned int value = 0;
    if (!PyArg_ParseTuple(args, "y*|I:crc32", &data, &value)) {
        return NULL;
    }
    value = crc_of(value, data.buf, data.len);
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLong(value);
}

static PyMethodDef methods[] = {
    {"survey", (PyCFunction)(void (*)(void))survey, METH_FASTCALL, survey_doc},
    {"crc32", crc32, METH_VARARGS, crc32_doc},
    {NULL, NULL, 0, NULL},
};

static int
begin(PyObject *module)
{
    prepare_crc();
    prepare_strings();
    if (prepare_lane() || PyType_Ready(&PlainType) || PyModule_AddType(module, &SegmentType)
        || PyModule_AddType(module, &LaneType)) {
        return -1;
    }
    return PyModule_AddIntConstant(module, "INTERFACE", 5);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, begin},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "flight_recorder_speed",
    .m_doc = "The compiled part of Flight Recorder.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_flight_recorder_speed(void)
{
    return PyModuleDef_Init(&module);
}
