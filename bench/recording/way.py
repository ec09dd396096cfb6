"""A way to record calls: what every tool that is measured has to say of itself."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from pathlib import Path
from typing import Any, ClassVar

from bench.recording.kept import is_in
from bench.recording.payloads import Args

Function = Callable[..., Any]
Body = Callable[[], None]


class Way:
    """Not recorded. A tool says what it does otherwise. All that it writes goes into *folder*."""

    packages: ClassVar[tuple[str, ...]] = ()  # whose versions are told
    most: ClassVar[dict[str, int]] = {"small": 1_000, "medium": 500, "large": 6}  # calls between two flushes
    is_in_caller: ClassVar[bool] = (
        True  # the step runs in the thread that calls it: its clock tells what a call costs
    )

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def wrap(self, function: Function) -> Function:
        """Return what is called in the place of *function*, which may be a coroutine function."""
        return function

    def wrap_for_threads(self, function: Function) -> Function:
        """As `wrap`, of a function that several threads will call at once."""
        return self.wrap(function)

    def session(self) -> AbstractContextManager[Any]:
        """Return what the tool puts around calls that belong together: a session, a trace, a span above all."""
        return nullcontext()

    def inside(self, body: Body) -> None:
        """Call *body* in a session."""
        with self.session():
            body()

    async def inside_async(self, body: Callable[[], Awaitable[None]]) -> None:
        """As `inside`, of a coroutine function."""
        with self.session():
            await body()

    def in_thread(self, body: Body) -> Body:
        """Return what another thread calls, so that *body* belongs to the session of the thread that asks."""
        context = copy_context()
        return lambda: context.run(body)

    def each(self, step: Function, calls: Iterable[Args]) -> None:
        """Call what `wrap` gave, once for each of *calls*."""
        for args in calls:
            step(*args)

    async def each_async(self, step: Function, calls: Iterable[Args]) -> None:
        """As `each`, of a coroutine function."""
        for args in calls:
            await step(*args)

    def flush(self) -> None:
        """Wait until all that was recorded is where it stays. Called after each `inside`."""

    def stop(self) -> None:
        """End what runs in the background."""

    def keeps(self, mark: str) -> bool:
        """Whether *mark*, which stood in a call of the last session, can be found in what was kept. After `stop`."""
        return is_in(self.folder, mark.encode())
