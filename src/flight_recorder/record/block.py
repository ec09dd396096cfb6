"""Block: what a traced session begins with, where another begins with the call of a function.

It is a part of the program: the block of `with fr.trace()`, or all of it, for `flight-recorder run`. So it runs in
every replay, up to where it calls a step.
"""

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from flight_recorder.fingerprint.names import module_label
from flight_recorder.model.start import Program, Traced
from flight_recorder.record.context import current, leave
from flight_recorder.record.failing import OWN_FOLDER
from flight_recorder.record.recording import Recording
from flight_recorder.record.registry import Registered


class Block(Registered):
    """A block as a step. *program* is what to run again to come to it; None where that has to be found out."""

    __slots__ = ("program", "traced")

    is_block = True

    def __init__(self, name: str, traced: Traced, program: Program | None = None) -> None:
        super().__init__(_nothing, function_name=name, bind=lambda _args, _kwargs: {}, parameters=())
        self.traced = traced
        self.program = program


def _nothing() -> None:
    """Stands for a block where a function is wanted."""


@contextmanager
def running(recording: Recording, block: Block) -> Iterator[bool]:
    """Run the code within as the step of *block*; it is told whether that is recorded."""
    if recording.quick is not None:  # a replay is to meet all that was recorded
        recording.allowance.share = block.traced.share
    opened = recording.begin_any(block, recording.root_scope(), (), {})
    if opened is None:
        yield False
        return
    token = current.set(opened)
    try:
        yield True
    except BaseException as error:
        opened.raised(error)
        raise
    else:
        opened.returned(None)
    finally:
        leave(token)


def block_here(traced: Traced) -> Block:
    """Return the block of `with fr.trace()` in the user's function that is calling us."""
    return Block(_caller_name(), traced)


def _caller_name() -> str:
    """Return `module:qualname` of the user's function that is calling us."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (_is_own(frame) or frame.f_code.co_filename == contextlib.__file__):
        frame = frame.f_back
    if frame is None:
        return "trace"
    return f"{module_label(frame.f_globals.get('__name__', ''))}:{frame.f_code.co_qualname}"


def _is_own(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(OWN_FOLDER)
