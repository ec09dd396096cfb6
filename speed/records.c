/* Records: the beginning and the end of a step, as journal/packing.py has them. */

#include "lane.h"

/* Of longer bodies that begin alike the journal writes what is new. */
enum { MIN_GROWN_BYTES = 1024, COMPARED_BYTES = 64, MAX_REMEMBERED_BYTES = 1 << 25 };
enum { START = 3, END = 4, HAS_PARENT = 4, START_BYTES = 34, END_BYTES = 18 };

static long long
now_ns(const Lane *self)
{
    PyObject *now = PyObject_CallNoArgs(self->perf_counter_ns);
    long long ns = now == NULL ? -1 : PyLong_AsLongLong(now);
    Py_XDECREF(now);
    return ns == -1 && PyErr_Occurred() ? -1 : ns - self->began_ns;
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

/* Keep the body as the last long one of its template, as the journal's writer does. */
static int
remember(Lane *self, PyObject *bodies, PyObject *template, PyObject *body)
{
    Segment *segment = (Segment *)self->segment;
    PyObject *last = PyDict_GetItemWithError(bodies, template);
    segment->remembered += PyBytes_GET_SIZE(body) - (last == NULL ? 0 : PyBytes_GET_SIZE(last));
    if (PyErr_Occurred() || PyDict_SetItem(bodies, template, body)) {
        return -1;
    }
    if (segment->remembered > MAX_REMEMBERED_BYTES) {
        PyDict_Clear(self->inputs);
        PyDict_Clear(self->results);
        segment->remembered = 0;
    }
    return 0;
}

/* Copy a record into the journal. Return 1; 0 where that is for Python, -1 with an error. *bodies* has the last long body of each
 * template. */
static int
put_record(Lane *self, const char *head, Py_ssize_t head_size, PyObject *body, PyObject *bodies, PyObject *template)
{
    Segment *segment = (Segment *)self->segment;
    const char *bytes = PyBytes_AS_STRING(body);
    Py_ssize_t size = PyBytes_GET_SIZE(body);
    if (segment->is_busy) {
        return 0;
    }
    if (size < MIN_GROWN_BYTES) {
        return segment_put(segment, head, head_size, bytes, size);
    }
    if (may_have_grown(PyDict_GetItemWithError(bodies, template), bytes, size)
        || !segment_put(segment, head, head_size, bytes, size)) {
        return 0;
    }
    return remember(self, bodies, template, body) ? -1 : 1;
}

int
write_start(Lane *self, const Habit *habit, PyObject *branch, PyObject *id, PyObject *parent, PyObject *data)
{
    long long at_ns = now_ns(self), step = PyLong_AsLongLong(id), above = parent == Py_None ? 0 : PyLong_AsLongLong(parent);
    unsigned long number = PyLong_AsUnsignedLong(branch), template = PyLong_AsUnsignedLong(habit->template);
    if (PyErr_Occurred() || PyDict_SetItem(self->template_of, id, habit->template)) {
        return -1;
    }
    char head[START_BYTES], *at = head;
    *at++ = START;
    *at++ = parent == Py_None ? 0 : HAS_PARENT;
    at = put_bytes_of(put_bytes_of(at, template, 4), number, 4);
    put_bytes_of(put_bytes_of(put_bytes_of(at, step, 8), above, 8), at_ns, 8);
    int put = put_record(self, head, START_BYTES, data, self->inputs, habit->template);
    if (put != 0) {
        return put < 0 ? -1 : 0;
    }
    PyObject *written = PyObject_CallFunction(self->start, "OOOOLO", habit->template, branch, id, parent, at_ns, data);
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
    char head[END_BYTES] = {END, 0};
    put_bytes_of(put_bytes_of(head + 2, step, 8), at_ns, 8);
    int put = template == NULL ? 0 : put_record(self, head, END_BYTES, data, self->results, template);
    if (put > 0) {
        return PyDict_DelItem(self->template_of, id);
    }
    PyObject *written = put < 0 ? NULL : PyObject_CallFunction(self->end, "OLO", id, at_ns, data);
    Py_XDECREF(written);
    return written == NULL ? -1 : 0;
}
