#include "text.h"

/* A long text's bytes, kept for the next one: fresh pages cost more than what is written into them. NULL while it is used:
 * a finalizer of the program's that runs meanwhile may call a step, too. */
static char *kept;
static Py_ssize_t kept_room;
#define MAX_KEPT_BYTES (1 << 21)

static void
take_kept(Text *text)
{
    memcpy(kept, text->first, text->size);
    text->at = kept;
    text->room = kept_room;
    kept = NULL;
}

void
begin_text(Text *text, PyObject *encode)
{
    text->at = text->first;
    text->size = 0;
    text->room = sizeof(text->first);
    text->encode = encode;
    text->has_long_number = text->has_header = text->marks = 0;
}

void
end_text(Text *text)
{
    if (text->at == text->first) {
        return;
    }
    if (kept != NULL || text->room > MAX_KEPT_BYTES) {
        PyMem_Free(text->at);
        return;
    }
    kept = text->at;
    kept_room = text->room;
}

int
make_room(Text *text, Py_ssize_t more)
{
    if (text->at == text->first && kept != NULL && kept_room - text->size >= more) {
        take_kept(text);
        return 0;
    }
    Py_ssize_t room = text->room;
    while (room - text->size < more) {
        if (room > PY_SSIZE_T_MAX / 2) {
            PyErr_NoMemory();
            return -1;
        }
        room *= 2;
    }
    char *at = PyMem_Realloc(text->at == text->first ? NULL : text->at, room);
    if (at == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (text->at == text->first) {
        memcpy(at, text->first, text->size);
    }
    text->at = at;
    text->room = room;
    return 0;
}

int
put_encoded(Text *text, PyObject *value)
{
    PyObject *data = PyObject_CallOneArg(text->encode, value);
    if (data == NULL) {
        return -1;
    }
    int failed = -1;
    if (PyBytes_CheckExact(data)) {
        failed = put_bytes(text, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data));
    }
    else {
        PyErr_SetString(PyExc_TypeError, "encode() did not return bytes");
    }
    Py_DECREF(data);
    return failed;
}

/* Write a number before *end*; return where it begins. */
static char *
digits_before(char *end, unsigned long long number)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
                                "49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
                                "9899";
    for (; number >= 100; number /= 100) {
        end -= 2;
        memcpy(end, pairs + 2 * (number % 100), 2);
    }
    if (number >= 10) {
        end -= 2;
        memcpy(end, pairs + 2 * number, 2);
        return end;
    }
    *--end = (char)('0' + number);
    return end;
}

int
put_number(Text *text, PyObject *number)
{
    int is_long;
    long long value = PyLong_AsLongLongAndOverflow(number, &is_long);
    if (is_long) {
        text->has_long_number = 1;
        return put_encoded(text, number);
    }
    char digits[24], *end = digits + sizeof(digits);
    char *at = digits_before(end, value < 0 ? 0ull - (unsigned long long)value : (unsigned long long)value);
    if (value < 0) {
        *--at = '-';
    }
    return put_bytes(text, at, end - at);
}
