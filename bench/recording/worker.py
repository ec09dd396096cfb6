"""One row and one payload in a process of its own: prints the CPU time of the caller's thread for one call, in ns."""

import gc
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.recording.payloads import CALLS, STEPS, arguments
from bench.recording.rows import ROWS

BURSTS = 9


def main() -> None:
    """Measure what the command line names."""
    row, payload = sys.argv[1:]
    args, calls = arguments(payload), CALLS[payload]

    def use(recorded: Callable[..., Any]) -> None:
        for _ in range(calls):
            recorded(*args)  # what is done once is done before
        bursts = []
        for _ in range(BURSTS):
            gc.collect()
            began = time.thread_time_ns()
            for _ in range(calls):
                recorded(*args)
            bursts.append((time.thread_time_ns() - began) / calls)
        print(median(bursts))

    ROWS[row][1](STEPS[payload], use)


if __name__ == "__main__":
    main()
