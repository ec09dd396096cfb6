"""Entry: what a session begins with, as a step; and the block that is the session's program."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, MethodType
from typing import Any

from flight_recorder.model.expectation import Expectation
from flight_recorder.model.session import Status
from flight_recorder.record.context import current, leave
from flight_recorder.record.expecting import unmet_by
from flight_recorder.record.hint import note_failure, note_wrong_result
from flight_recorder.record.opening import OpenSession, is_recording
from flight_recorder.record.recording import Recording, ReplayHeld
from flight_recorder.record.registry import Registered, made_step, step_of
from flight_recorder.record.wrap import wrap


def as_step(entry: Any) -> tuple[Callable[..., Any], Registered]:
    """Return *entry* as something that records itself when called, and its step."""
    function = entry.__func__ if isinstance(entry, MethodType) else entry
    step = step_of(function)
    if step is not None:
        return entry, step
    step = made_step(function if isinstance(function, FunctionType) else entry)
    wrapper = wrap(step)
    if isinstance(entry, MethodType) and isinstance(function, FunctionType):
        return functools.partial(wrapper, entry.__self__), step
    return wrapper, step


class Ending:
    """How the program of a session ended. *unmet* is what its result was expected to be, and was not."""

    __slots__ = ("_recording", "unmet")

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.unmet: Expectation | None = None

    def check(self, expect: object, result: object) -> None:
        """Ask *expect* about *result*, if there is one. Steps that it calls are none of the session's."""
        if expect is None or not self._recording.is_open:
            return
        token = current.set(None)
        try:
            self.unmet = unmet_by(expect, result)
        finally:
            leave(token)


@contextmanager
def within(session: OpenSession) -> Iterator[Ending]:
    """Run the block as the session's program, and close the session by how it ends."""
    token = current.set(session.recording.root_scope())
    status, ending = Status.FAILED, Ending(session.recording)
    try:
        yield ending
        status = Status.SUCCESS if ending.unmet is None else Status.FAILED
    except ReplayHeld:
        status = Status.HELD
        raise
    except SystemExit as stop:
        if stop.code in (None, 0):  # the program ended itself, and says that all is well
            status = Status.SUCCESS
        elif is_recording():
            note_failure(session.id, stop)
        raise
    except BaseException as error:
        if is_recording():
            note_failure(session.id, error)
        raise
    finally:
        leave(token)
        session.close(status, ending.unmet)
        if ending.unmet is not None and is_recording():
            note_wrong_result(session.id)
