-- The store of Flight Recorder, version 3 (PRAGMA user_version). Times in nanoseconds. Booleans are 0 or 1.
-- A session is what its journals tell, packed; only what commands ask for across sessions stands in columns.

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
    root          INTEGER,           -- number of the entry's step; NULL: it has not begun
    steps         INTEGER NOT NULL,  -- how many there are
    error         TEXT               -- what the entry raised, or was wrong with its result, in one line; NULL: neither
) WITHOUT ROWID;
CREATE INDEX session_by_start ON session (started_at_ns, number);
CREATE INDEX session_by_entry ON session (entry, status, started_at_ns, number);
CREATE INDEX session_by_process ON session (process, number);
CREATE INDEX session_by_original ON session (replay_of);

-- A journal that tells of a session: the file that one process wrote.
CREATE TABLE journal (
    id      INTEGER PRIMARY KEY,
    session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
    mark    BLOB NOT NULL,     -- what tells the file from any other, 16 bytes
    bytes   INTEGER NOT NULL,  -- how much of the file is in the store
    UNIQUE (session, mark)
);

-- Records of a journal, in their order.
CREATE TABLE chunk (
    journal  INTEGER NOT NULL REFERENCES journal ON DELETE CASCADE,
    position INTEGER NOT NULL,  -- the order of the chunks, from 0
    data     BLOB NOT NULL,     -- zlib of records: length (4 bytes, little-endian) and payload, as in the journal
    PRIMARY KEY (journal, position)
) WITHOUT ROWID;

-- A long body of a record, by content, in place of which the record has its digest.
CREATE TABLE body (
    id     INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,  -- blake2b of the data before compression, 16 bytes
    data   BLOB NOT NULL          -- zlib of typed JSON, or of what a list of messages has grown by
);

-- Which long bodies the records of a session have.
CREATE TABLE held (
    session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
    body    INTEGER NOT NULL REFERENCES body,  -- equal ones of all sessions are kept once
    PRIMARY KEY (session, body)
) WITHOUT ROWID;

-- What a function's behaviour depends on, by content.
CREATE TABLE fingerprint (
    id       INTEGER PRIMARY KEY,
    digest   BLOB NOT NULL UNIQUE,  -- blake2b of the data before compression, 16 bytes
    function TEXT NOT NULL,         -- module:qualname
    data     BLOB NOT NULL          -- zlib of msgpack: all parts, and the function's source
);

-- Which fingerprint a step name had in a session.
CREATE TABLE learned (
    session     TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
    position    INTEGER NOT NULL,  -- the order in which they were learned, from 0
    name        TEXT NOT NULL,     -- step name; `name#2` for a second function of that name
    fingerprint INTEGER NOT NULL REFERENCES fingerprint,
    PRIMARY KEY (session, position)
) WITHOUT ROWID;
