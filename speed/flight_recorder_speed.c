/* The compiled part of Flight Recorder, which is optional: what `codec/survey.py` does, in a fraction of the time, and a
 * first look at what `codec/secrets.py` then looks at closely.
 *
 * Names, arguments and results are those in Python, and the same tests pass. It looks at objects of exact builtin types
 * alone and calls nothing of the program's: types are compared by identity, containers are read in place, keys are text.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>

/* Whether nothing but the one place that led here, and *ours* references of our own, refers to an object. */
#ifdef Py_GIL_DISABLED
#define IS_ALONE(object, ours) 0
#else
#define IS_ALONE(object, ours) (Py_REFCNT(object) <= 1 + (ours))
#endif

/* Objects in their order, each kept alive. */
typedef struct {
    PyObject **at;
    Py_ssize_t count;
    Py_ssize_t room;
} Row;

static int
row_add(Row *row, PyObject *object)
{
    if (row->count == row->room) {
        Py_ssize_t room = row->room ? 2 * row->room : 16;
        PyObject **at = PyMem_Realloc(row->at, room * sizeof(PyObject *));
        if (at == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        row->at = at;
        row->room = room;
    }
    row->at[row->count++] = Py_NewRef(object);
    return 0;
}

static void
row_clear(Row *row)
{
    PyObject **at = row->at;
    Py_ssize_t count = row->count;
    row->at = NULL;
    row->count = row->room = 0; /* first: what is let go of may lead back here */
    for (Py_ssize_t place = 0; place < count; place++) {
        Py_DECREF(at[place]);
    }
    PyMem_Free(at);
}

/* What it refers to is plain when it is made, and may lead back to it later: the program may put anything in. */
typedef struct {
    PyObject_HEAD
    Row containers;   /* every dict and list once, the outer ones first */
    Row items;        /* what these hold */
    Row keys;         /* the keys of the dicts */
    Py_ssize_t outer; /* how many of the containers are the values themselves */
} Survey;

typedef struct {
    Survey *found;
    PyObject *harmless; /* set of keys */
    PyObject *met;      /* set of addresses of containers that may be met again; NULL: of none yet */
    PyObject *unknown;  /* set of keys that are not known to be harmless; NULL: none yet */
} Look;

enum Found { LEFT_ALONE = 0, TAKEN = 1, FAILED = -1 };

static enum Found
meet(Look *look, PyObject *container)
{
    if (!IS_ALONE(container, 0)) {
        if (look->met == NULL && (look->met = PySet_New(NULL)) == NULL) {
            return FAILED;
        }
        PyObject *address = PyLong_FromVoidPtr(container);
        if (address == NULL) {
            return FAILED;
        }
        Py_ssize_t before = PySet_GET_SIZE(look->met);
        int failed = PySet_Add(look->met, address);
        Py_DECREF(address);
        if (failed) {
            return FAILED;
        }
        if (PySet_GET_SIZE(look->met) == before) {
            return LEFT_ALONE;
        }
    }
    return row_add(&look->found->containers, container) ? FAILED : TAKEN;
}

static inline enum Found
look_at(Look *look, PyObject *part)
{
    if (PyUnicode_CheckExact(part) || PyLong_CheckExact(part) || part == Py_None || PyBool_Check(part)) {
        return TAKEN;
    }
    if (PyFloat_CheckExact(part)) {
        return isfinite(PyFloat_AS_DOUBLE(part)) ? TAKEN : LEFT_ALONE;
    }
    if (PyDict_CheckExact(part) || PyList_CheckExact(part)) {
        return meet(look, part);
    }
    return LEFT_ALONE;
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
    int is_known = PySet_Contains(look->harmless, key);
    if (is_known != 0) {
        return is_known < 0 ? FAILED : TAKEN;
    }
    if (look->unknown == NULL && (look->unknown = PySet_New(NULL)) == NULL) {
        return FAILED;
    }
    return PySet_Add(look->unknown, key) ? FAILED : TAKEN;
}

static enum Found
look_into_list(Look *look, PyObject *list)
{
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(list); place++) {
        PyObject *item = PyList_GET_ITEM(list, place);
        enum Found found = look_at(look, item);
        if (found != TAKEN) {
            return found;
        }
        if (row_add(&look->found->items, item)) {
            return FAILED;
        }
    }
    return TAKEN;
}

static enum Found
look_into_dict(Look *look, PyObject *dict, Py_ssize_t *keys_of_last)
{
    Row *keys = &look->found->keys;
    Py_ssize_t again = *keys_of_last, end = keys->count, place = 0;
    *keys_of_last = end;
    PyObject *key, *value;
    while (PyDict_Next(dict, &place, &key, &value)) {
        enum Found found = look_at_key(look, key, again < end ? keys->at[again++] : NULL);
        if (found == TAKEN) {
            found = look_at(look, value);
        }
        if (found != TAKEN) {
            return found;
        }
        if (row_add(keys, key) || row_add(&look->found->items, value)) {
            return FAILED;
        }
    }
    return TAKEN;
}

static enum Found
look_at_all(Look *look, PyObject *values, Py_ssize_t max_parts, Py_ssize_t max_depth)
{
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(values); place++) {
        enum Found found = look_at(look, PyTuple_GET_ITEM(values, place));
        if (found != TAKEN) {
            return found;
        }
    }
    Row *containers = &look->found->containers;
    look->found->outer = containers->count;
    Py_ssize_t depth = 0, end_of_level = 0, keys_of_last = 0;
    for (Py_ssize_t next = 0; next < containers->count; next++) {
        if (next == end_of_level) {
            end_of_level = containers->count;
            if (++depth > max_depth) {
                return LEFT_ALONE;
            }
        }
        PyObject *container = containers->at[next];
        enum Found found = PyList_CheckExact(container) ? look_into_list(look, container)
                                                        : look_into_dict(look, container, &keys_of_last);
        if (found != TAKEN) {
            return found;
        }
        if (look->found->items.count > max_parts) {
            return LEFT_ALONE;
        }
    }
    return TAKEN;
}

static PyTypeObject SurveyType;

PyDoc_STRVAR(survey_doc,
"survey(values: tuple, harmless: set[str], max_parts: int, max_depth: int) -> Survey | set[str] | None\n\n"
"Return what is in *values* if all of it is plain; the keys that are not known to be harmless; or None.");

static PyObject *
survey(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 4 || !PyTuple_CheckExact(args[0]) || !PySet_CheckExact(args[1])) {
        PyErr_SetString(PyExc_TypeError, "survey() takes a tuple, a set and two numbers");
        return NULL;
    }
    Py_ssize_t max_parts = PyLong_AsSsize_t(args[2]), max_depth = PyLong_AsSsize_t(args[3]);
    if (PyErr_Occurred()) {
        return NULL;
    }
    Survey *found = PyObject_GC_New(Survey, &SurveyType);
    if (found == NULL) {
        return NULL;
    }
    memset(&found->containers, 0, sizeof(Row));
    memset(&found->items, 0, sizeof(Row));
    memset(&found->keys, 0, sizeof(Row));
    found->outer = 0;
    Look look = {found, args[1], NULL, NULL};
    enum Found what = look_at_all(&look, args[0], max_parts, max_depth);
    Py_XDECREF(look.met);
    if (what == TAKEN && look.unknown == NULL) {
        PyObject_GC_Track(found);
        return (PyObject *)found;
    }
    Py_DECREF(found);
    if (what == TAKEN) {
        return look.unknown;
    }
    Py_XDECREF(look.unknown);
    return what == FAILED ? NULL : Py_NewRef(Py_None);
}

static int
survey_clear(Survey *self)
{
    row_clear(&self->containers);
    row_clear(&self->items);
    row_clear(&self->keys);
    return 0;
}

static PyObject *
survey_forget(Survey *self, PyObject *Py_UNUSED(nothing))
{
    survey_clear(self);
    Py_RETURN_NONE;
}

static int
survey_traverse(Survey *self, visitproc visit, void *arg)
{
    for (Py_ssize_t place = 0; place < self->containers.count; place++) {
        Py_VISIT(self->containers.at[place]);
    }
    for (Py_ssize_t place = 0; place < self->items.count; place++) {
        Py_VISIT(self->items.at[place]);
    }
    return 0; /* keys are text */
}

static void
survey_dealloc(Survey *self)
{
    PyObject_GC_UnTrack(self);
    survey_clear(self);
    PyObject_GC_Del(self);
}

static PyObject *
survey_is_unchanged(Survey *self, PyObject *Py_UNUSED(nothing))
{
    Py_ssize_t item = 0, key = 0;
    for (Py_ssize_t next = 0; next < self->containers.count; next++) {
        PyObject *container = self->containers.at[next];
        if (PyList_CheckExact(container)) {
            for (Py_ssize_t place = 0; place < PyList_GET_SIZE(container); place++) {
                if (item == self->items.count || self->items.at[item++] != PyList_GET_ITEM(container, place)) {
                    Py_RETURN_FALSE;
                }
            }
            continue;
        }
        PyObject *name, *value;
        Py_ssize_t place = 0;
        while (PyDict_Next(container, &place, &name, &value)) {
            if (item == self->items.count || self->items.at[item++] != value || key == self->keys.count
                || self->keys.at[key++] != name) {
                Py_RETURN_FALSE;
            }
        }
    }
    return PyBool_FromLong(item == self->items.count && key == self->keys.count);
}

static int
row_has(const Row *row, const PyObject *object)
{
    for (Py_ssize_t place = 0; place < row->count; place++) {
        if (row->at[place] == object) {
            return 1;
        }
    }
    return 0;
}

/* Return a set of the addresses of a row's objects. */
static PyObject *
addresses_of(const Row *row)
{
    PyObject *addresses = PySet_New(NULL);
    for (Py_ssize_t place = 0; addresses != NULL && place < row->count; place++) {
        PyObject *address = PyLong_FromVoidPtr(row->at[place]);
        if (address == NULL || PySet_Add(addresses, address)) {
            Py_CLEAR(addresses);
        }
        Py_XDECREF(address);
    }
    return addresses;
}

static int
has_address(PyObject *addresses, PyObject *object)
{
    PyObject *address = PyLong_FromVoidPtr(object);
    int is_there = address == NULL ? -1 : PySequence_Contains(addresses, address);
    Py_XDECREF(address);
    return is_there;
}

/* Whether nothing but the container that it stands in, and this survey, refers to a container: then it is in no other
 * value. Most are so, in what a function has just made. */
static int
stands_alone(const Survey *self, Py_ssize_t place)
{
    return place >= self->outer && IS_ALONE(self->containers.at[place], 2); /* it is an item, too */
}

static PyObject *
survey_shares_with(Survey *self, PyObject *other)
{
    if (!Py_IS_TYPE(other, &SurveyType)) {
        PyErr_SetString(PyExc_TypeError, "shares_with() takes a Survey");
        return NULL;
    }
    const Row *theirs = &((Survey *)other)->containers;
    PyObject *addresses = NULL; /* made when many may be shared */
    int is_there = 0, few = 8;
    for (Py_ssize_t place = 0; is_there == 0 && theirs->count > 0 && place < self->containers.count; place++) {
        PyObject *container = self->containers.at[place];
        if (stands_alone(self, place)) {
            continue;
        }
        if (few > 0) {
            few--;
            is_there = row_has(theirs, container);
        }
        else if (addresses == NULL && (addresses = addresses_of(theirs)) == NULL) {
            is_there = -1;
        }
        else {
            is_there = has_address(addresses, container);
        }
    }
    Py_XDECREF(addresses);
    return is_there < 0 ? NULL : PyBool_FromLong(is_there);
}

static PyObject *
survey_is_among(Survey *self, PyObject *known)
{
    if (!PyDict_CheckExact(known)) {
        PyErr_SetString(PyExc_TypeError, "is_among() takes a dict by id");
        return NULL;
    }
    for (Py_ssize_t place = 0; PyDict_GET_SIZE(known) > 0 && place < self->containers.count; place++) {
        PyObject *container = self->containers.at[place];
        if (stands_alone(self, place)) {
            continue;
        }
        int is_there = has_address(known, container);
        if (is_there != 0) {
            return is_there < 0 ? NULL : Py_NewRef(Py_True);
        }
    }
    Py_RETURN_FALSE;
}

static PyObject *
survey_containers(Survey *self, void *Py_UNUSED(nothing))
{
    PyObject *list = PyList_New(self->containers.count);
    for (Py_ssize_t place = 0; list != NULL && place < self->containers.count; place++) {
        PyList_SET_ITEM(list, place, Py_NewRef(self->containers.at[place]));
    }
    return list;
}

static PyMethodDef survey_methods[] = {
    {"forget", (PyCFunction)survey_forget, METH_NOARGS, "Keep no object any longer."},
    {"is_unchanged", (PyCFunction)survey_is_unchanged, METH_NOARGS,
     "Whether every container holds the very objects that it held."},
    {"shares_with", (PyCFunction)survey_shares_with, METH_O, "Whether some container is one of another survey's."},
    {"is_among", (PyCFunction)survey_is_among, METH_O, "Whether the id of some container is a key of a dict."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef survey_attributes[] = {
    {"containers", (getter)survey_containers, NULL, "Every dict and list once, the outer ones first.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject SurveyType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "flight_recorder_speed.Survey",
    .tp_doc = "What plain containers held when they were looked at.",
    .tp_basicsize = sizeof(Survey),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = (destructor)survey_dealloc,
    .tp_traverse = (traverseproc)survey_traverse,
    .tp_clear = (inquiry)survey_clear,
    .tp_methods = survey_methods,
    .tp_getset = survey_attributes,
};

/* Secrets ---------------------------------------------------------------------------------------------------------- */

enum Sign { NO_SIGN = 0, LOOK = 1, HEADER = 2, ALL_SIGNS = 3 };

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

/* What a byte says of a secret, with those around it: at least all that the patterns in codec/secrets.py say. *data* has
 * six bytes of room before and after it. */
static enum Sign
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
    case '[':
        return n1 == '"' && is_one_of("auprcosex-ap", n2 | 0x20, at[3] | 0x20) ? HEADER : NO_SIGN;
    default:
        return NO_SIGN;
    }
}

PyDoc_STRVAR(signs_doc,
"signs(data: bytes) -> int\n\n"
"Return 1 if some text in the JSON *data* may look like a secret, plus 2 if some pair in it may be a header.");

static PyObject *
signs(PyObject *Py_UNUSED(module), PyObject *data)
{
    static const char telling[] = "-_ABJ:=$["; /* each is looked for alone: memchr is that much faster than a loop */
    if (!PyBytes_CheckExact(data)) {
        PyErr_SetString(PyExc_TypeError, "signs() takes bytes");
        return NULL;
    }
    const unsigned char *bytes = (const unsigned char *)PyBytes_AS_STRING(data);
    Py_ssize_t size = PyBytes_GET_SIZE(data);
    int found = NO_SIGN;
    for (const char *byte = telling; *byte; byte++) {
        const unsigned char *at = bytes, *end = bytes + size;
        while ((at = memchr(at, *byte, end - at)) != NULL) {
            if (at - bytes >= 6 && end - at > 6) {
                found |= sign_at(at);
            }
            else {
                unsigned char around[13] = {0}; /* near an end: with zeros beyond it */
                for (Py_ssize_t near = -6; near <= 6; near++) {
                    if (at - bytes + near >= 0 && at + near < end) {
                        around[6 + near] = at[near];
                    }
                }
                found |= sign_at(around + 6);
            }
            at++;
        }
    }
    return PyLong_FromLong(found);
}

static PyMethodDef methods[] = {
    {"survey", (PyCFunction)(void (*)(void))survey, METH_FASTCALL, survey_doc},
    {"signs", signs, METH_O, signs_doc},
    {NULL, NULL, 0, NULL},
};

static int
begin(PyObject *module)
{
    return PyType_Ready(&SurveyType) < 0 || PyModule_AddObjectRef(module, "LISTS_BACKWARDS", Py_False) < 0
           ? -1 : PyModule_AddIntConstant(module, "INTERFACE", 2);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, begin},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "flight_recorder_speed",
    .m_doc = "The compiled part of Flight Recorder: see codec/survey.py.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_flight_recorder_speed(void)
{
    return PyModuleDef_Init(&module);
}
