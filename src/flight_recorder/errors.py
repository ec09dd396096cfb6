"""Every error that we raise ourselves. Imports nothing of ours.

    FlightRecorderError
    |-- UsageError                 a command or call that cannot be carried out as asked (exit 2)
    |   |-- NotFoundError          no session or step of that name; names the nearest match
    |   `-- ReplayRefusedError     this session cannot be replayed, and why
    |-- UnreadableError            the recording cannot be read (exit 4)
    |   |-- StoreCorruptError      SQLite says the store is damaged
    |   |-- NewerFormatError       written by a newer Flight Recorder
    |   `-- ForeignStoreError      it belongs to another user
    `-- NotRebuildableError        a recorded value has no exact object to give back

None of them leaves the recorder while the user's program runs: `record.guard` contains them.
Each class has a slug, which heads its entry in docs/messages.md.
"""


class FlightRecorderError(Exception):
    """The base of all errors of ours."""

    slug = "error"
    exit_code = 2


class UsageError(FlightRecorderError):
    """What was asked for cannot be done as asked; the message says what to do instead."""

    slug = "usage"


class NotFoundError(UsageError):
    """No session or step has this name; the message names the nearest match."""

    slug = "not-found"


class ReplayRefusedError(UsageError):
    """This session cannot be replayed; the message says why."""

    slug = "replay-refused"


class UnreadableError(FlightRecorderError):
    """The recording cannot be read."""

    slug = "unreadable"
    exit_code = 4


class StoreCorruptError(UnreadableError):
    """SQLite reports the store as damaged; the message says how to repair it."""

    slug = "store-corrupt"


class NewerFormatError(UnreadableError):
    """The journal or store was written by a newer version than this one."""

    slug = "newer-format"


class ForeignStoreError(UnreadableError):
    """The folder of the recording, or a file in it, belongs to another user; the message says what to do."""

    slug = "foreign-store"


class NotRebuildableError(FlightRecorderError):
    """The recorded value cannot be turned back into an equal object of the same type."""

    slug = "not-rebuildable"
