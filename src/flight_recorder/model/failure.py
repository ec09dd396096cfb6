"""Failure: an exception as data. Pure."""

import msgspec

from flight_recorder.model.value import Value


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One frame of a traceback, outermost first in a Failure.

    *locals* are kept for frames of the project's own code only, as they were when the exception passed.
    """

    file: str
    line: int
    function: str  # qualname
    source: str  # the text of that line, stripped; "" when it cannot be had
    is_project: bool
    locals: dict[str, Value] = {}


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """An exception with all that a reader of its traceback would want.

    *origin* is the id of the step below in which the same exception object was first seen; None says it
    was first seen in this step. Only the origin keeps frames, traceback and links: the steps that merely
    passed the exception on keep type, message and origin.
    """

    type: str  # "module:qualname"; builtins without a module: "ValueError"
    message: str
    value: Value  # the exception object itself; EXACT when it can be raised again
    frames: tuple[Frame, ...] = ()
    traceback: str = ""  # as Python would have printed it
    cause: "Failure | None" = None  # __cause__
    context: "Failure | None" = None  # __context__, unless suppressed
    members: tuple["Failure", ...] = ()  # of an exception group
    notes: tuple[str, ...] = ()
    origin: int | None = None

    @property
    def type_name(self) -> str:
        """The class name as a person writes it: without the module."""
        return self.type.rpartition(":")[2]

    @property
    def summary(self) -> str:
        """`ValueError: message`, or the bare type when there is no message; first line only."""
        first = self.message.strip().partition("\n")[0]
        return f"{self.type_name}: {first}" if first else self.type_name
