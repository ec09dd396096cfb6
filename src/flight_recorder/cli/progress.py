"""Progress: one line on a terminal's stderr that says what is being done, once that takes longer than people wait."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_S = 1.0
STEP_S = 0.1  # between two changes of the line


class Progress:
    """The line. Call it with what is being done, as often as you like."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._next_s = time.perf_counter() + QUIET_S
        self._is_shown = False

    def __call__(self, what: str) -> None:
        """Show *what*, if there is a terminal and it has been a while."""
        if time.perf_counter() < self._next_s or not sys.stderr.isatty():
            return
        self._next_s = time.perf_counter() + STEP_S
        self._is_shown = True
        sys.stderr.write(f"\r\x1b[2K{self._doing}: {what}")
        sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._is_shown:
            self._is_shown = False
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


@contextmanager
def progress(doing: str) -> Iterator[Progress]:
    """Give the block a line that is gone when it ends."""
    line = Progress(doing)
    try:
        yield line
    finally:
        line.end()
