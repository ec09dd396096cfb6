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
    text->has_long_number = 0;
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

/* Sixteen bytes at once, in the words that GCC and Clang have for it on every processor. */
typedef unsigned char Sixteen __attribute__((vector_size(16)));

static inline Sixteen
sixteen_of(unsigned char byte)
{
    Sixteen bytes;
    memset(&bytes, byte, 16);
    return bytes;
}

#define ALL(byte) (0x0101010101010101ull * (byte))
#define HAS_ZERO(eight) (((eight) - ALL(1)) & ~(eight) & ALL(0x80))

static inline int
is_special(unsigned char byte)
{
    return byte < ' ' || byte == '"' || byte == '\\';
}

static inline int
has_special(const char *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, 8);
    return (HAS_ZERO(eight ^ ALL('"')) | HAS_ZERO(eight ^ ALL('\\')) | ((eight - ALL(' ')) & ~eight & ALL(0x80))) != 0;
}

/* Return where the first byte that has to be escaped is, or *end*: a quote, a backslash, or less than a space. */
static inline const char *
first_special(const char *begin, const char *end)
{
    const char *at = begin;
    for (; end - at >= 16; at += 16) {
        Sixteen bytes, special;
        uint64_t halves[2];
        memcpy(&bytes, at, 16);
        special = (Sixteen)(bytes == sixteen_of('"')) | (Sixteen)(bytes == sixteen_of('\\'))
                  | (Sixteen)(bytes < sixteen_of(' '));
        memcpy(halves, &special, 16);
        if (halves[0] | halves[1]) {
            break;
        }
    }
    for (; end - at >= 8 && !has_special(at); at += 8) {
    }
    if (end - at < 8 && end - begin >= 8 && !has_special(end - 8)) {
        return end;
    }
    while (at < end && !is_special((unsigned char)*at)) {
        at++;
    }
    return at;
}

static char *
put_escaped(char *to, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    *to++ = '\\';
    for (const char *pair = letters; *pair; pair += 2) {
        if ((unsigned char)*pair == byte) {
            *to++ = pair[1];
            return to;
        }
    }
    memcpy(to, "u00", 3);
    to[3] = hex[byte >> 4];
    to[4] = hex[byte & 15];
    return to + 5;
}

int
put_text(Text *text, PyObject *string)
{
    Py_ssize_t size;
    const char *from;
    if (PyUnicode_IS_COMPACT_ASCII(string)) {
        from = (const char *)PyUnicode_1BYTE_DATA(string);
        size = PyUnicode_GET_LENGTH(string);
    }
    else if ((from = PyUnicode_AsUTF8AndSize(string, &size)) == NULL) {
        return -1;
    }
    const char *end = from + size;
    if (put_byte(text, '"')) {
        return -1;
    }
    for (;;) {
        const char *special = first_special(from, end);
        Py_ssize_t needed = special - from + 6; /* and an escape, or the quote */
        if (text->room - text->size < needed && make_room(text, needed)) {
            return -1;
        }
        copy(text->at + text->size, from, special - from);
        text->size += special - from;
        if (special == end) {
            text->at[text->size++] = '"';
            return 0;
        }
        text->size = put_escaped(text->at + text->size, (unsigned char)*special) - text->at;
        from = special + 1;
    }
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

int
put_number(Text *text, PyObject *number)
{
    int is_long;
    long long value = PyLong_AsLongLongAndOverflow(number, &is_long);
    if (is_long) {
        text->has_long_number = 1;
        return put_encoded(text, number);
    }
    char digits[24], *at = digits + sizeof(digits);
    unsigned long long left = value < 0 ? 0ull - (unsigned long long)value : (unsigned long long)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0) {
        *--at = '-';
    }
    return put_bytes(text, at, digits + sizeof(digits) - at);
}
