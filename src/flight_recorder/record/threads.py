"""Threads: hand the running step to threads and pool jobs started from it.

A thread's context starts empty, and copying the caller's whole context into it would change what the user's
own ContextVars say there. So only our scope goes along: by thread for `Thread.start`, by job for pools,
whose threads outlive the step that made them.

The two methods are replaced while a session is open, and put back when the last one closes.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from flight_recorder.record.context import call_within, inherited, scope_here

_lock = threading.Lock()
_open_sessions = 0
_found_start = threading.Thread.start
_found_submit = ThreadPoolExecutor.submit


def _start(self: threading.Thread) -> None:
    scope = scope_here()
    if scope is not None:
        inherited[self] = scope
    _found_start(self)


def _submit(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
    scope = scope_here()
    if scope is not None:
        fn = partial(call_within, scope, fn)
    return _found_submit(self, fn, *args, **kwargs)


def follow_threads() -> None:
    """Hand scopes over from now on, until `unfollow_threads` has been called as often as this."""
    global _open_sessions, _found_start, _found_submit
    with _lock:
        _open_sessions += 1
        if _open_sessions == 1:
            _found_start, _found_submit = threading.Thread.start, ThreadPoolExecutor.submit
            threading.Thread.start = _start  # type: ignore[method-assign]  # restored by unfollow_threads
            ThreadPoolExecutor.submit = _submit  # type: ignore[method-assign]  # restored by unfollow_threads


def unfollow_threads() -> None:
    """Undo one `follow_threads`; the last one restores what was found, unless somebody replaced it since."""
    global _open_sessions
    with _lock:
        _open_sessions -= 1
        if _open_sessions:
            return
        if threading.Thread.start is _start:
            threading.Thread.start = _found_start  # type: ignore[method-assign]  # as it was
        if ThreadPoolExecutor.submit is _submit:
            ThreadPoolExecutor.submit = _found_submit  # type: ignore[method-assign]  # as it was
