"""Heat: functions whose calls are not worth a step each.

Of a function that nobody registered the first calls are steps. It gets hot where most of the work would be recording:
when it was called many times, and its calls are short; or when recording them takes longer than they do, and takes
too much of the session (`record.allowance`). Then it is no step any more, but code of whoever calls it. Its calls are
counted and timed for a while, and one that fails is still recorded. At last it is left alone altogether.

A replay takes for hot what was hot in its recording, after as many calls: all steps that were recorded are to be met.
"""

from collections.abc import Callable, Generator, Mapping
from time import perf_counter_ns
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from flight_recorder.record.context import scope_here
from flight_recorder.record.registry import Registered
from flight_recorder.record.unseen import SEEN, unseen

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep

MEASURED = 100  # calls, before it is decided
SHORT_NS = 1_000_000  # on average
COUNTED = 20  # as many times more calls are counted and timed as were recorded

_recorded: dict[str, int] = {}  # in a replay: the steps that were recorded of each hot function, by name


def replaying(recorded: Mapping[str, int]) -> None:
    """Take for hot what *recorded* names, each after as many calls as it tells."""
    _recorded.update(recorded)


class Heat:
    """How often the functions that are made of one code were called, and what that took.

    *left* is how often they may be until that is looked at. What they did from when they are hot is *calls* and *ns*;
    what they did before, and what was paid for recording it, *own_ns* and *paid_ns*, as far as that was measured.
    """

    __slots__ = (
        "_functions", "_limit", "_measured_calls", "_measured_ns", "_step", "calls", "is_hot", "left", "ns", "own_ns",
        "paid_ns",
    )  # fmt: skip

    def __init__(self, step: Registered, limit: int) -> None:
        self._step = step
        self._functions: WeakSet[FunctionType] = WeakSet()
        self.begin(limit)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it as what counts nothing: a function goes to another process by value, where it is no step."""
        return SimpleNamespace, (), {"left": 1 << 62}

    def begin(self, limit: int) -> None:
        """Count anew, for a session in which *limit* calls are steps in any case."""
        self._limit = limit
        self.left = _recorded.get(self._step.name, limit)
        self.is_hot = False
        self.calls = self.ns = self._measured_calls = self._measured_ns = 0
        self.own_ns = self.paid_ns = 0

    def named(self, name: str) -> None:
        """Note that the step goes by *name* from now on."""
        self._step.name = name

    def of(self, function: FunctionType) -> None:
        """Note that *function* is one of them."""
        if len(self._functions) < self._limit:
            self._functions.add(function)

    def of_others(self, function: FunctionType) -> None:
        """Note that *function* is none of them any more."""
        self._functions.discard(function)

    def call(self, function: Callable[..., Any], step: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call *function* as the *step* that it is or, when it is hot, without one."""
        is_hot, failed, value = self._looked_at(), None, None
        began_ns = perf_counter_ns()
        try:
            value = function(*args, **kwargs) if is_hot else step(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  # raised below
            failed = [error]
            # By this name `failing` finds the step in the frame.
            opened = self._failed(error, args, kwargs) if is_hot else None  # noqa: F841
        SEEN  # noqa: B018  # the frame is, from here on
        self._took(perf_counter_ns() - began_ns, is_hot=is_hot)
        if failed is not None:
            __tracebackhide__ = True  # what pytest shows of a failure has no use for this frame
            raise failed.pop()
        return value

    async def acall(
        self, function: Callable[..., Any], step: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Any:
        """Call a coroutine function in the same way."""
        is_hot = self._looked_at()
        began_ns = perf_counter_ns()
        try:
            return await (function if is_hot else step)(*args, **kwargs)
        except BaseException as error:
            opened = self._failed(error, args, kwargs) if is_hot else None  # noqa: F841  # as above
            raise
        finally:
            self._took(perf_counter_ns() - began_ns, is_hot=is_hot)

    def generate(
        self, function: Callable[..., Any], step: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Generator[Any, Any, Any]:
        """Call a generator function in the same way. How long a stream takes is told by whoever records it."""
        is_hot = self._looked_at()
        if is_hot:
            self._took(0, is_hot=True)
        try:
            return (yield from (function if is_hot else step)(*args, **kwargs))
        except GeneratorExit:
            raise
        except BaseException as error:
            opened = self._failed(error, args, kwargs) if is_hot else None  # noqa: F841  # as above
            raise

    def stream(self, function: Callable[..., Any], step: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Return the async generator that *function* makes, in the same way."""
        if not self._looked_at():
            return step(*args, **kwargs)
        self._took(0, is_hot=True)
        return function(*args, **kwargs)

    def paid(self, paid_ns: int, own_ns: int, *, is_stream: bool) -> None:
        """Note that a call took *own_ns*, and recording it *paid_ns*."""
        self.own_ns += own_ns
        self.paid_ns += paid_ns
        if self.left < 0 and not self.is_hot:
            if is_stream:
                self._took(own_ns, is_hot=False)
            else:
                self._measured_ns -= paid_ns  # which is about to be measured with the call

    def served(self) -> None:
        """Note that a call was answered from a recording: it tells nothing of how long it takes."""
        if self.left < 0 and not self.is_hot:
            self._measured_calls -= 1

    def grow_hot(self) -> None:
        """Let the functions be no steps any more."""
        scope = scope_here()
        if scope is not None and not self.is_hot:
            scope.recording.contained(lambda: scope.recording.demote(self._step, self))
            self.left = min(self.left, 0)
            self.is_hot = True

    def _looked_at(self) -> bool:
        if not self.is_hot and self._step.name in _recorded:
            self.grow_hot()
        return self.is_hot

    def _took(self, ns: int, *, is_hot: bool) -> None:
        if is_hot:
            self.calls += 1
            self.ns += ns
            if self.calls >= self._limit * COUNTED:
                self._leave_alone()
            return
        self._measured_calls += 1
        self._measured_ns += ns
        if self._measured_calls >= MEASURED:
            self._decide()

    def _decide(self) -> None:
        if self._measured_ns <= SHORT_NS * self._measured_calls:
            self.grow_hot()
        else:
            self.left = self._limit * 10
        self._measured_calls = self._measured_ns = 0

    def _failed(self, error: BaseException, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "OpenStep | None":
        """Record the call that *error* left, after all; in a replay the caller's failure tells of it."""
        scope = scope_here()
        if scope is None or scope.recording.quick is None or scope.recording.allowance.exceeded() > 0:
            return None
        opened = scope.recording.begin_any(self._step, scope, args, kwargs)
        if opened is not None:
            opened.raised(error)
        return opened

    def _leave_alone(self) -> None:
        for function in list(self._functions):
            function.__code__ = self._step.function.__code__
        self._functions.clear()


Heat.call.__code__ = unseen(Heat.call.__code__)
