#include "text.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(WITHOUT_VECTORS)
#define CAN_SHUFFLE 1
#include <immintrin.h>
#else
#define CAN_SHUFFLE 0
#endif

static int can_shuffle = 0;

void
prepare_text(void)
{
#if CAN_SHUFFLE
    can_shuffle = __builtin_cpu_supports("avx2");
#endif
}

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

#if CAN_SHUFFLE
enum { AT_ONCE = 32, SPECIAL = 0x61 }; /* SPECIAL: of the bits below, those of bytes that have to be escaped */

/* What has to be escaped, and what may be a sign of a secret, by the halves of a byte: it is such a byte where they have a bit
 * in common. Bit 0: less than a space; 5: a quote; 6: a backslash; 1: $ -; 2: : =; 3: A B J; 4: _. */
static const unsigned char by_low[16] = {0x01, 0x09, 0x29, 0x01, 0x03, 0x01, 0x01, 0x01,
                                         0x01, 0x01, 0x0D, 0x01, 0x41, 0x07, 0x01, 0x11};
static const unsigned char by_high[16] = {0x01, 0x01, 0x22, 0x04, 0x08, 0x50};

/* Some bytes of a text, and whatever lies behind it: within one page that can be read, too. */
__attribute__((target("avx2"), no_sanitize_address)) static inline __m256i
some_of(const char *from, Py_ssize_t left)
{
    enum { PAGE = 4096 };
    if (left >= AT_ONCE || ((uintptr_t)from & (PAGE - 1)) <= PAGE - AT_ONCE) {
        return _mm256_loadu_si256((const __m256i *)from);
    }
    char bytes[AT_ONCE] = {0};
    memcpy(bytes, from, left);
    return _mm256_loadu_si256((const __m256i *)bytes);
}

/* Copy a text up to the first byte that has to be escaped, 32 bytes at once: there is room for that much more behind it. Return
 * where it ends, and move *from* on; say in *is_marked* whether there may be a sign in it. */
__attribute__((target("avx2"), no_sanitize_address)) static char *
copy_clean(char *to, const char **from, const char *end, int *is_marked)
{
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)by_low));
    const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)by_high));
    const __m256i half = _mm256_set1_epi8(0x0F), special = _mm256_set1_epi8(SPECIAL), none = _mm256_setzero_si256();
    const char *at = *from;
    uint32_t escaped = 0;
    while (at < end && !escaped) {
        Py_ssize_t left = end - at, clean = Py_MIN(left, AT_ONCE);
        __m256i bytes = some_of(at, left);
        _mm256_storeu_si256((__m256i *)to, bytes);
        __m256i bits = _mm256_and_si256(_mm256_shuffle_epi8(low, bytes),
                                        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
        uint32_t within = left < AT_ONCE ? (1u << left) - 1 : UINT32_MAX;
        uint32_t any = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bits, none)) & within;
        if (any) {
            *is_marked = 1;
            escaped = any & ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(bits, special), none));
            clean = escaped ? __builtin_ctz(escaped) : clean;
        }
        to += clean;
        at += clean;
    }
    *from = at;
    return to;
}

/* Write out a text without its quotes; return whether there may be a sign in it. */
static int
put_at_once(Text *text, const char *from, const char *end)
{
    int is_marked = 0;
    for (;;) {
        Py_ssize_t needed = end - from + AT_ONCE + 6; /* and an escape */
        if (text->room - text->size < needed && make_room(text, needed)) {
            return -1;
        }
        char *to = copy_clean(text->at + text->size, &from, end, &is_marked);
        if (from < end) {
            to = put_escaped(to, (unsigned char)*from++);
        }
        text->size = to - text->at;
        if (from == end) {
            return is_marked;
        }
    }
}
#endif

/* As `put_at_once`, on any processor. */
static int
put_in_turn(Text *text, const char *from, const char *end)
{
    for (;;) {
        const char *special = first_special(from, end);
        if (put_bytes(text, from, special - from)) {
            return -1;
        }
        if (special == end) {
            return 1; /* nobody looked for one */
        }
        if (text->room - text->size < 6 && make_room(text, 6)) {
            return -1;
        }
        text->size = put_escaped(text->at + text->size, (unsigned char)*special) - text->at;
        from = special + 1;
    }
}

int
put_text(Text *text, PyObject *string)
{
    Py_ssize_t size, first = text->size;
    const char *from;
    if (PyUnicode_IS_COMPACT_ASCII(string)) {
        from = (const char *)PyUnicode_1BYTE_DATA(string);
        size = PyUnicode_GET_LENGTH(string);
    }
    else if ((from = PyUnicode_AsUTF8AndSize(string, &size)) == NULL) {
        return -1;
    }
    if (put_byte(text, '"')) {
        return -1;
    }
#if CAN_SHUFFLE
    int is_marked = can_shuffle ? put_at_once(text, from, from + size) : put_in_turn(text, from, from + size);
#else
    int is_marked = put_in_turn(text, from, from + size);
#endif
    if (is_marked < 0 || put_byte(text, '"')) {
        return -1;
    }
    if (is_marked) {
        mark(text, first, text->size + 2); /* with what comes behind it: whether it is a key says something, too */
    }
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
