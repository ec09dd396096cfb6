"""Hint: one line on stderr after the traceback of a program that died of what ended a session.

So does a program whose result was not as expected: nothing else would tell who runs it.

Whether it died of that is known only when the interpreter ends: what it prints a traceback of is then in `sys`.
"""

import atexit
import os
import sys
from collections.abc import Iterator

from flight_recorder.record.failing import traceback_of
from flight_recorder.record.guard import say

HINT_VARIABLE = "FLIGHT_RECORDER_HINT"  # 0: never; 1: also where stderr is no terminal
MAX_SESSIONS = 100  # a server has many that fail; what it dies of is among the last

Mark = tuple[int, str, str, int]

_failed: dict[Mark, str] = {}  # sessions
_wrong = ""  # the last session whose result was not as expected
_process = 0


def note_failure(session: str, error: BaseException) -> None:
    """Remember that *error* ended *session*. Never raises."""
    _begin()
    _failed[_mark_of(error)] = session
    if len(_failed) > MAX_SESSIONS:
        del _failed[next(iter(_failed))]


def note_wrong_result(session: str) -> None:
    """Remember that the result of a session was not as expected. Never raises."""
    global _wrong
    _begin()
    _wrong = session


def _begin() -> None:
    global _process
    if not _failed and not _wrong:
        _process = os.getpid()
        atexit.register(_hint)


def _hint() -> None:
    if os.getpid() != _process or not _is_wanted():  # a forked child has the parent's handlers
        return
    marks = map(_mark_of, _linked(_died_of()))
    found = next((_failed[mark] for mark in marks if mark in _failed), None)
    if found is not None:
        say(f"this was recorded as {found}. To see why: flight-recorder debug last")
    elif _wrong:
        say(f"the result is not as expected; recorded as {_wrong}. To see why: flight-recorder debug {_wrong[:8]}")


def _mark_of(error: BaseException) -> Mark:
    """Return what tells *error* from others: to hold it would keep its frames alive, and an address is used again."""
    traceback = traceback_of(error)
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    place = ("", 0) if traceback is None else (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
    return id(error), type(error).__name__, *place


def _is_wanted() -> bool:
    wish = os.environ.get(HINT_VARIABLE, "").strip()
    if wish:
        return wish != "0"
    return sys.stderr is not None and sys.stderr.isatty() and not hasattr(sys, "ps1")


def _died_of() -> BaseException | None:
    """Return what the interpreter has printed a traceback of, if anything."""
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)


def _linked(error: BaseException | None) -> Iterator[BaseException]:
    """Yield *error* and what it was raised from or after, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]
            waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
