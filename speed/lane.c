/* Lane: what `record/quick.py` does, for calls of which nothing has to be found out any more: the step was called from this
 * place before, and all that goes in and comes out is plain. Whatever is not so goes to Python, before anything is
 * written down.
 *
 * Between the first look at the arguments and the end of the record no code of Python's runs, but that of the journal for
 * long records. */

#include "parts.h"
#include <stddef.h>
#include <string.h>
#include <structmember.h>

/* As in journal/packing.py: of longer bodies that begin alike the journal writes what is new. */
enum { MIN_GROWN_BYTES = 1024, COMPARED_BYTES = 64 };
enum { ENOUGH_CALLS = 20 };

/* What is known of the calls of a step from one place. */
typedef struct {
    PyObject *step; /* NULL: an empty slot of the table */
    PyObject *code; /* from where it is called */
    int lasti;
    PyObject *function;
    PyObject *names;        /* tuple: of its parameters */
    Py_ssize_t least, most; /* of them that can be given by their position */
    PyObject *is_protected;
    PyObject *covered;  /* code: see record/entered.py */
    PyObject *template; /* its number */
    long changes;       /* what was known of the program then */
    long quiet;         /* for which functions it was last found that *covered* has all that are silenced */
} Entry;

static void
entry_hold(const Entry *entry)
{
    Py_INCREF(entry->step);
    Py_INCREF(entry->code);
    Py_INCREF(entry->function);
    Py_INCREF(entry->names);
    Py_INCREF(entry->is_protected);
    Py_INCREF(entry->covered);
    Py_INCREF(entry->template);
}

static void
entry_let_go(const Entry *entry)
{
    if (entry->step != NULL) {
        Py_DECREF(entry->step);
        Py_DECREF(entry->code);
        Py_DECREF(entry->function);
        Py_DECREF(entry->names);
        Py_DECREF(entry->is_protected);
        Py_DECREF(entry->covered);
        Py_DECREF(entry->template);
    }
}

/* Where the slots of the Python classes are. */
typedef struct {
    Py_ssize_t recording, id, branch, owner, given, track; /* of a scope */
    Py_ssize_t caller, is_protected, origin, covered, names, args, plain;
    Py_ssize_t session, parent, covered_by_track, is_protected_track, entered, is_unsure; /* of a track */
} Slots;

typedef struct {
    PyObject_HEAD
    PyObject *quick, *recording, *guard, *overdue, *learner, *keeper, *scope_type, *step_type, *nothing, *perf_counter_ns;
    PyObject *might_hold_secret, *owner_here, *begin_otherwise, *end_otherwise, *pass_over, *begin_track, *end_track;
    PyObject *watch, *track_type, *running, *sessions;
    PyObject *segment, *template_of, *branches, *inputs, *results, *remember, *start, *end; /* of the writer; NULL: not yet */
    Limits limits;
    Py_ssize_t max_size;
    long long began_ns;
    Slots slots;
    Entry *entries;
    size_t entries_room, entries_count; /* room: a power of two */
} Lane;

#define SLOT(object, offset) (*(PyObject **)((char *)(object) + (offset)))

static inline void
fill(PyObject *object, Py_ssize_t offset, PyObject *value)
{
    SLOT(object, offset) = Py_NewRef(value);
}

static Entry *
entry_of(Entry *entries, size_t room, PyObject *step, PyObject *code, int lasti)
{
    size_t place = ((uintptr_t)step >> 4) * 31 + ((uintptr_t)code >> 4) * 7 + (size_t)lasti;
    for (;; place++) {
        Entry *entry = &entries[place & (room - 1)];
        if (entry->step == NULL || (entry->step == step && entry->code == code && entry->lasti == lasti)) {
            return entry;
        }
    }
}

/* Return what is known of calls of *step* from where the caller of the running Python function stands, or NULL. */
static Entry *
known_here(const Lane *self, PyObject *step)
{
    PyFrameObject *wrapper = PyThreadState_GetFrame(PyThreadState_Get());
    PyFrameObject *caller = wrapper == NULL ? NULL : PyFrame_GetBack(wrapper);
    Py_XDECREF(wrapper);
    if (caller == NULL || self->entries_count == 0) {
        Py_XDECREF(caller);
        return NULL;
    }
    PyCodeObject *code = PyFrame_GetCode(caller);
    Entry *entry = entry_of(self->entries, self->entries_room, step, (PyObject *)code, PyFrame_GetLasti(caller));
    Py_DECREF(code); /* the frame keeps it */
    Py_DECREF(caller);
    return entry->step == NULL ? NULL : entry;
}

/* Whether there is stack enough to tell how a step ended, if it has enough to begin: that takes more of Python's calls than
 * there are here. */
static int
has_stack(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyThreadState_Get()->py_recursion_remaining > ENOUGH_CALLS;
#else
    return PyThreadState_Get()->recursion_remaining > ENOUGH_CALLS;
#endif
}

/* Return the value of an attribute as a number; -1 with an error set. */
static long long
number_in(PyObject *object, const char *name)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    long long number = value == NULL ? -1 : PyLong_AsLongLong(value);
    Py_XDECREF(value);
    return number;
}

enum { CHANGES, IS_OPEN, NEXT_ID, KNOWN, BRANCH_HERE, IS_BUSY, TOOLS, NAMES };
static PyObject *names[NAMES]; /* of attributes that each call asks for */

static int
is_taking(const Lane *self)
{
    PyObject *is_open = PyObject_GetAttr(self->guard, names[IS_OPEN]);
    Py_XDECREF(is_open);
    return is_open == NULL ? -1 : is_open == Py_True && PyList_GET_SIZE(self->overdue) == 0;
}

/* Return how often something has changed; -1 with an error. */
static long
changes_of(PyObject *object)
{
    PyObject *changes = PyObject_GetAttr(object, names[CHANGES]);
    long now = changes == NULL ? -1 : PyLong_AsLong(changes);
    Py_XDECREF(changes);
    return now;
}

/* Return the default of a parameter, as it is now: a program may replace it. NULL, without an error, where there is none. */
static PyObject *
default_of(const Entry *entry, Py_ssize_t place, PyObject *name)
{
    if (place >= entry->most) {
        PyObject *known = PyFunction_GET_KW_DEFAULTS(entry->function);
        return known == NULL ? NULL : PyDict_GetItemWithError(known, name);
    }
    PyObject *defaults = PyFunction_GET_DEFAULTS(entry->function);
    Py_ssize_t at = defaults == NULL ? -1 : place - entry->most + PyTuple_GET_SIZE(defaults);
    return at < 0 ? NULL : PyTuple_GET_ITEM(defaults, at);
}

/* Return the arguments in the order of the parameters, as record/binding.py does; NULL, without an error, where they do not
 * fit. */
static PyObject *
in_order(const Entry *entry, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_GET_SIZE(entry->names), given = PyTuple_GET_SIZE(args), named = 0;
    if (given > entry->most) {
        return NULL;
    }
    if (given == count && PyDict_GET_SIZE(kwargs) == 0) {
        return Py_NewRef(args);
    }
    PyObject *ordered = PyTuple_New(count);
    for (Py_ssize_t place = 0; ordered != NULL && place < count; place++) {
        PyObject *name = PyTuple_GET_ITEM(entry->names, place);
        PyObject *value = place < given ? PyTuple_GET_ITEM(args, place) : NULL;
        if (value == NULL && place >= entry->least && (value = PyDict_GetItemWithError(kwargs, name)) != NULL) {
            named++;
        }
        if (value == NULL && !PyErr_Occurred()) {
            value = default_of(entry, place, name);
        }
        if (value == NULL) {
            Py_CLEAR(ordered);
            break;
        }
        PyTuple_SET_ITEM(ordered, place, Py_NewRef(value));
    }
    if (ordered != NULL && named != PyDict_GET_SIZE(kwargs)) { /* one has no parameter, or one that has its argument */
        Py_CLEAR(ordered);
    }
    return ordered;
}

/* Return the values as plain ones; NULL where they are not, or may hold a secret, or with an error. */
static Plain *
taken(const Lane *self, PyObject *values)
{
    PyObject *found = plain_of(values, &self->limits);
    if (found == NULL || !Py_IS_TYPE(found, &PlainType)) {
        Py_XDECREF(found);
        return NULL;
    }
    Plain *plain = (Plain *)found;
    int is_left = PyBytes_GET_SIZE(plain->data) > self->max_size;
    if (!is_left && plain->signs != NO_SIGN) {
        PyObject *answer = PyObject_CallOneArg(self->might_hold_secret, found);
        is_left = answer != Py_False;
        Py_XDECREF(answer);
    }
    if (is_left) {
        Py_CLEAR(plain);
    }
    return plain;
}

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

enum { START = 3, END = 4, HAS_PARENT = 4, START_BYTES = 34, END_BYTES = 18 }; /* as in journal/packing.py */

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

static int
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

static int
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

/* Where a call is made: by which task or thread, on which branch, which has a number in the journal. */
typedef struct {
    PyObject *owner, *branch, *number;
} Place;

static void
leave(Place *place)
{
    Py_CLEAR(place->owner);
    Py_CLEAR(place->branch);
    Py_CLEAR(place->number);
}

/* Find out where a call from *caller* is made; return -1 with an error, or where the branch has no number yet. */
static int
find_place(const Lane *self, PyObject *caller, Place *place)
{
    place->owner = PyObject_CallNoArgs(self->owner_here);
    if (place->owner == NULL) {
        return -1;
    }
    int is_own = PyObject_RichCompareBool(place->owner, SLOT(caller, self->slots.owner), Py_EQ);
    place->branch = is_own == 1 ? Py_NewRef(SLOT(caller, self->slots.branch))
                                : PyObject_CallMethodOneArg(caller, names[BRANCH_HERE], place->owner);
    if (place->branch == NULL) {
        return -1;
    }
    place->number = Py_XNewRef(PyDict_GetItemWithError(self->branches, place->branch));
    return place->number == NULL ? -1 : 0;
}

/* Return a new open step; NULL with an error. */
static PyObject *
new_step(const Lane *self, const Entry *entry, PyObject *caller, const Place *place, PyObject *args, Plain *plain)
{
    PyObject *next_id = PyObject_GetAttr(self->recording, names[NEXT_ID]);
    PyObject *id = next_id == NULL ? NULL : PyObject_CallNoArgs(next_id);
    Py_XDECREF(next_id);
    PyTypeObject *type = (PyTypeObject *)self->step_type;
    PyObject *opened = id == NULL ? NULL : type->tp_alloc(type, 0);
    if (opened != NULL) {
        const Slots *slots = &self->slots;
        fill(opened, slots->recording, self->recording);
        fill(opened, slots->id, id);
        fill(opened, slots->branch, place->branch);
        fill(opened, slots->owner, place->owner);
        fill(opened, slots->given, self->nothing);
        fill(opened, slots->track, Py_None);
        fill(opened, slots->caller, caller);
        fill(opened, slots->is_protected, entry->is_protected);
        fill(opened, slots->origin, id);
        fill(opened, slots->covered, entry->covered);
        fill(opened, slots->names, entry->names);
        fill(opened, slots->args, args);
        fill(opened, slots->plain, (PyObject *)plain);
    }
    Py_XDECREF(id);
    return opened;
}

/* Whether what a step enters can be noted from here: nobody looks at those that run, and its fingerprint covers all that is
 * silenced. */
static int
is_quiet(const Lane *self, const Entry *entry)
{
    PyObject *is_busy = PyObject_GetAttr(self->watch, names[IS_BUSY]);
    Py_XDECREF(is_busy);
    return is_busy == NULL ? -1 : is_busy == Py_False && changes_of(self->watch) == entry->quiet;
}

static PyObject *
new_track(const Lane *self, const Entry *entry, PyObject *caller)
{
    PyTypeObject *type = (PyTypeObject *)self->track_type;
    PyObject *entered = PyDict_New(), *track = entered == NULL ? NULL : type->tp_alloc(type, 0);
    if (track != NULL) {
        const Slots *slots = &self->slots;
        fill(track, slots->session, self->recording);
        fill(track, slots->parent, SLOT(caller, slots->track));
        fill(track, slots->covered_by_track, entry->covered);
        fill(track, slots->is_protected_track, entry->is_protected);
        fill(track, slots->entered, entered);
        fill(track, slots->is_unsure, Py_False);
    }
    Py_XDECREF(entered);
    return track;
}

/* Begin to note what *opened* enters; in Python, where more has to be done for it. */
static int
begin_track(Lane *self, Entry *entry, PyObject *caller, PyObject *opened)
{
    PyObject *tools = PyObject_GetAttr(self->watch, names[TOOLS]);
    int is_watched = tools == NULL ? -1 : PyObject_IsTrue(tools);
    Py_XDECREF(tools);
    if (is_watched == 1) {
        is_watched = PyDict_Contains(self->sessions, self->recording);
    }
    if (is_watched != 1) {
        return is_watched;
    }
    int quiet = is_quiet(self, entry);
    if (quiet == 1) {
        PyObject *track = new_track(self, entry, caller);
        if (track == NULL || PySet_Add(self->running, track)) {
            Py_XDECREF(track);
            return -1;
        }
        Py_XSETREF(SLOT(opened, self->slots.track), track);
        return 0;
    }
    long before = quiet < 0 ? -1 : changes_of(self->watch);
    PyObject *began = quiet < 0 ? NULL : PyObject_CallFunctionObjArgs(self->begin_track, opened, entry->covered, NULL);
    Py_XDECREF(began);
    if (began != NULL && changes_of(self->watch) == before) {
        entry->quiet = before;
    }
    return began == NULL ? -1 : 0;
}

/* Remember what *held*, a copy of an entry, was found to cover. */
static void
note_quiet(Lane *self, const Entry *held)
{
    if (self->entries_count > 0) {
        Entry *entry = entry_of(self->entries, self->entries_room, held->step, held->code, held->lasti);
        if (entry->step != NULL) {
            entry->quiet = held->quiet;
        }
    }
}

/* End *track*; return whether nothing is to be said of it, -1 with an error. */
static int
end_track(const Lane *self, PyObject *track)
{
    PyObject *is_busy = PyObject_GetAttr(self->watch, names[IS_BUSY]);
    Py_XDECREF(is_busy);
    if (is_busy == Py_False && Py_TYPE(track) == (PyTypeObject *)self->track_type) {
        PyObject *entered = SLOT(track, self->slots.entered);
        if (PySet_Discard(self->running, track) < 0) {
            return -1;
        }
        return PyDict_CheckExact(entered) && PyDict_GET_SIZE(entered) == 0
               && SLOT(track, self->slots.is_unsure) == Py_False;
    }
    PyObject *answer = is_busy == NULL ? NULL : PyObject_CallOneArg(self->end_track, track);
    Py_XDECREF(answer);
    return answer == NULL ? -1 : answer == Py_True;
}

/* Return the step that has begun at *place*; NULL where this is not for here, or with an error. */
static PyObject *
begun_at(Lane *self, Entry *entry, PyObject *caller, const Place *place, PyObject *args, PyObject *kwargs)
{
    PyObject *ordered = in_order(entry, args, kwargs);
    Plain *plain = ordered == NULL ? NULL : taken(self, ordered);
    PyObject *opened = plain == NULL ? NULL : new_step(self, entry, caller, place, ordered, plain);
    if (opened != NULL && write_start(self, entry, place->number, SLOT(opened, self->slots.id),
                                      SLOT(caller, self->slots.id), plain->data)) {
        Py_CLEAR(opened);
    }
    if (opened != NULL && self->begin_track != Py_None && begin_track(self, entry, caller, opened)) {
        Py_CLEAR(opened);
    }
    Py_XDECREF(plain);
    Py_XDECREF(ordered);
    return opened;
}

static PyObject *
begun(Lane *self, PyObject *step, PyObject *caller, PyObject *args, PyObject *kwargs)
{
    const Entry *entry = self->segment == NULL || !has_stack() ? NULL : known_here(self, step);
    if (entry == NULL || is_taking(self) != 1 || changes_of(self->learner) != entry->changes) {
        return NULL;
    }
    Entry held = *entry; /* the table may be made anew by what runs meanwhile */
    entry_hold(&held);
    Place place = {NULL, NULL, NULL};
    PyObject *opened = find_place(self, caller, &place) ? NULL : begun_at(self, &held, caller, &place, args, kwargs);
    leave(&place);
    note_quiet(self, &held);
    entry_let_go(&held);
    return opened;
}

/* Whether a result is nobody else's: it shares no part with the arguments, and the program does not keep it. */
static int
is_new(const Lane *self, const Plain *output, const Plain *inputs)
{
    PyObject *known = PyObject_GetAttr(self->keeper, names[KNOWN]);
    int is_there = known == NULL ? -1 : known == Py_None ? 1 : plain_shares_with(output, inputs);
    if (is_there == 0) {
        is_there = plain_is_among(output, known);
    }
    Py_XDECREF(known);
    return is_there < 0 ? -1 : !is_there;
}

/* Return 1 when the end of *opened* is written, 0 where that is not for here, -1 with an error. */
static int
has_ended(Lane *self, PyObject *opened, PyObject *value)
{
    const Slots *slots = &self->slots;
    if (self->segment == NULL || (PyObject *)Py_TYPE(opened) != self->step_type || is_taking(self) != 1
        || SLOT(opened, slots->given) != self->nothing) {
        return PyErr_Occurred() ? -1 : 0;
    }
    PyObject *inputs = SLOT(opened, slots->plain);
    if (!Py_IS_TYPE(inputs, &PlainType) || !plain_is_unchanged((Plain *)inputs)) {
        return 0;
    }
    PyObject *values = PyTuple_Pack(1, value);
    Plain *output = values == NULL ? NULL : taken(self, values);
    Py_XDECREF(values);
    int ended = output == NULL ? 0 : is_new(self, output, (Plain *)inputs);
    if (ended == 1 && SLOT(opened, slots->track) != Py_None) {
        ended = end_track(self, SLOT(opened, slots->track));
    }
    if (ended == 1 && write_end(self, SLOT(opened, slots->id), output->data)) {
        ended = -1;
    }
    Py_XDECREF(output);
    if (ended == 1) { /* what it was given is kept no longer: a task that it started may keep the step */
        PyObject *nothing = PyTuple_New(0);
        Py_XSETREF(SLOT(opened, slots->args), nothing);
        plain_forget((Plain *)inputs);
    }
    return PyErr_Occurred() ? -1 : ended;
}

/* Ask Python whether the error that is set is for the program; return -1 with it then. Else whatever met it is left to
 * the other way, which meets it too, and says what is to be done then. */
static int
is_for_program(const Lane *self)
{
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(error, traceback);
    }
    PyObject *passed = PyObject_CallOneArg(self->pass_over, error);
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(traceback);
    Py_XDECREF(passed);
    return passed == NULL;
}

static PyObject *
lane_begin(Lane *self, PyObject *const *args, Py_ssize_t count)
{
    if (count == 4 && self->scope_type != NULL && PyObject_TypeCheck(args[1], (PyTypeObject *)self->scope_type)
        && PyTuple_CheckExact(args[2]) && PyDict_CheckExact(args[3])) {
        PyObject *opened = begun(self, args[0], args[1], args[2], args[3]);
        if (opened != NULL || (PyErr_Occurred() && is_for_program(self))) {
            return opened;
        }
    }
    return PyObject_Vectorcall(self->begin_otherwise, args, count, NULL);
}

static PyObject *
lane_end(Lane *self, PyObject *const *args, Py_ssize_t count)
{
    if (count == 2) {
        int ended = has_ended(self, args[0], args[1]);
        if (ended < 0 && is_for_program(self)) {
            return NULL;
        }
        if (ended > 0) {
            Py_RETURN_NONE;
        }
    }
    return PyObject_Vectorcall(self->end_otherwise, args, count, NULL);
}

static void
entries_clear(Lane *self)
{
    Entry *entries = self->entries;
    size_t room = self->entries_room;
    self->entries = NULL;
    self->entries_room = self->entries_count = 0; /* first: what is let go of may lead back here */
    for (size_t place = 0; place < room; place++) {
        entry_let_go(&entries[place]);
    }
    PyMem_Free(entries);
}

static int
make_entries(Lane *self)
{
    size_t room = self->entries_room ? 2 * self->entries_room : 64;
    Entry *entries = PyMem_Calloc(room, sizeof(Entry));
    if (entries == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t place = 0; place < self->entries_room; place++) {
        const Entry *old = &self->entries[place];
        if (old->step != NULL) {
            *entry_of(entries, room, old->step, old->code, old->lasti) = *old;
        }
    }
    PyMem_Free(self->entries);
    self->entries = entries;
    self->entries_room = room;
    return 0;
}

static PyObject *
lane_know(Lane *self, PyObject *args)
{
    Entry entry;
    if (!PyArg_ParseTuple(args, "OO!iO!O!nnOOO!l:know", &entry.step, &PyCode_Type, &entry.code, &entry.lasti,
                          &PyFunction_Type, &entry.function, &PyTuple_Type, &entry.names, &entry.least, &entry.most,
                          &entry.is_protected, &entry.covered, &PyLong_Type, &entry.template, &entry.changes)) {
        return NULL;
    }
    entry.quiet = -1;
    if (2 * self->entries_count >= self->entries_room && make_entries(self)) {
        return NULL;
    }
    Entry *place = entry_of(self->entries, self->entries_room, entry.step, entry.code, entry.lasti);
    Entry old = *place;
    self->entries_count += old.step == NULL;
    entry_hold(&entry);
    *place = entry;
    entry_let_go(&old);
    Py_RETURN_NONE;
}

/* The attributes of what is given that are kept. */
typedef struct {
    const char *name;
    Py_ssize_t offset;
} Field;

static int
take_fields(Lane *self, PyObject *from, const Field *fields)
{
    for (const Field *field = fields; field->name != NULL; field++) {
        PyObject *value = PyObject_GetAttrString(from, field->name);
        if (value == NULL) {
            return -1;
        }
        Py_XSETREF(SLOT(self, field->offset), value);
    }
    return 0;
}

static const Field fields_of_writer[] = {
    {"segment", offsetof(Lane, segment)},
    {"template_of", offsetof(Lane, template_of)},
    {"branches", offsetof(Lane, branches)},
    {"inputs", offsetof(Lane, inputs)},
    {"results", offsetof(Lane, results)},
    {"remember", offsetof(Lane, remember)},
    {"start", offsetof(Lane, start)},
    {"end", offsetof(Lane, end)},
    {NULL, 0},
};

static PyObject *
lane_use(Lane *self, PyObject *writer)
{
    entries_clear(self);
    if (take_fields(self, writer, fields_of_writer)) {
        return NULL;
    }
    if (!Py_IS_TYPE(self->segment, &SegmentType) || !PyDict_CheckExact(self->template_of) || !PyDict_CheckExact(self->branches)) {
        Py_CLEAR(self->segment);
        PyErr_SetString(PyExc_TypeError, "use() takes a writer that has a Segment of this module");
        return NULL;
    }
    Py_RETURN_NONE;
}

static const Field fields_of_quick[] = {
    {"recording", offsetof(Lane, recording)},
    {"guard", offsetof(Lane, guard)},
    {"overdue", offsetof(Lane, overdue)},
    {"learner", offsetof(Lane, learner)},
    {"keeper", offsetof(Lane, keeper)},
    {"scope_type", offsetof(Lane, scope_type)},
    {"step_type", offsetof(Lane, step_type)},
    {"nothing_given", offsetof(Lane, nothing)},
    {"perf_counter_ns", offsetof(Lane, perf_counter_ns)},
    {"might_hold_secret", offsetof(Lane, might_hold_secret)},
    {"owner_here", offsetof(Lane, owner_here)},
    {"begin_otherwise", offsetof(Lane, begin_otherwise)},
    {"end_otherwise", offsetof(Lane, end_otherwise)},
    {"pass_over", offsetof(Lane, pass_over)},
    {"begin_track", offsetof(Lane, begin_track)},
    {"end_track", offsetof(Lane, end_track)},
    {"watch", offsetof(Lane, watch)},
    {"track_type", offsetof(Lane, track_type)},
    {"running", offsetof(Lane, running)},
    {"sessions", offsetof(Lane, sessions)},
    {"harmless", offsetof(Lane, limits.harmless)},
    {"encode", offsetof(Lane, limits.encode)},
    {"needles", offsetof(Lane, limits.needles)},
    {NULL, 0},
};

static const Field slots_of_step[] = {
    {"recording", offsetof(Slots, recording)},
    {"id", offsetof(Slots, id)},
    {"branch", offsetof(Slots, branch)},
    {"owner", offsetof(Slots, owner)},
    {"given", offsetof(Slots, given)},
    {"track", offsetof(Slots, track)},
    {"caller", offsetof(Slots, caller)},
    {"is_protected", offsetof(Slots, is_protected)},
    {"origin", offsetof(Slots, origin)},
    {"covered", offsetof(Slots, covered)},
    {"names", offsetof(Slots, names)},
    {"args", offsetof(Slots, args)},
    {"plain", offsetof(Slots, plain)},
    {NULL, 0},
};

static const Field slots_of_track[] = {
    {"session", offsetof(Slots, session)},
    {"parent", offsetof(Slots, parent)},
    {"covered", offsetof(Slots, covered_by_track)},
    {"is_protected", offsetof(Slots, is_protected_track)},
    {"entered", offsetof(Slots, entered)},
    {"is_unsure", offsetof(Slots, is_unsure)},
    {NULL, 0},
};

static int
find_slots(Lane *self, PyObject *type, const Field *slots)
{
    for (const Field *slot = slots; slot->name != NULL; slot++) {
        PyObject *found = PyObject_GetAttrString(type, slot->name);
        if (found == NULL || !Py_IS_TYPE(found, &PyMemberDescr_Type)) {
            Py_XDECREF(found);
            PyErr_Format(PyExc_TypeError, "%R has no slot %s", type, slot->name);
            return -1;
        }
        *(Py_ssize_t *)((char *)&self->slots + slot->offset) = ((PyMemberDescrObject *)found)->d_member->offset;
        Py_DECREF(found);
    }
    return 0;
}

static int
lane_init(Lane *self, PyObject *args, PyObject *Py_UNUSED(named))
{
    PyObject *quick;
    if (!PyArg_ParseTuple(args, "O:Lane", &quick) || take_fields(self, quick, fields_of_quick)) {
        return -1;
    }
    self->limits.max_parts = (Py_ssize_t)number_in(quick, "max_parts");
    self->limits.max_depth = (Py_ssize_t)number_in(quick, "max_depth");
    self->max_size = (Py_ssize_t)number_in(quick, "max_size");
    self->began_ns = number_in(quick, "began_ns");
    if (PyErr_Occurred()) {
        return -1;
    }
    if (!PyList_CheckExact(self->overdue) || !PySet_CheckExact(self->limits.harmless)
        || !PyTuple_CheckExact(self->limits.needles) || !PyType_Check(self->step_type)
        || !PyType_Check(self->scope_type)
        || !PyType_Check(self->track_type) || !PySet_CheckExact(self->running) || !PyDict_CheckExact(self->sessions)) {
        PyErr_SetString(PyExc_TypeError, "Lane() takes what record/quick.py gives it");
        return -1;
    }
    return find_slots(self, self->step_type, slots_of_step) || find_slots(self, self->track_type, slots_of_track) ? -1 : 0;
}

static int
lane_traverse(Lane *self, visitproc visit, void *arg)
{
    for (const Field *field = fields_of_quick; field->name != NULL; field++) {
        Py_VISIT(SLOT(self, field->offset));
    }
    for (const Field *field = fields_of_writer; field->name != NULL; field++) {
        Py_VISIT(SLOT(self, field->offset));
    }
    for (size_t place = 0; place < self->entries_room; place++) {
        Py_VISIT(self->entries[place].step);
        Py_VISIT(self->entries[place].covered);
    }
    return 0;
}

static int
lane_clear(Lane *self)
{
    Py_CLEAR(self->segment); /* first: without it nothing is done here any more */
    for (const Field *field = fields_of_writer; field->name != NULL; field++) {
        Py_CLEAR(SLOT(self, field->offset));
    }
    for (const Field *field = fields_of_quick; field->name != NULL; field++) {
        Py_CLEAR(SLOT(self, field->offset));
    }
    entries_clear(self);
    return 0;
}

static void
lane_dealloc(Lane *self)
{
    PyObject_GC_UnTrack(self);
    lane_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef lane_methods[] = {
    {"begin", (PyCFunction)(void (*)(void))lane_begin, METH_FASTCALL, "As `Recording.begin`."},
    {"returned", (PyCFunction)(void (*)(void))lane_end, METH_FASTCALL, "As `Recording.returned`."},
    {"know", (PyCFunction)lane_know, METH_VARARGS,
     "know(step, code, lasti, function, names, least, most, is_protected, covered, template, changes):\n\n"
     "Take calls from there from now on."},
    {"use", (PyCFunction)lane_use, METH_O, "Write with a writer from now on, of whose templates nothing is known yet."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject LaneType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "flight_recorder_speed.Lane",
    .tp_doc = "Records plain calls of which nothing has to be found out any more.",
    .tp_basicsize = sizeof(Lane),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)lane_init,
    .tp_dealloc = (destructor)lane_dealloc,
    .tp_traverse = (traverseproc)lane_traverse,
    .tp_clear = (inquiry)lane_clear,
    .tp_methods = lane_methods,
};

int
prepare_lane(void)
{
    static const char *const said[NAMES] = {"changes", "is_open", "next_id", "known", "branch_here", "is_busy", "tools"};
    for (int each = 0; each < NAMES; each++) {
        if (names[each] == NULL && (names[each] = PyUnicode_InternFromString(said[each])) == NULL) {
            return -1;
        }
    }
    return 0;
}
