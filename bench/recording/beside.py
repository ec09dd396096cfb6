"""A CPU-bound thread beside steps, recorded and not: `beside ROW PROGRAM SLICES SECONDS`. Prints JSON.

Both in one process, slice by slice: how fast Python counts varies by some percent from process to process, with
where its memory happens to lie.
"""

import json
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, process_time, sleep, thread_time
from typing import Any

from bench.recording.payloads import Args, arguments, small
from bench.recording.rows import way_of
from bench.recording.way import Way

STEPS_A_SECOND = 200
WAIT_S = 0.1
WARM_UP_S = 0.1


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


@dataclass
class Found:
    """What was found in the slices of one kind: how far the thread counted in a second, and what others took then."""

    a_second: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)

    def note(self, counting: Counting, work: Callable[[], None]) -> None:
        """Do *work*, and note what came of the thread beside it."""
        counted, cpu, all_cpu, began = counting.counted, counting.cpu, process_time(), perf_counter()
        waited = counting.waited()
        work()
        took = perf_counter() - began
        # Time for which other programs held the processors is not taken by ours.
        self.a_second.append((counting.counted - counted) / (took - (counting.waited() - waited)))
        self.beside.append((process_time() - all_cpu - (counting.cpu - cpu)) / took)


def main() -> None:
    """Run what the command line names."""
    row, program, slices, seconds = sys.argv[1:]
    function, pause = PROGRAMS[program]
    recorded, bare = Found(), Found()
    with tempfile.TemporaryDirectory() as folder:
        way = way_of(row)(Path(folder))
        step = way.wrap(function)
        counting = Counting()
        counting.start()

        def body() -> None:
            way.each(step, paced(WARM_UP_S, pause))
            recorded.note(counting, lambda: way.each(step, paced(float(seconds), pause)))

        def unrecorded() -> None:
            Way.each(way, function, paced(WARM_UP_S, pause))
            bare.note(counting, lambda: Way.each(way, function, paced(float(seconds), pause)))

        for number in range(int(slices)):
            if number % 2:  # what changes slowly falls on both alike
                unrecorded()
            way.inside(body)
            if not number % 2:
                unrecorded()
        counting.is_wanted = False
        counting.join()
        way.flush()
        way.stop()
    print("\n" + json.dumps({"recorded": asdict(recorded), "bare": asdict(bare)}))


def paced(seconds: float, pause: float) -> Iterator[Args]:
    """Yield arguments for that many seconds, with a pause between."""
    number, end = 0, perf_counter() + seconds
    while perf_counter() < end:
        number += 1
        yield arguments("small", number)
        sleep(pause)


if __name__ == "__main__":
    main()
