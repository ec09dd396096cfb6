"""Tracebacks: what a person reads of an exception that ended the program: the program's frames, without ours."""

import os
import runpy
from types import TracebackType

from flight_recorder.record.failing import OWN_FOLDER

_BEFORE_PROGRAM = (OWN_FOLDER, runpy.__file__, "<frozen")


def drop_own_frames(error: BaseException) -> None:
    """Take our frames out of the traceback of *error*, and out of those of the exceptions that it is linked to."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = _without_own(one.__traceback__)
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def drop_frames_before_program(error: BaseException) -> None:
    """Begin the traceback where the program begins: also without `runpy`, and the shell that runs cells."""
    drop_own_frames(error)
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        file = traceback.tb_frame.f_code.co_filename
        if not file.startswith(_BEFORE_PROGRAM) and f"{os.sep}IPython{os.sep}" not in file:
            break
        traceback = traceback.tb_next
    error.__traceback__ = traceback


def _without_own(traceback: TracebackType | None) -> TracebackType | None:
    """Return *traceback* without our frames, and without those that led to the first of them: how we were started."""
    kept: list[TracebackType] = []
    is_first = True
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.startswith(OWN_FOLDER):
            kept = [] if is_first else kept
            is_first = False
        else:
            kept.append(traceback)
        traceback = traceback.tb_next
    for one, following in zip(kept, [*kept[1:], None], strict=True):
        one.tb_next = following
    return kept[0] if kept else None
