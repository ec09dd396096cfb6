/* Records: the beginning and the end of a step, as journal/packing.py has them. */

#include "lane.h"

/* Of longer bodies that begin alike the journal writes what is new. */
enum { MIN_GROWN_BYTES = 1024, COMPARED_BYTES = 64 };
enum { START = 3, END = 4, HAS_PARENT = 4, START_BYTES = 34, END_BYTES = 18 };

static long long
now_ns(const Lane *self)
{
    PyObject *now = PyObject_CallNoArgs(self->perf_counter_ns);
    long long ns = now == NULL ? -1 : PyLong_AsLongLong(now);
    Py_XDECREF(now);
    return ns == -1 && PyErr_Occurred() ? -1 : ns - self->began_ns;
}

static char *
put_number(char *to, uint64_t number, int bytes)
{
    for (int byte = 0; byte < bytes; byte++) {
        *to++ = (char)(number >> 8 * byte & 0xFF);
    }
    return to;
}

/* Whether a body may be *last* with something put in, as `growth_of` in journal/packing.py finds out. */
static int
may_have_grown(PyObject *last, const char *body, Py_ssize_t size)
{
    if (last == NULL || PyBytes_GET_SIZE(last) > size) {
        return 0;
    }
    Py_ssize_t compared = PyBytes_GET_SIZE(last) == size ? size : COMPARED_BYTES;
    return memcmp(PyBytes_AS_STRING(last), body, compared) == 0; /* none is shorter than that */
}

/* Copy a record into the journal. Return 1; 0 where that is for Python, -1 with an error. *bodies* has the last long body
 * of each template. */
static int
put_record(Lane *self, const char *head, Py_ssize_t head_size, const char *body, Py_ssize_t size, PyObject *bodies,
           PyObject *template)
{
    Segment *segment = (Segment *)self->segment;
    if (segment->is_busy) {
        return 0;
    }
    if (size < MIN_GROWN_BYTES) {
        return segment_put(segment, head, head_size, body, size);
    }
    if (may_have_grown(PyDict_GetItemWithError(bodies, template), body, size)
        || !segment_put(segment, head, head_size, body, size)) {
        return 0;
    }
    PyObject *whole = PyBytes_FromStringAndSize(body, size);
    PyObject *done = whole == NULL ? NULL : PyObject_CallFunctionObjArgs(self->remember, bodies, template, whole, NULL);
    Py_XDECREF(whole);
    Py_XDECREF(done);
    return done == NULL ? -1 : 1;
}

int
write_start(Lane *self, const Entry *entry, PyObject *branch, PyObject *id, PyObject *parent, PyObject *data)
{
    long long at_ns = now_ns(self), step = PyLong_AsLongLong(id), above = parent == Py_None ? 0 : PyLong_AsLongLong(parent);
    unsigned long number = PyLong_AsUnsignedLong(branch), template = PyLong_AsUnsignedLong(entry->template);
    if (PyErr_Occurred() || PyDict_SetItem(self->template_of, id, entry->template)) {
        return -1;
    }
    char head[START_BYTES], *at = head;
    *at++ = START;
    *at++ = parent == Py_None ? 0 : HAS_PARENT;
    at = put_number(put_number(at, template, 4), number, 4);
    put_number(put_number(put_number(at, step, 8), above, 8), at_ns, 8);
    int put = put_record(self, head, START_BYTES, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data), self->inputs,
                         entry->template);
    if (put != 0) {
        return put < 0 ? -1 : 0;
    }
    PyObject *written = PyObject_CallFunction(self->start, "OOOOLO", entry->template, branch, id, parent, at_ns, data);
    Py_XDECREF(written);
    return written == NULL ? -1 : 0;
}

int
write_end(Lane *self, PyObject *id, PyObject *data)
{
    long long at_ns = now_ns(self), step = PyLong_AsLongLong(id);
    PyObject *template = PyDict_GetItemWithError(self->template_of, id); /* none, if it began in another process */
    if (PyErr_Occurred()) {
        return -1;
    }
    const char *body = PyBytes_AS_STRING(data) + 1; /* without the brackets of the array */
    Py_ssize_t size = PyBytes_GET_SIZE(data) - 2;
    char head[END_BYTES] = {END, 0};
    put_number(put_number(head + 2, step, 8), at_ns, 8);
    int put = template == NULL ? 0 : put_record(self, head, END_BYTES, body, size, self->results, template);
    if (put > 0) {
        return PyDict_DelItem(self->template_of, id);
    }
    PyObject *written = put < 0 ? NULL : PyObject_CallFunction(self->end, "OLy#", id, at_ns, body, size);
    Py_XDECREF(written);
    return written == NULL ? -1 : 0;
}
