"""Checkup: what `flight-recorder doctor` found out about a recording and about where it lies."""

from enum import StrEnum

import msgspec


class Origin(StrEnum):
    """Why a recording lies where it does."""

    VARIABLE = "variable"  # FLIGHT_RECORDER_HOME
    NEAREST = "nearest"  # the nearest folder at or above the working directory
    NEW = "new"  # there is none yet: this is where it will be made


class Condition(StrEnum):
    """What a journal is like."""

    LIVE = "live"  # being written
    ENDED = "ended"  # its process has ended, and it is not in the store yet
    TORN = "torn"  # likewise, and the process was killed in the middle of a record
    DAMAGED = "damaged"  # has a whole record that is not what was written
    HEADLESS = "headless"  # nothing tells how its session began
    NEWER = "newer"
    FOREIGN = "foreign"  # no journal, or not named as one
    UNREADABLE = "unreadable"


class Health(StrEnum):
    """What the store is like."""

    MISSING = "missing"
    SOUND = "sound"
    DAMAGED = "damaged"
    OLDER = "older"  # the next command brings it up to date
    NEWER = "newer"
    FOREIGN = "foreign"  # a database of another program, or of a version that was never released
    UNUSABLE = "unusable"  # now: locked, no permission, no room


class OpenPath(msgspec.Struct, frozen=True):
    """A file or folder of the recording that others than its owner may use. *name* is relative to the recording."""

    name: str
    mode: int
    is_folder: bool


class Folder(msgspec.Struct, frozen=True):
    """Where the recording lies. What could not be found out is None."""

    path: str
    origin: Origin
    is_there: bool
    owner: str = ""  # "": ours
    is_writable: bool = True
    open_paths: tuple[OpenPath, ...] = ()
    free_bytes: int | None = None
    has_locks: bool | None = None  # flock keeps two openers apart
    takes_room: bool | None = None  # room in a file can be taken before it is written
    set_aside: tuple[tuple[str, int], ...] = ()  # name and bytes of what an earlier repair set aside
    has_remains: bool = False  # an unfinished store, of a repair that was killed or is at work


class JournalState(msgspec.Struct, frozen=True):
    """A file in the journal folder. *damaged_at* is a byte."""

    name: str
    condition: Condition
    bytes: int
    damaged_at: int | None = None
    why: str = ""  # of one that cannot be read


class Interpreter(msgspec.Struct, frozen=True):
    """A Python that sessions were recorded with."""

    python: str  # version
    executable: str
    sessions: int
    is_there: bool


class StoreState(msgspec.Struct, frozen=True):
    """The store. *lost* are the ids of sessions that do not load."""

    health: Health
    bytes: int = 0
    log_bytes: int = 0  # the write-ahead log
    why: tuple[str, ...] = ()
    sessions: int = 0
    lost: tuple[str, ...] = ()
    orphans: int = 0  # rows that no session has
    orphan_bytes: int = 0
    free_bytes: int = 0  # in the file, used by nothing
    interpreters: tuple[Interpreter, ...] = ()


class Hook(msgspec.Struct, frozen=True):
    """A hook of the interpreter that `fr.trace()` needs, and who has it; "" when it is free."""

    name: str
    taken_by: str


class Variable(msgspec.Struct, frozen=True):
    """An environment variable that is named as ours are. *near* is a name that it may be meant for."""

    name: str
    value: str
    is_known: bool
    near: str = ""


class Surroundings(msgspec.Struct, frozen=True):
    """What the recorder runs in."""

    versions: tuple[tuple[str, str], ...]
    hooks: tuple[Hook, ...]
    variables: tuple[Variable, ...]


class Checkup(msgspec.Struct, frozen=True):
    """All that was found out."""

    folder: Folder
    journals: tuple[JournalState, ...]
    store: StoreState
    surroundings: Surroundings
