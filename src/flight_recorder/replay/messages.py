"""Messages between the command and the process that replays: one JSON document a line, over two pipes.

The command sends a Request; not as an argument, which may not be as long as what a user puts in the place of a step.
The process answers with Plan, waits for Go (or the end of the pipe: then nothing runs), and says Done before it ends.
"""

import msgspec

from flight_recorder.model.forecast import Forecast
from flight_recorder.plan.override import Override


class Request(msgspec.Struct, frozen=True):
    """What is to be replayed, and how."""

    home: str
    session: str
    replay: str  # id of the session that the replay makes
    forced: tuple[str, ...] = ()
    is_all_forced: bool = False
    allowed: tuple[str, ...] = ()
    overrides: dict[str, Override] = {}


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


Message = Plan | Go | Done | Refused

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Message).decode
decode_request = msgspec.json.Decoder(Request).decode
