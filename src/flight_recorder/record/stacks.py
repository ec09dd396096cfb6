"""Stacks: the frames that a call came through."""

import sys
import threading
from collections.abc import Iterator
from types import FrameType


def frames_here() -> Iterator[FrameType]:
    """Yield the frames of this thread, innermost first, and after them those of the main thread, if it is another."""
    yield from _chain(sys._getframe(1))
    main = threading.main_thread()
    if threading.current_thread() is not main:
        yield from _chain(sys._current_frames().get(main.ident or 0))


def _chain(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
