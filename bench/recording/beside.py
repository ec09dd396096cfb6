"""A CPU-bound thread beside a program that is recorded: `beside ROW PROGRAM SECONDS`. Prints JSON."""

import json
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time, sleep, thread_time
from typing import Any

from bench.recording.payloads import Args, arguments, small
from bench.recording.rows import way_of

STEPS_A_SECOND = 200
WAIT_S = 0.1


def wait(email: str, why: str) -> dict[str, Any]:
    """Wait as for an answer from elsewhere."""
    sleep(WAIT_S)
    return {"name": "Sarah", "score": 75}


PROGRAMS: dict[str, tuple[Callable[..., Any], float]] = {  # the step, and how long to do nothing after each
    "steps": (small, 1 / STEPS_A_SECOND),
    "waits": (wait, 0.0),
}


class Counting(threading.Thread):
    """A thread that does nothing but count, until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.is_wanted = True
        self.counted = 0
        self.cpu = 0.0

    def run(self) -> None:
        """Count."""
        while self.is_wanted:
            count = 0
            for number in range(1_000):
                count += number % 7 != 7
            self.counted += count
            self.cpu = thread_time()

    def waited(self) -> float:
        """Return for how many seconds the thread could have run, but other programs had the processors."""
        path = Path(f"/proc/self/task/{self.native_id}/schedstat")  # proc(5): run, waited, slices
        return int(path.read_text().split()[1]) / 1e9 if path.exists() else 0.0


def main() -> None:
    """Run what the command line names."""
    row, program, seconds = sys.argv[1:]
    function, pause = PROGRAMS[program]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        way = way_of(row)(Path(folder))
        step = way.wrap(function)
        counting = Counting()
        counting.start()

        def body() -> None:
            way.each(step, paced(0.2, pause))
            counted, cpu, all_cpu, began = counting.counted, counting.cpu, process_time(), perf_counter()
            waited = counting.waited()
            way.each(step, paced(float(seconds), pause))
            took = perf_counter() - began
            # Time for which other programs held the processors is not taken by ours.
            found["a_second"] = (counting.counted - counted) / (took - (counting.waited() - waited))
            found["beside"] = (process_time() - all_cpu - (counting.cpu - cpu)) / took
            found["wall"] = (counting.counted - counted) / took

        way.inside(body)
        counting.is_wanted = False
        counting.join()
        way.flush()
        way.stop()
    print("\n" + json.dumps(found))


def paced(seconds: float, pause: float) -> Iterator[Args]:
    """Yield arguments for that many seconds, with a pause between."""
    number, end = 0, perf_counter() + seconds
    while perf_counter() < end:
        number += 1
        yield arguments("small", number)
        sleep(pause)


if __name__ == "__main__":
    main()
