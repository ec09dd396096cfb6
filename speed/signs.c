/* Signs: a first look at what codec/secrets.py then looks at closely. */

#include "text.h"

static inline int
is_one_of(const char *pairs, unsigned char first, unsigned char second)
{
    for (; *pairs; pairs += 2) {
        if ((unsigned char)pairs[0] == first && (unsigned char)pairs[1] == second) {
            return 1;
        }
    }
    return 0;
}

int
begins_header(const char *at)
{
    static const char first[] = "authproxset-cookapi-"; /* four letters of each */
    char lower[4] = {at[0] | 0x20, at[1] | 0x20, at[2] | 0x20, at[3] | 0x20};
    for (const char *four = first; *four; four += 4) {
        if (memcmp(four, lower, 4) == 0) {
            return 1;
        }
    }
    return lower[0] == 'x' && lower[1] == '-';
}

/* What a byte says of a secret, with those around it: at least all that the patterns in codec/secrets.py say. *data* has
 * six bytes of room before and after it. */
static int
sign_at(const unsigned char *at)
{
    unsigned char b2 = at[-2], b1 = at[-1], n1 = at[1], n2 = at[2];
    switch (*at) {
    case '-':
        return (n1 == '-' && n2 == '-') || is_one_of("skatttdtrtlypippPXai", b2, b1) || (at[-4] == 'x' && at[-3] == 'o' && b2 == 'x')
               ? LOOK : NO_SIGN;
    case '_':
        return (at[-3] == 'g' && b2 == 'h') || is_one_of("atskrkhfpmecv2", b2, b1) ? LOOK : NO_SIGN;
    case 'A':
        return is_one_of("KISIIz", n1, n2) ? LOOK : NO_SIGN;
    case 'B':
        return is_one_of("eaEAas", n1, n2) ? LOOK : NO_SIGN;
    case 'J':
        return b2 == 'e' && b1 == 'y' ? LOOK : NO_SIGN;
    case ':':
        if (b1 == '"') {
            return b2 == '\\' ? LOOK : NO_SIGN;
        }
        return (n1 == '/' && n2 == '/') || b1 == '\'' || is_one_of("onieeyenet", b2 | 0x20, b1 | 0x20) ? LOOK : NO_SIGN;
    case '=':
        return LOOK;
    case '$':
        return n1 == '"' && n2 == ':' ? LOOK : NO_SIGN;
    default:
        return NO_SIGN;
    }
}

static int
has_needle(const char *data, Py_ssize_t size, PyObject *needles)
{
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(needles); place++) {
        PyObject *needle = PyTuple_GET_ITEM(needles, place);
        if (!PyBytes_CheckExact(needle)
            || memmem(data, size, PyBytes_AS_STRING(needle), PyBytes_GET_SIZE(needle)) != NULL) {
            return 1;
        }
    }
    return 0;
}

/* Return what the bytes from *first* to *end*, of *size* in all, say. */
static int
signs_between(const unsigned char *bytes, Py_ssize_t size, Py_ssize_t first, Py_ssize_t end)
{
    static const char telling[] = "-_ABJ:=$"; /* each is looked for alone: memchr is that much faster than a loop */
    int found = NO_SIGN;
    for (const char *byte = telling; *byte; byte++) {
        for (const unsigned char *at = bytes + first; (at = memchr(at, *byte, bytes + end - at)) != NULL; at++) {
            if (at - bytes >= 6 && bytes + size - at > 6) {
                if (*byte != ':' || at[-1] != '"' || at[-2] == '\\') { /* else it stands behind a key: most do */
                    found |= sign_at(at);
                }
                continue;
            }
            unsigned char around[13] = {0}; /* near an end: with zeros beyond it */
            for (Py_ssize_t near = -6; near <= 6; near++) {
                if (at - bytes + near >= 0 && at + near < bytes + size) {
                    around[6 + near] = at[near];
                }
            }
            found |= sign_at(around + 6);
        }
    }
    return found;
}

int
signs_in(const Text *text, PyObject *needles)
{
    int found = has_needle(text->at, text->size, needles) ? LOOK : NO_SIGN;
    for (int mark = 0; mark < text->marks; mark++) {
        Py_ssize_t first = text->marked[mark].first, end = Py_MIN(text->marked[mark].end, text->size);
        found |= signs_between((const unsigned char *)text->at, text->size, first, end);
    }
    return found | (text->has_header ? HEADER : NO_SIGN) | (text->has_long_number ? LONG_NUMBER : NO_SIGN);
}
