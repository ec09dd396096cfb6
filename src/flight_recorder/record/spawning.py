"""Spawning: threads, pool jobs and tasks get their place among the branches when they are started.

A thread's context starts empty, and copying the caller's whole context into it would change what the user's own
ContextVars say there. So only our scope goes along: by thread for `Thread.start`, by job for pools, whose threads
outlive the step that made them. A task copies the context itself; it only needs its number at its creation, since
the order in which tasks come to their first step differs from run to run.

The methods are replaced while a session is open, and put back when the last one closes.
"""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from flight_recorder.record.context import call_within, create_within, inherited, scope_here, when_asyncio_is_there

_lock = threading.Lock()
_here = threading.local()
_open_sessions = 0
_replaced: list[tuple[type, str, Callable[..., Any], Callable[..., Any]]] = []  # owner, name, found, ours


def follow_spawning() -> None:
    """Follow what is started from a step, until `unfollow_spawning` has been called as often as this."""
    global _open_sessions
    with _lock:
        _open_sessions += 1
        if _open_sessions == 1:
            _replace(threading.Thread, "start", _start)
            _replace(ThreadPoolExecutor, "submit", _submit)
            _follow_tasks()


def _follow_tasks() -> None:
    """Follow tasks too, if the program has imported asyncio; a session may begin before that."""
    base_events = sys.modules.get("asyncio.base_events")
    is_followed = any(name == "create_task" for _, name, _, _ in _replaced)
    if base_events is not None and _open_sessions and not is_followed:
        _replace(base_events.BaseEventLoop, "create_task", _create_task)


when_asyncio_is_there.append(_follow_tasks)


def unfollow_spawning() -> None:
    """Undo one `follow_spawning`; the last one restores what was found, unless somebody replaced it since."""
    global _open_sessions
    with _lock:
        _open_sessions -= 1
        if _open_sessions:
            return
        for owner, name, found, ours in _replaced:
            if getattr(owner, name) is ours:
                setattr(owner, name, found)
        _replaced.clear()


def _replace(owner: type, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    found = getattr(owner, name)
    ours = make(found)
    setattr(owner, name, ours)
    _replaced.append((owner, name, found, ours))


def _start(found: Callable[..., Any]) -> Callable[..., Any]:
    def start(self: threading.Thread) -> None:
        scope = None if getattr(_here, "is_submitting", False) else scope_here()
        if scope is not None:
            inherited[self] = (scope, scope.spawn())
        found(self)

    return start


def _submit(found: Callable[..., Any]) -> Callable[..., Any]:
    def submit(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        scope = scope_here()
        if scope is not None:
            fn = partial(call_within, scope, scope.spawn(), fn)
        # A pool starts a thread or not as it finds one idle: its threads take no number, their jobs do.
        _here.is_submitting = True
        try:
            return found(self, fn, *args, **kwargs)
        finally:
            _here.is_submitting = False

    return submit


def _create_task(found: Callable[..., Any]) -> Callable[..., Any]:
    def create_task(self: Any, coro: Any, **options: Any) -> Any:
        scope = scope_here()
        if scope is None:
            return found(self, coro, **options)
        return create_within(scope, partial(found, self, coro, **options))

    return create_task
