/* Strings: texts as JSON has them, and where in them there may be signs of a secret. */

#include "text.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(WITHOUT_VECTORS)
#define CAN_SHUFFLE 1
#include <immintrin.h>
#else
#define CAN_SHUFFLE 0
#endif

static int can_shuffle = 0;

void
prepare_strings(void)
{
#if CAN_SHUFFLE
    can_shuffle = __builtin_cpu_supports("avx2");
#endif
}

/* Remember that there may be signs in what was written from *first* to *end*, and in the next two bytes: whether it is a key says
 * something, too. */
static void
mark(Text *text, Py_ssize_t first, Py_ssize_t end)
{
    Py_ssize_t last = text->marks - 1;
    if (last >= 0 && (last == MAX_MARKS - 1 || first - text->marked[last].end < NEAR)) {
        text->marked[last].end = end + 2;
        return;
    }
    text->marked[++last].first = first;
    text->marked[last].end = end + 2;
    text->marks++;
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

/* Return which of some bytes are in the tables above, by their bits there. */
__attribute__((target("avx2"))) static inline __m256i
bits_of(__m256i bytes)
{
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)by_low));
    const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)by_high));
    __m256i halves = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
    return _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, halves));
}

/* Return which of the first *count* bytes are not zero. */
__attribute__((target("avx2"))) static inline uint32_t
set_in(__m256i bits, Py_ssize_t count)
{
    uint32_t within = count < AT_ONCE ? (1u << count) - 1 : UINT32_MAX;
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bits, _mm256_setzero_si256())) & within;
}

/* Write out a text without its quotes, 32 bytes at once; return whether there may be a sign in it. */
__attribute__((target("avx2"), no_sanitize_address)) static int
put_blocks(Text *text, const char *from, Py_ssize_t left)
{
    int is_marked = 0;
    while (left > 0) {
        Py_ssize_t needed = left + AT_ONCE + 6; /* and an escape */
        if (text->room - text->size < needed && make_room(text, needed)) {
            return -1;
        }
        char *to = text->at + text->size;
        uint32_t escaped = 0;
        while (left > 0 && !escaped) {
            __m256i bytes = some_of(from, left), bits = bits_of(bytes);
            _mm256_storeu_si256((__m256i *)to, bytes);
            Py_ssize_t clean = Py_MIN(left, AT_ONCE);
            if (set_in(bits, left)) {
                is_marked = 1;
                escaped = set_in(_mm256_and_si256(bits, _mm256_set1_epi8(SPECIAL)), left);
                clean = escaped ? __builtin_ctz(escaped) : clean;
            }
            to += clean;
            from += clean;
            left -= clean;
        }
        if (escaped) {
            to = put_escaped(to, (unsigned char)*from++);
            left--;
        }
        text->size = to - text->at;
    }
    return is_marked;
}

static int
put_long(Text *text, const char *from, Py_ssize_t size)
{
    Py_ssize_t first = text->size;
    int is_marked = put_byte(text, '"') ? -1 : put_blocks(text, from, size);
    if (is_marked < 0 || put_byte(text, '"')) {
        return -1;
    }
    if (is_marked) {
        mark(text, first, text->size);
    }
    return 0;
}

/* Most texts are short, and nothing is to be said of them. */
__attribute__((target("avx2"), no_sanitize_address)) static int
put_short(Text *text, const char *from, Py_ssize_t size)
{
    if (size <= AT_ONCE && text->room - text->size >= AT_ONCE + 2) {
        char *to = text->at + text->size;
        __m256i bytes = some_of(from, size);
        _mm256_storeu_si256((__m256i *)(to + 1), bytes);
        if (!set_in(bits_of(bytes), size)) {
            to[0] = to[size + 1] = '"';
            text->size += size + 2;
            return 0;
        }
    }
    return put_long(text, from, size);
}
#endif

/* As `put_long`, on any processor. */
static int
put_in_turn(Text *text, const char *from, Py_ssize_t size)
{
    const char *end = from + size;
    Py_ssize_t first = text->size;
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
            mark(text, first, text->size); /* nobody looked for signs */
            return 0;
        }
        text->size = put_escaped(text->at + text->size, (unsigned char)*special) - text->at;
        from = special + 1;
    }
}

int
put_string(Text *text, PyObject *string)
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
#if CAN_SHUFFLE
    if (can_shuffle) {
        return put_short(text, from, size);
    }
#endif
    return put_in_turn(text, from, size);
}
