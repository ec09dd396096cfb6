/* Segment: as `journal/segment.py`. A record is copied in one step, which no thread and no signal handler of Python's can see
 * half-way. */

#include "parts.h"
#include <stddef.h>
#include <string.h>
#include <structmember.h>

#define FRAME_BYTES 8 /* length and checksum, 4 bytes each, little-endian */

static void
put_frame(char *to, size_t length, uint32_t crc)
{
    put_bytes_of(put_bytes_of(to, length, 4), crc, 4);
}

int
segment_put(Segment *self, const char *head, size_t head_size, const char *body, size_t body_size)
{
    size_t length = head_size + body_size;
    if (self->map.obj == NULL || self->end + FRAME_BYTES + (Py_ssize_t)length > self->limit) {
        return 0;
    }
    char *at = (char *)self->map.buf + (self->end - self->first);
    memcpy(at + FRAME_BYTES, head, head_size);
    memcpy(at + FRAME_BYTES + head_size, body, body_size);
    uint32_t crc = crc_of(crc_of(0, head, head_size), body, body_size);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the frame last: where it stands, the record does */
    put_frame(at, length, crc);
    self->end += FRAME_BYTES + (Py_ssize_t)length;
    return 1;
}

static PyObject *
segment_open(Segment *self, PyObject *args)
{
    PyObject *memory;
    Py_ssize_t first;
    if (!PyArg_ParseTuple(args, "On:open", &memory, &first)) {
        return NULL;
    }
    PyBuffer_Release(&self->map);
    if (PyObject_GetBuffer(memory, &self->map, PyBUF_WRITABLE)) {
        return NULL;
    }
    self->first = first;
    self->limit = first + self->map.len;
    if (self->end < first || self->end > self->limit) {
        PyBuffer_Release(&self->map);
        PyErr_SetString(PyExc_ValueError, "the next record does not begin in this part of the file");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
segment_close(Segment *self, PyObject *Py_UNUSED(nothing))
{
    PyBuffer_Release(&self->map);
    self->limit = 0;
    Py_RETURN_NONE;
}

static PyObject *
segment_says_put(Segment *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 2 || !PyBytes_CheckExact(args[0]) || !PyBytes_CheckExact(args[1])) {
        PyErr_SetString(PyExc_TypeError, "put() takes two bytes");
        return NULL;
    }
    return PyBool_FromLong(segment_put(self, PyBytes_AS_STRING(args[0]), PyBytes_GET_SIZE(args[0]),
                                    PyBytes_AS_STRING(args[1]), PyBytes_GET_SIZE(args[1])));
}

static PyObject *
segment_new(PyTypeObject *type, PyObject *args, PyObject *named)
{
    if (!PyArg_ParseTuple(args, ":Segment") || (named != NULL && PyDict_GET_SIZE(named) > 0)) {
        return NULL;
    }
    return type->tp_alloc(type, 0); /* all zeros */
}

static void
segment_dealloc(Segment *self)
{
    PyBuffer_Release(&self->map);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef segment_methods[] = {
    {"open", (PyCFunction)segment_open, METH_VARARGS, "Go on in a map of the file that begins at a byte of it."},
    {"close", (PyCFunction)segment_close, METH_NOARGS, "Let go of the map."},
    {"put", (PyCFunction)(void (*)(void))segment_says_put, METH_FASTCALL,
     "Append a record of a head and a body; return False, and do nothing, where there is no room for it."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef segment_members[] = {
    {"end", T_PYSSIZET, offsetof(Segment, end), 0, "Where the next record begins, in the file."},
    {"limit", T_PYSSIZET, offsetof(Segment, limit), READONLY, "Where the map ends, in the file; 0 where there is none."},
    {"is_busy", T_BOOL, offsetof(Segment, is_busy), 0, "Whether a record is being written."},
    {"remembered", T_PYSSIZET, offsetof(Segment, remembered), 0, "How many bytes of bodies are kept."},
    {NULL, 0, 0, 0, NULL},
};

PyTypeObject SegmentType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "flight_recorder_speed.Segment",
    .tp_doc = "Segment for records in a file, as a memory map.",
    .tp_basicsize = sizeof(Segment),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = segment_new,
    .tp_dealloc = (destructor)segment_dealloc,
    .tp_methods = segment_methods,
    .tp_members = segment_members,
};
