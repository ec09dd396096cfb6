"""Context: which step is running here. The ContextVar below is the recorder's only ambient state.

`asyncio` copies the context into each task, so a step's scope reaches the tasks that it starts. Threads begin
with an empty context; `record.threads` hands the scope over.
"""

import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar, Token
from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from flight_recorder.record.recording import Recording


class Scope:
    """A running step, as its calls see it. *branch* is the path of tasks and threads that leads here."""

    __slots__ = ("branch", "owner", "recording", "spawned", "step")

    def __init__(self, recording: "Recording", step: int | None, branch: tuple[int, ...], owner: int) -> None:
        self.recording = recording
        self.step = step
        self.branch = branch
        self.owner = owner
        self.spawned: dict[int, int] | None = None

    def branch_here(self, owner: int) -> tuple[int, ...]:
        """Return the branch of a call that *owner* makes from this step: a new one for a new task or thread."""
        if owner == self.owner:
            return self.branch
        if self.spawned is None:
            self.spawned = {}
        index = self.spawned.setdefault(owner, len(self.spawned))
        return (*self.branch, self.step or 0, index)


current: ContextVar[Scope | None] = ContextVar("flight_recorder_step", default=None)

# Scopes that threads began with, by thread; filled by record.threads.
inherited: "WeakKeyDictionary[threading.Thread, Scope]" = WeakKeyDictionary()

_task_numbers: "WeakKeyDictionary[object, int]" = WeakKeyDictionary()
_next_task_number = count(1).__next__


def scope_here() -> Scope | None:
    """Return the scope of the step that is running here, or None outside any session."""
    scope = current.get()
    if scope is None and inherited:
        scope = inherited.get(threading.current_thread())
    if scope is None or not scope.recording.is_open:
        return None
    return scope


def leave(token: "Token[Scope | None]") -> None:
    """Make the scope that was running before *token* the running one again."""
    try:
        current.reset(token)
    except ValueError:
        # A coroutine or generator that is closed by the garbage collector ends in somebody else's context:
        # what was set in its own has gone with that context.
        return


def owner_here() -> int:
    """Return a number for the asyncio task or, outside one, the thread that is running: never used again for another.

    Threads are negative; the system may give a dead thread's number to a later one, which then follows it.
    """
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and (_running_loop := asyncio._get_running_loop()) is not None:
        task = asyncio.current_task(_running_loop)
        if task is not None:
            number = _task_numbers.get(task)
            if number is None:
                number = _task_numbers[task] = _next_task_number()
            return number
    return -threading.get_ident()


def call_within(scope: Scope, function: Callable[..., object], /, *args: object, **kwargs: object) -> object:
    """Call *function* with *scope* as the running step, and leave the context as it was."""
    token = current.set(scope)
    try:
        return function(*args, **kwargs)
    finally:
        leave(token)
