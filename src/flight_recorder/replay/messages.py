"""Messages between the command and the process that replays: one JSON document a line, over two pipes.

The command sends a Request; not as an argument, which may not be as long as what a user puts in the place of a step.
The process answers with Plan, waits for Go (or the end of the pipe: then nothing runs), and says Done before it ends.
One that is watched also tells when the program has Begun, what it has Loaded, and which protected steps are
under way.
"""

import msgspec

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.forecast import Forecast
from flight_recorder.plan.budget import Budget
from flight_recorder.plan.override import Override
from flight_recorder.plan.sending import Sending


class Request(msgspec.Struct, frozen=True):
    """What is to be replayed, and how."""

    home: str
    session: str
    replay: str  # id of the session that the replay makes
    forced: tuple[str, ...] = ()
    is_all_forced: bool = False
    allowed: tuple[str, ...] = ()
    overrides: dict[str, Override] = {}
    sending: Sending = Sending()
    is_audit: bool = False
    is_watched: bool = False
    budget: Budget | None = None  # of an experiment; None: a replay like others
    old_code: dict[str, Fingerprint] = {}  # by step, the code that is put back; in an experiment


class Plan(msgspec.Struct, frozen=True, tag="plan"):
    """The entry was reached; nothing has run yet."""

    forecast: Forecast


class Go(msgspec.Struct, frozen=True, tag="go"):
    """The user agreed to the plan."""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The program ended. *error* is its uncaught exception, as text, "" when there was none."""

    error: str = ""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The program cannot be started again, which only its process could see. Nothing has run."""

    why: str


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """The program begins now: from here on it is to hear of its end."""


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """What the process has loaded. *modules* are those of libraries, in order; *files* are the project's own.

    *search* is `sys.path`, *environment* what the program changed of it: libraries may read both when imported.
    """

    modules: tuple[str, ...]
    files: tuple[str, ...]
    search: tuple[str, ...]
    environment: dict[str, str]


class UnderWay(msgspec.Struct, frozen=True, tag="under-way"):
    """The protected steps that run for real at this moment, by name."""

    steps: tuple[str, ...]


Message = Plan | Go | Done | Refused | Begun | Loaded | UnderWay


# Between the command and a warm process -----------------------------------------------------------------------------

MAX_MESSAGE_BYTES = 1 << 20


class Preload(msgspec.Struct, frozen=True, tag="preload"):
    """What to import, and what it may read: `sys.path` and variables of the environment. *root* is the project's."""

    modules: tuple[str, ...]
    search: tuple[str, ...]
    environment: dict[str, str]
    root: str


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The libraries are imported. *unsafe* says why this process must not fork, "" when it may."""

    unsafe: str = ""


class Forked(msgspec.Struct, frozen=True, tag="forked"):
    """The replay runs, as the leader of a process group of its own."""

    pid: int


class Exited(msgspec.Struct, frozen=True, tag="exited"):
    """The replay has ended; a negative status is the signal that ended it."""

    status: int


Answer = Ready | Forked | Exited

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Message).decode
decode_request = msgspec.json.Decoder(Request).decode
