"""Stacks: the frames that a call came through."""

import sys
import threading
from collections.abc import Iterator
from types import FrameType

from flight_recorder.fingerprint.source import last_definition


def frames_here() -> Iterator[FrameType]:
    """Yield the frames of this thread, innermost first, and after them those of the main thread, if it is another."""
    yield from _chain(sys._getframe(1))
    main = threading.main_thread()
    if threading.current_thread() is not main:
        yield from _chain(sys._current_frames().get(main.ident or 0))


def is_importing() -> bool:
    """Whether a module is being imported by what runs here."""
    return any(frame.f_code.co_filename == _IMPORTING for frame in frames_here())


_IMPORTING = "<frozen importlib._bootstrap>"


def is_defining() -> bool:
    """Whether a module that called what runs here has functions and classes that come further down."""
    modules = (frame for frame in frames_here() if frame.f_code.co_name == "<module>")
    return any(frame.f_lineno < last_definition(frame.f_code.co_filename) for frame in modules)


def _chain(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
