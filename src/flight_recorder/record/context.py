"""Context: which step is running here. The ContextVar below is the recorder's only ambient state.

`asyncio` copies the context into each task, so a step's scope reaches the tasks that it starts. Threads begin
with an empty context; `record.spawning` hands the scope over.
"""

import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar, Token
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

if TYPE_CHECKING:
    from flight_recorder.model.step import Branch
    from flight_recorder.record.recording import Recording
    from flight_recorder.record.tracks import Track


NOTHING_GIVEN: frozenset[str] = frozenset()


class Scope:
    """A running step, as its calls see it. *branch* is the path of tasks and threads that leads here.

    *id* is the number of the step; None above the entry. *given* has the classes of the objects that its steps gave
    it. *track* notes the functions that it enters.
    """

    # Slots, which the compiled part fills (see `quick`), and for what few steps have a dict.
    __slots__ = ("__dict__", "branch", "given", "id", "owner", "recording", "track")

    id: int | None
    spawned: "dict[int, Branch] | None" = None
    counts: "dict[Branch, int] | None" = None  # how many tasks and threads each branch has started
    starting: "Branch | None" = None  # the branch that is starting a task now, which may begin at once

    def __init__(self, recording: "Recording", id: int | None, branch: "Branch", owner: int) -> None:
        self.recording = recording
        self.id = id
        self.branch = branch
        self.owner = owner
        self.given = NOTHING_GIVEN
        self.track: Track | None = None

    def branch_here(self, owner: int) -> "Branch":
        """Return the branch of a call that *owner* makes from this step: a new one for a new task or thread."""
        if owner == self.owner:
            return self.branch
        known = None if self.spawned is None else self.spawned.get(owner)
        return self._new_branch(owner, self.starting or self.branch) if known is None else known

    def place(self, owner: int) -> None:
        """Give *owner*, a task, thread or job that is being started here, its place among the branches.

        Now, and under the task or thread that starts it: when it first runs, on which thread of a pool, and what
        other tasks of this step have started by then differs from run to run.
        """
        if self.spawned is None or owner not in self.spawned:
            self._new_branch(owner, self.branch_here(owner_here()))

    def _new_branch(self, owner: int, parent: "Branch") -> "Branch":
        if self.spawned is None or self.counts is None:
            self.spawned, self.counts = {}, {}
        index = self.counts.get(parent, 0)
        self.counts[parent] = index + 1
        branch = self.spawned[owner] = (*parent, index)
        return branch

    def spawn(self) -> int:
        """Return the owner number of a thread or job that is being started from here, which has its place now."""
        owner = _next_spawn()
        self.place(owner)
        return owner


current: ContextVar[Scope | None] = ContextVar("flight_recorder_step", default=None)

# The scope that a thread was started in, and its owner number, by thread; filled by record.spawning.
inherited: "WeakKeyDictionary[threading.Thread, tuple[Scope, int]]" = WeakKeyDictionary()
inheriting: dict[object, object] = vars(inherited)["data"]
"""The same in short: whether there are any is found out many times faster."""
here = threading.local()

_task_numbers: "WeakKeyDictionary[object, int]" = WeakKeyDictionary()
_next_task_number = count(1).__next__
_last_task: tuple[Callable[[], object], int] = (lambda: None, 0)
_next_spawn = count(-1 << 63, -1).__next__  # below every thread's number


def scope_here() -> Scope | None:
    """Return the scope of the step that is running here, or None outside any session."""
    scope = current.get()
    if scope is None and inheriting:
        scope, _ = inherited.get(threading.current_thread(), (None, 0))
        if scope is not None:
            current.set(scope)  # found at once the next time
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
    """Return a number for the asyncio task or, outside one, the job or thread that is running."""
    loop = _running_loop()
    if loop is not None:
        task = _task_in(loop)
        if task is not None:
            return _number_of(task)
    owner: int | None = getattr(here, "owner", None)
    if owner is None:
        _, owner = inherited.get(threading.current_thread(), (None, -threading.get_ident()))
        here.owner = owner
    return owner


def _no_loop_yet() -> Any:
    """Return the running loop; found by another function from when the program has imported asyncio."""
    global _running_loop, _task_in
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or not hasattr(asyncio, "current_task"):  # the second: it is being imported
        return None
    _running_loop = asyncio._get_running_loop
    # Before 3.12 the first is a function in Python that calls the second.
    _task_in = asyncio.current_task if sys.version_info >= (3, 12) else asyncio.tasks._current_tasks.get
    for tell in when_asyncio_is_there:
        tell()
    return _running_loop()


when_asyncio_is_there: list[Callable[[], None]] = []  # what is called when the program is found to have imported it
_running_loop: Callable[[], Any] = _no_loop_yet
_task_in: Callable[[Any], Any]


def create_within(scope: Scope, create: Callable[[], object]) -> object:
    """Return the task that *create* makes in *scope*; it has its place among the branches, even if it has begun."""
    outside, scope.starting = scope.starting, scope.branch_here(owner_here())
    try:
        task = create()
    finally:
        scope.starting = outside
    scope.place(_number_of(task))
    return task


def _number_of(task: object) -> int:
    global _last_task
    last, number = _last_task
    if last() is not task:  # most calls come from the task that the last one came from
        number = _task_numbers.get(task) or _new_number(task)
        _last_task = ref(task), number
    return number


def _new_number(task: object) -> int:
    number = _task_numbers[task] = _next_task_number()
    return number


def call_within(
    scope: Scope, owner: int, function: Callable[..., object], /, *args: object, **kwargs: object
) -> object:
    """Call *function* as the job *owner* of the running step *scope*, and leave everything as it was."""
    token = current.set(scope)
    outside, here.owner = getattr(here, "owner", None), owner
    try:
        return function(*args, **kwargs)
    finally:
        here.owner = outside
        leave(token)
