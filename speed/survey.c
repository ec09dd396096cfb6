/* Survey: what `codec/survey.py` does, in a fraction of the time. Names and results are those in Python, and the same
 * tests pass.
 *
 * It looks at objects of exact builtin types alone and calls nothing of the program's: types are compared by identity,
 * containers are read in place, keys are text. Nothing is made meanwhile that could set off a garbage collection.
 */

#include "rows.h"
#include "text.h"
#include <math.h>

enum { MAX_DEPTH = 1000, WRITTEN_KEYS = 32, MAX_KEY_BYTES = 32 };

/* One look at some values. */
typedef struct {
    Plain *found;
    const Limits *limits;
    Addresses met; /* containers that may be met again */
    Row unknown;   /* keys that are not known to be harmless */
    Text text;
    Py_ssize_t deepest;
    struct {
        Py_ssize_t first, end;
    } keys[MAX_DEPTH]; /* where those of the last dict at each depth are in the row of keys */
    struct {
        PyObject *key;
        Py_ssize_t first, end;
    } written[WRITTEN_KEYS]; /* by their addresses: where some short keys stand in the text */
    uint32_t is_written;     /* by bits: which of these are filled */
} Look;

enum Found { LEFT_ALONE = 0, TAKEN = 1, FAILED = -1 };

static enum Found take(Look *look, PyObject *value, Py_ssize_t depth);

static enum Found
meet(Look *look, PyObject *container)
{
    if (!IS_ALONE(container, 0)) {
        int is_new = add_address(&look->met, container);
        if (is_new <= 0) {
            return is_new < 0 ? FAILED : LEFT_ALONE;
        }
    }
    return row_add(&look->found->containers, container) ? FAILED : TAKEN;
}

/* Whether the key is harmless. Rows of one table have the very same keys in the same order: *again* is that of the last. */
static enum Found
look_at_key(Look *look, PyObject *key, PyObject *again)
{
    if (key == again) {
        return TAKEN;
    }
    if (!PyUnicode_CheckExact(key)) {
        return LEFT_ALONE;
    }
    int is_known = PySet_Contains(look->limits->harmless, key);
    if (is_known != 0) {
        return is_known < 0 ? FAILED : TAKEN;
    }
    return row_add(&look->unknown, key) ? FAILED : TAKEN;
}

/* Write out the first of several values. A text may be the name of a header: then the pair is one. */
static enum Found
take_first(Look *look, PyObject *value, Py_ssize_t depth)
{
    Text *text = &look->text;
    Py_ssize_t before = text->size;
    enum Found found = take(look, value, depth);
    if (found == TAKEN && PyUnicode_CheckExact(value) && text->size - before > 4) {
        text->has_header |= begins_header(text->at + before + 1);
    }
    return found;
}

static enum Found
take_list(Look *look, PyObject *list, Py_ssize_t depth)
{
    Row *items = &look->found->items;
    Py_ssize_t first = items->count, count = PyList_GET_SIZE(list);
    for (Py_ssize_t place = 0; place < count; place++) {
        if (row_add_item(items, PyList_GET_ITEM(list, place))) {
            return FAILED;
        }
    }
    if (put_byte(&look->text, '[')) {
        return FAILED;
    }
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *item = items->at[first + place];
        enum Found found = place == 0 ? take_first(look, item, depth)
                           : put_byte(&look->text, ',') ? FAILED : take(look, item, depth);
        if (found != TAKEN) {
            return found;
        }
    }
    return put_byte(&look->text, ']') ? FAILED : TAKEN;
}

static enum Found
note_parts(Look *look, PyObject *dict, Py_ssize_t depth)
{
    Row *keys = &look->found->keys;
    Py_ssize_t first = keys->count, place = 0;
    for (; look->deepest < depth; look->deepest++) {
        look->keys[look->deepest].first = look->keys[look->deepest].end = 0;
    }
    Py_ssize_t again = look->keys[depth - 1].first, end = look->keys[depth - 1].end;
    PyObject *key, *value;
    while (PyDict_Next(dict, &place, &key, &value)) {
        enum Found found = look_at_key(look, key, again < end ? keys->at[again++] : NULL);
        if (found != TAKEN) {
            return found;
        }
        if (row_add(keys, key) || row_add_item(&look->found->items, value)) {
            return FAILED;
        }
    }
    look->keys[depth - 1].first = first;
    look->keys[depth - 1].end = keys->count;
    return TAKEN;
}

/* Write out a key and a colon. Rows of one table have the same keys: a copy of what stands there already is the fastest. */
static int
put_key(Look *look, PyObject *key)
{
    Text *text = &look->text;
    size_t place = ((uintptr_t)key >> 4) % WRITTEN_KEYS;
    if (look->is_written >> place & 1 && look->written[place].key == key) {
        Py_ssize_t size = look->written[place].end - look->written[place].first;
        if (text->room - text->size < size && make_room(text, size)) {
            return -1;
        }
        copy(text->at + text->size, text->at + look->written[place].first, size);
        text->size += size;
        return 0;
    }
    Py_ssize_t first = text->size;
    int marks = text->marks;
    if (put_string(text, key) || put_byte(text, ':')) {
        return -1;
    }
    if (text->size - first <= MAX_KEY_BYTES && text->marks == marks && (marks == 0 || text->marked[marks - 1].end <= first + 2)) {
        look->is_written |= 1u << place;
        look->written[place].key = key;
        look->written[place].first = first;
        look->written[place].end = text->size;
    }
    return 0;
}

static enum Found
take_dict(Look *look, PyObject *dict, Py_ssize_t depth)
{
    const Row *keys = &look->found->keys, *items = &look->found->items;
    Py_ssize_t first_key = keys->count, first_item = items->count;
    enum Found found = note_parts(look, dict, depth);
    Py_ssize_t count = keys->count - first_key;
    if (found == TAKEN && put_byte(&look->text, '{')) {
        return FAILED;
    }
    for (Py_ssize_t place = 0; found == TAKEN && place < count; place++) {
        if ((place > 0 && put_byte(&look->text, ',')) || put_key(look, keys->at[first_key + place])) {
            return FAILED;
        }
        found = take(look, items->at[first_item + place], depth);
    }
    return found == TAKEN && put_byte(&look->text, '}') ? FAILED : found;
}

static enum Found
take_container(Look *look, PyObject *container, Py_ssize_t depth)
{
    if (depth > look->limits->max_depth || depth > MAX_DEPTH || look->found->items.count > look->limits->max_parts) {
        return LEFT_ALONE;
    }
    enum Found found = meet(look, container);
    if (found != TAKEN) {
        return found;
    }
    return PyList_CheckExact(container) ? take_list(look, container, depth) : take_dict(look, container, depth);
}

/* Write out a value that stands in a container at *depth*, and note what it holds. */
static enum Found
take(Look *look, PyObject *value, Py_ssize_t depth)
{
    Text *text = &look->text;
    if (PyUnicode_CheckExact(value)) {
        return put_string(text, value) ? FAILED : TAKEN;
    }
    if (PyLong_CheckExact(value)) {
        return put_number(text, value) ? FAILED : TAKEN;
    }
    if (is_container(value)) {
        return take_container(look, value, depth + 1);
    }
    if (value == Py_None) {
        return put_bytes(text, "null", 4) ? FAILED : TAKEN;
    }
    if (PyBool_Check(value)) {
        return (value == Py_True ? put_bytes(text, "true", 4) : put_bytes(text, "false", 5)) ? FAILED : TAKEN;
    }
    if (PyFloat_CheckExact(value) && isfinite(PyFloat_AS_DOUBLE(value))) {
        return put_encoded(text, value) ? FAILED : TAKEN;
    }
    return LEFT_ALONE;
}

static enum Found
take_all(Look *look, PyObject *values)
{
    enum Found found = put_byte(&look->text, '[') ? FAILED : TAKEN;
    for (Py_ssize_t place = 0; found == TAKEN && place < PyTuple_GET_SIZE(values); place++) {
        PyObject *value = PyTuple_GET_ITEM(values, place);
        if ((place > 0 && put_byte(&look->text, ',')) || (is_container(value) && row_add_kept(&look->found->values, value))) {
            return FAILED;
        }
        found = place == 0 ? take_first(look, value, 0) : take(look, value, 0);
    }
    if (found == TAKEN && look->found->items.count > look->limits->max_parts) {
        return LEFT_ALONE;
    }
    return found == TAKEN && put_byte(&look->text, ']') ? FAILED : found;
}

static Plain *
new_plain(void)
{
    Plain *self = PyObject_GC_New(Plain, &PlainType);
    if (self != NULL) {
        self->containers = self->items = self->keys = self->values = (Row){NULL, 0, 0};
        self->data = NULL;
        self->signs = NO_SIGN;
    }
    return self;
}

static PyObject *
set_of(const Row *row)
{
    PyObject *set = PySet_New(NULL);
    for (Py_ssize_t place = 0; set != NULL && place < row->count; place++) {
        if (PySet_Add(set, row->at[place])) {
            Py_CLEAR(set);
        }
    }
    return set;
}

/* Add what was written out, and what that says. */
static int
finish(Plain *self, const Text *text, PyObject *needles, enum Written written)
{
    Py_ssize_t brackets = written == AS_ONE;
    self->data = PyBytes_FromStringAndSize(text->at + brackets, text->size - 2 * brackets);
    if (self->data == NULL) {
        return -1;
    }
    self->signs = signs_in(text, needles);
    return 0;
}

PyObject *
plain_of(PyObject *values, const Limits *limits, enum Written written)
{
    Plain *found = new_plain();
    if (found == NULL) {
        return NULL;
    }
    Look look;
    look.found = found;
    look.limits = limits;
    look.met = (Addresses){NULL, 0, 0};
    look.unknown = (Row){NULL, 0, 0};
    begin_text(&look.text, limits->encode);
    look.deepest = 0;
    look.is_written = 0;
    enum Found what = take_all(&look, values);
    if (what == FAILED && (PyErr_ExceptionMatches(PyExc_ValueError) || PyErr_ExceptionMatches(PyExc_OverflowError))) {
        PyErr_Clear(); /* a lone surrogate, a number with too many digits */
        what = LEFT_ALONE;
    }
    if (what == TAKEN && look.unknown.count == 0 && finish(found, &look.text, limits->needles, written)) {
        what = FAILED;
    }
    PyObject *answer = (PyObject *)found;
    if (what != TAKEN || look.unknown.count > 0) {
        Py_DECREF(found);
        answer = what == FAILED ? NULL : what == LEFT_ALONE ? Py_NewRef(Py_None) : set_of(&look.unknown);
    }
    end_text(&look.text);
    PyMem_Free(look.met.slots);
    row_clear(&look.unknown);
    return answer;
}
