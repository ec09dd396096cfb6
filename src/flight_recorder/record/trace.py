"""Trace: every call of the project's own functions in a block becomes a step, with no decorator.

`sys.monitoring` on Python 3.12 and later, where code that is not the project's is switched off at its first
call and then costs nothing; `sys.setprofile` on 3.11. Both report to a Tracer.
"""

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from flight_recorder.fingerprint.names import module_label
from flight_recorder.record.context import current, leave
from flight_recorder.record.failing import OWN_FOLDER
from flight_recorder.record.recording import Recording
from flight_recorder.record.registry import Registered
from flight_recorder.record.tracer import Tracer

if sys.version_info >= (3, 12):
    from flight_recorder.record.monitoring import watch
else:
    from flight_recorder.record.profile import watch


@contextmanager
def tracing(recording: Recording, entry: Registered) -> Iterator[None]:
    """Trace the block, in every thread started from it, and put back the hooks that were found.

    The block itself is the step of *entry* (see `traced_block`).
    """
    opened = recording.begin(entry, recording.root_scope(), (), {})
    if opened is None:
        yield
        return
    token = current.set(opened)
    try:
        with watch(Tracer(recording)):
            yield
    except BaseException as error:
        opened.raised(error)
        raise
    else:
        opened.returned(None)
    finally:
        leave(token)


def traced_block() -> Registered:
    """Return the step that stands for the traced block of our caller: it is no function."""
    name = _caller_name()
    return Registered(_nothing, function_name=name, bind=lambda _args, _kwargs: {}, parameters=())


def _nothing() -> None:
    """Stands for a traced block where a function is wanted."""


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
