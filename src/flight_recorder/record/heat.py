"""Heat: functions that are called so often, and do so little, that recording each call would be most of the work.

Of a function that nobody registered the first calls are steps. If these are short it is no step from then on, but
code of whoever calls it. Its calls are counted and timed for a while, and one that fails is still recorded. At last
it is left alone altogether.
"""

from collections.abc import Callable
from time import perf_counter_ns
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from flight_recorder.record.context import scope_here
from flight_recorder.record.registry import Registered
from flight_recorder.record.unseen import SEEN, unseen

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep

MEASURED = 100  # calls, before it is decided
SHORT_NS = 1_000_000  # on average, recording it included
COUNTED = 20  # as many times more calls are counted and timed as were recorded


class Heat:
    """How often the functions that are made of one code were called.

    *left* is how often they may be until that is looked at. What they did from when they are hot is *calls* and *ns*.
    """

    __slots__ = (
        "_functions", "_limit", "_measured_calls", "_measured_ns", "_step", "calls", "is_hot", "left", "ns",
    )  # fmt: skip

    def __init__(self, step: Registered, limit: int) -> None:
        self._step = step
        self._functions: WeakSet[FunctionType] = WeakSet()
        self.begin(limit)

    def begin(self, limit: int) -> None:
        """Count anew, for a session in which *limit* calls are steps in any case."""
        self._limit = self.left = limit
        self.is_hot = False
        self.calls = self.ns = self._measured_calls = self._measured_ns = 0

    def of(self, function: FunctionType) -> None:
        """Note that *function* is one of them."""
        if len(self._functions) < self._limit:
            self._functions.add(function)

    def call(self, function: Callable[..., Any], step: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call *function* as the *step* that it is or, when it is hot, without one."""
        is_hot, failed, value = self.is_hot, None, None
        began_ns = perf_counter_ns()
        try:
            value = function(*args, **kwargs) if is_hot else step(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  # raised below
            failed = [error]
            # By this name `failing` finds the step in the frame.
            opened = self._failed(error, args, kwargs) if is_hot else None  # noqa: F841
        SEEN  # noqa: B018  # the frame is, from here on
        self._count(perf_counter_ns() - began_ns, is_hot=is_hot)
        if failed is not None:
            raise failed.pop()
        return value

    def _count(self, ns: int, *, is_hot: bool) -> None:
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
        scope = scope_here()
        if scope is None or self._measured_ns > SHORT_NS * self._measured_calls:
            self.left = self._limit * 10
            self._measured_calls = self._measured_ns = 0
            return
        scope.recording.contained(lambda: scope.recording.demote(self._step, self))
        self.is_hot = True

    def _failed(self, error: BaseException, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "OpenStep | None":
        """Record the call that *error* left, after all; in a replay the caller's failure tells of it."""
        scope = scope_here()
        if scope is None or scope.recording.quick is None:
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
