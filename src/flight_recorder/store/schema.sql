-- The store of Flight Recorder, version 2 (PRAGMA user_version). Times in nanoseconds. Booleans are 0 or 1.
-- A value is kept once, as a blob, however many steps of however many sessions took, gave or changed it.

-- A captured value, by content.
CREATE TABLE blob (
    id            INTEGER PRIMARY KEY,
    digest        BLOB NOT NULL,     -- blake2b of the data before compression, 16 bytes
    form          TEXT NOT NULL,     -- exact, opaque, redacted
    is_comparable INTEGER NOT NULL,  -- 0: equal bytes do not prove equal objects
    is_compressed INTEGER NOT NULL,  -- 1: data is zlib
    data          BLOB NOT NULL,     -- typed JSON
    UNIQUE (digest, form, is_comparable)
);

-- What a function's behaviour depends on, by content.
CREATE TABLE fingerprint (
    id            INTEGER PRIMARY KEY,
    digest        BLOB NOT NULL UNIQUE,  -- blake2b of the data before compression, 16 bytes
    function      TEXT NOT NULL,         -- module:qualname
    data          BLOB NOT NULL          -- zlib of msgpack: all parts, and the function's source
);

-- One recorded execution.
CREATE TABLE session (
    id            TEXT PRIMARY KEY,  -- hexadecimal
    entry         TEXT NOT NULL,     -- name of the entry's step
    mode          TEXT NOT NULL,     -- run, trace, replay, experiment
    status        TEXT NOT NULL,     -- success, failed, unfinished, held
    started_at_ns INTEGER NOT NULL,  -- since 1970-01-01 UTC
    duration_ns   INTEGER,           -- NULL: unfinished
    process       TEXT NOT NULL,     -- shared by the sessions of one process
    number        INTEGER NOT NULL,  -- counts the sessions of one process from 0, in the order of their beginning
    replay_of     TEXT,              -- id of the session that this one replays, which may have been deleted
    is_overridden INTEGER NOT NULL,  -- 1: some recorded outcome was replaced by hand
    launch        TEXT NOT NULL,     -- JSON: script, arguments, folders, interpreter, as a replay needs them
    steps         INTEGER NOT NULL,  -- how many there are
    error         TEXT,              -- what the entry raised, or was wrong with its result, in one line; NULL: neither
    unmet         TEXT               -- JSON list: the expectation that the result did not meet; NULL: none
);
CREATE INDEX session_by_start ON session (started_at_ns);
CREATE INDEX session_by_process ON session (process, number);

-- Which fingerprint a step name had in a session.
CREATE TABLE learned (
    session     TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
    position    INTEGER NOT NULL,  -- the order in which they were learned, from 0
    name        TEXT NOT NULL,     -- step name; `name#2` for a second function of that name
    fingerprint INTEGER NOT NULL REFERENCES fingerprint,
    PRIMARY KEY (session, position)
) WITHOUT ROWID;

-- One call with its outcome.
CREATE TABLE step (
    session       TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
    id            INTEGER NOT NULL,  -- within the session
    position      INTEGER NOT NULL,  -- the order in which steps began, from 0; 0 is the entry
    parent        INTEGER,           -- id of the step that called this one; NULL for the entry
    name          TEXT NOT NULL,     -- stable name: agent://crm/lookup
    function      TEXT NOT NULL,     -- module:qualname
    kind          TEXT NOT NULL,     -- function, boundary
    is_protected  INTEGER NOT NULL,  -- 1: never runs again on replay
    branch        TEXT NOT NULL,     -- JSON list: path of tasks and threads from the entry to here
    ignored       TEXT NOT NULL,     -- JSON list: parameters that do not count when calls are compared
    key           INTEGER REFERENCES blob,  -- what identifies the call instead of its place; NULL: nothing does
    shared        TEXT NOT NULL,     -- JSON: which parts of the inputs, and of the outcome, are the same object
    learned       TEXT NOT NULL,     -- name in the table learned, when it is not the step's own, else ''
    started_ns    INTEGER NOT NULL,  -- since the session began
    ended_ns      INTEGER,           -- NULL: unfinished
    stream        TEXT,              -- sync, async: its result is taken item by item; NULL: it is not
    outcome       TEXT NOT NULL,     -- returned, raised, closed (a stream, early), left (a stream, open), unfinished
    output        INTEGER REFERENCES blob,  -- what it returned; NULL unless returned, or when told to close
    failure       BLOB,              -- zlib of msgpack: exception, frames, causes; NULL unless outcome is raised
    error         TEXT,              -- the failure in one line: `ValueError: no such contact`; NULL likewise
    source        INTEGER,           -- id of the step that answered, in the replayed session; NULL: the function ran
    site_file     TEXT,              -- where it was called from; NULL: unknown
    site_line     INTEGER,           -- NULL: unknown
    site_function TEXT,              -- qualname; NULL: unknown
    judgement     TEXT,              -- JSON list: what a replay decided, why, time saved, what an audit found; NULL: no replay
    entered       TEXT NOT NULL,     -- JSON list: names in the table learned, of functions that only running it showed
    PRIMARY KEY (session, id)
) WITHOUT ROWID;

-- What passed between a stream and its consumer.
CREATE TABLE exchange (
    session  TEXT NOT NULL,
    step     INTEGER NOT NULL,
    position INTEGER NOT NULL,  -- the order in which it passed, from 0
    kind     TEXT NOT NULL,     -- item: out; sent, thrown: in; changed: what became of the item before; tied: see why
    at_ns    INTEGER NOT NULL,  -- since the session began
    blob     INTEGER REFERENCES blob,  -- NULL: thrown or tied
    shared   TEXT,              -- JSON: which parts of an item are parts of the inputs, or of it as given; NULL: other kinds
    failure  BLOB,              -- zlib of msgpack: what was thrown; NULL: nothing was
    why      TEXT,              -- why copies cannot stand for what passed; NULL: not tied
    PRIMARY KEY (session, step, position),
    FOREIGN KEY (session, step) REFERENCES step ON DELETE CASCADE
) WITHOUT ROWID;

-- The values that went into a step, and what it made of them.
CREATE TABLE held (
    session  TEXT NOT NULL,
    step     INTEGER NOT NULL,
    role     TEXT NOT NULL,     -- input; mutated: the state after the step, of an argument that it changed
    position INTEGER NOT NULL,  -- the order of the parameters, from 0
    name     TEXT NOT NULL,     -- parameter
    blob     INTEGER NOT NULL REFERENCES blob,
    PRIMARY KEY (session, step, role, position),
    FOREIGN KEY (session, step) REFERENCES step ON DELETE CASCADE
) WITHOUT ROWID;
