"""Schedule: event loops that run what is ready in an order drawn from a seed."""

import asyncio
import random
from typing import Any


class ShuffledLoop(asyncio.SelectorEventLoop):
    """An event loop in which any callback that is ready may come next. Timers keep their order in time."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._order = random.Random(seed)

    def _run_once(self) -> None:
        ready: Any = self._ready  # type: ignore[attr-defined]
        waiting = list(ready)
        self._order.shuffle(waiting)
        ready.clear()
        ready.extend(waiting)
        super()._run_once()  # type: ignore[misc]


class _Policy(asyncio.DefaultEventLoopPolicy):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return ShuffledLoop(self._seed)


def use_shuffled_loops(seed: int) -> None:
    """Let every event loop of this process be shuffled by *seed*."""
    asyncio.set_event_loop_policy(_Policy(seed))
