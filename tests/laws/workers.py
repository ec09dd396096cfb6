"""Workers: processes that share out a long run, each with fork servers of its own."""

import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tests.laws.processes import Servers, scratch_folder

T = TypeVar("T")
R = TypeVar("R")

PROGRESS_S = 5.0

_servers: Servers | None = None


def servers_here() -> Servers:
    """Return the fork servers of this process; they end with it."""
    global _servers
    _servers = _servers or Servers()
    return _servers


def _begin(scratch: Path) -> None:
    global _servers
    signal.signal(
        signal.SIGINT, _let_be
    )  # Ctrl-C is for the process that reports. Not SIG_IGN: children inherit that
    _servers = Servers(scratch)


def _let_be(_number: int, _frame: object) -> None:
    """The process that reports ends this one."""


class Workers:
    """As many processes as are asked for, until the end of the block. Nothing is left behind, also after Ctrl-C."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._scratch = scratch_folder()
        self._pool = multiprocessing.get_context("fork").Pool(jobs, _begin, (self._scratch,))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._pool.terminate()
        self._pool.join()
        time.sleep(0.1)  # for what the fork servers have in hand
        shutil.rmtree(self._scratch, ignore_errors=True)

    def each(self, what: str, function: Callable[[T], R], items: Iterable[T], number: int) -> Iterator[R]:
        """Yield what *function* makes of each of the *number* items, as it comes; tell now and then how many."""
        began = told = time.monotonic()
        for done, result in enumerate(self._pool.imap_unordered(function, items, chunksize=1), 1):
            yield result
            now = time.monotonic()
            if now - told > PROGRESS_S or done == number:
                told = now
                _tell(f"{what}: {done} of {number}, {60 * done / (now - began):.0f} a minute")


def _tell(line: str) -> None:
    """Show how far the run is: over the last line on a terminal, else as a line of its own."""
    is_terminal = sys.stderr.isatty()
    sys.stderr.write(f"\r\x1b[K{line}" if is_terminal else f"{line}\n")
    sys.stderr.flush()


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else multiprocessing.cpu_count()
