/* lane.c and what it consists of: a recorded call of the most common kind, as `record/quick.py` does it. */

#ifndef FLIGHT_RECORDER_LANE_H
#define FLIGHT_RECORDER_LANE_H

#include "parts.h"
#include <stddef.h>
#include <string.h>

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
} Habit;

/* Where the slots of the Python classes are. */
typedef struct {
    Py_ssize_t recording, id, branch, owner, given, track; /* of a scope */
    Py_ssize_t caller, is_protected, origin, covered, names, args, plain;
    Py_ssize_t session, parent, covered_by_track, is_protected_track, entered, is_unsure; /* of a track */
} Slots;

typedef struct {
    PyObject_HEAD
    PyObject *recording, *guard, *overdue, *learner, *keeper, *scope_type, *step_type, *nothing, *perf_counter_ns;
    PyObject *might_hold_secret, *owner_here, *here, *context, *begin_otherwise, *end_otherwise, *pass_over, *begin_track, *end_track;
    PyObject *watch, *track_type, *running, *sessions, *own_folder;
    PyObject *segment, *template_of, *branches, *inputs, *results, *start, *end; /* of the writer; NULL: not yet */
    Limits limits;
    Py_ssize_t max_size;
    long long began_ns;
    Slots slots;
    Habit *habits;
    size_t habits_room, habits_count; /* room: a power of two */
} Lane;

#define SLOT(object, offset) (*(PyObject **)((char *)(object) + (offset)))

static inline void
fill(PyObject *object, Py_ssize_t offset, PyObject *value)
{
    SLOT(object, offset) = Py_NewRef(value);
}

/* Of attributes that each call asks for. */
enum {
    CHANGES, IS_OPEN, NEXT_ID, KNOWN, BRANCH_HERE, IS_BUSY, TOOLS, SPAWNED, OWNER, RUNNING_LOOP, TASK_IN, LAST_TASK, NAMES
};
extern PyObject *names[NAMES];

/* Unless it is said otherwise, what returns an int returns -1, and what returns a pointer NULL, with an error set. */

/* habits.c */
Habit *known_here(const Lane *self, PyObject *step); /* NULL, without an error: nothing is known */
void habit_hold(const Habit *habit);
void habit_let_go(const Habit *habit);
void note_quiet(Lane *self, const Habit *held);
void habits_clear(Lane *self);
int habits_visit(const Lane *self, visitproc visit, void *arg);
PyObject *lane_know(Lane *self, PyObject *args);
long changes_of(PyObject *object);

/* records.c */
int write_start(Lane *self, const Habit *habit, PyObject *branch, PyObject *id, PyObject *parent, PyObject *data);
int write_end(Lane *self, PyObject *id, PyObject *data);

/* tracks.c: as record/entered.py. */
int begin_track(Lane *self, Habit *habit, PyObject *caller, PyObject *opened);
int end_track(const Lane *self, PyObject *track); /* whether nothing is to be said of it */

/* owners.c: where a call is made, as record/context.py finds it. */
PyObject *owner_of_call(const Lane *self);
PyObject *branch_of_call(const Lane *self, PyObject *caller, PyObject *owner);

/* calls.c */
PyObject *lane_begin(Lane *self, PyObject *const *args, Py_ssize_t count);
PyObject *lane_end(Lane *self, PyObject *const *args, Py_ssize_t count);

#endif
