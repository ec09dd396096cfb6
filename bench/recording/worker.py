"""One row and one payload in a process of its own: `worker ROW PAYLOAD MODES BURSTS SCALE`. Prints JSON.

Modes are sync, async and threads, with commas between. A burst is a number of calls in a session of their own; what
is done once for each session is done before the clock starts, and what was recorded is flushed after it stopped.
"""

import asyncio
import gc
import json
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import count, pairwise
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter_ns, process_time_ns, thread_time_ns
from typing import Any

from bench.recording.payloads import ASYNC_STEPS, STEPS, Args, arguments, marked
from bench.recording.rows import way_of
from bench.recording.way import Function, Way

THREADS = 8
FEW = 3  # calls before the clock starts
PROBES = {"small": 48, "medium": 16, "large": 2}  # calls that tell how many make a burst
MAX_BURST_NS, MAX_NS = 700_000_000, 5_000_000_000
_numbers = count()
Clocks = tuple[int, int]


@dataclass
class Burst:
    """The times of some calls, in ns. *each* are those of single calls: wall clock, and the clock of their thread."""

    calls: int
    wall: int = 0
    caller: int = 0
    all_threads: int = 0
    each: list[Clocks] = field(default_factory=list)


def main() -> None:
    """Measure what the command line names."""
    row, payload, modes, bursts, scale = sys.argv[1:]
    kind = way_of(row)
    most = max(int(kind.most[payload] * float(scale)), 1)
    with tempfile.TemporaryDirectory() as folder:
        way = kind(Path(folder))
        found = {mode: measured(way, mode, payload, most, int(bursts)) for mode in modes.split(",")}
        way.stop()
        mark = marked(list(found.values())[-1]["number"])
        keeps = {what: way.keeps(f"{what}-{mark}") for what in ("in", "out")}
        versions = {package: _version(package) for package in kind.packages}
    print("\n" + json.dumps({"found": found, "keeps": keeps, "versions": versions}))


def measured(way: Way, mode: str, payload: str, most: int, bursts: int) -> dict[str, Any]:
    """Return the median times of one call, in ns."""
    function = (ASYNC_STEPS if mode == "async" else STEPS)[payload]
    step = (way.wrap_for_threads if mode == "threads" else way.wrap)(function)
    burst = {"sync": in_turn, "async": awaited, "threads": at_once}[mode]
    few = min(most, PROBES[payload])
    timed_burst(burst, way, step, payload, few)  # what is done once in a process is done before
    probe = timed_burst(burst, way, step, payload, few)
    calls = max(few, min(most, MAX_BURST_NS * few // (probe.wall + probe.all_threads)))
    bursts = max(2, min(bursts, MAX_NS * few // (calls * (probe.wall + probe.all_threads))))
    taken = [timed_burst(burst, way, step, payload, calls) for _ in range(bursts)]
    found: dict[str, Any] = {"calls": calls, "number": next(_numbers) - calls}
    for name in ("wall", "caller", "all_threads"):
        found[name] = median(getattr(each, name) / each.calls for each in taken)
    if mode == "threads":
        for name, at in (("each_wall", 0), ("each_caller", 1)):
            cuts = quantiles([one[at] for each in taken for one in each.each], n=100, method="inclusive")
            found[name] = cuts[49], cuts[98]
    if not way.is_in_caller:
        found["caller"] = found["each_caller"] = None
    return found


def timed_burst(
    burst: Callable[[Way, Function, list[Args], list[Args]], Burst],
    way: Way,
    step: Function,
    payload: str,
    calls: int,
) -> Burst:
    """Return the times of one burst of *calls*."""
    few = [arguments(payload, next(_numbers)) for _ in range(FEW)]
    many = [arguments(payload, next(_numbers)) for _ in range(calls)]
    gc.collect()
    began = process_time_ns()
    taken = burst(way, step, few, many)
    way.flush()
    taken.all_threads = (process_time_ns() - began) * calls // (calls + FEW)
    return taken


def in_turn(way: Way, step: Function, few: list[Args], many: list[Args]) -> Burst:
    """One call after the other."""
    taken = Burst(len(many))

    def body() -> None:
        way.each(step, few)
        wall, caller = perf_counter_ns(), thread_time_ns()
        way.each(step, many)
        taken.caller = thread_time_ns() - caller
        taken.wall = perf_counter_ns() - wall

    way.inside(body)
    return taken


def awaited(way: Way, step: Function, few: list[Args], many: list[Args]) -> Burst:
    """One coroutine after the other."""
    taken = Burst(len(many))

    async def body() -> None:
        await way.each_async(step, few)
        wall, caller = perf_counter_ns(), thread_time_ns()
        await way.each_async(step, many)
        taken.caller = thread_time_ns() - caller
        taken.wall = perf_counter_ns() - wall

    asyncio.run(way.inside_async(body))
    return taken


def at_once(way: Way, step: Function, few: list[Args], many: list[Args]) -> Burst:
    """Threads that call at the same time."""
    share = -(-len(many) // THREADS)
    taken = Burst(len(many))
    barrier = threading.Barrier(THREADS)
    marks: list[list[Clocks]] = [[] for _ in range(THREADS)]

    def body() -> None:
        way.each(step, few)
        wall = perf_counter_ns()
        threads = [threading.Thread(target=way.in_thread(thread(number))) for number in range(THREADS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        taken.wall = perf_counter_ns() - wall

    def thread(number: int) -> Callable[[], None]:
        mine = many[number * share : (number + 1) * share] or many[:1]

        def run() -> None:
            barrier.wait()
            way.each(step, noted(mine, marks[number]))

        return run

    way.inside(body)
    taken.each = [(b[0] - a[0], b[1] - a[1]) for mine in marks for a, b in pairwise(mine)]
    taken.caller = sum(cpu for _, cpu in taken.each)
    return taken


def noted(calls: list[Args], marks: list[Clocks]) -> Iterator[Args]:
    """Yield *calls*, and note the time whenever one is asked for: between two notes lies one call."""
    for args in calls:
        marks.append((perf_counter_ns(), thread_time_ns()))
        yield args
    marks.append((perf_counter_ns(), thread_time_ns()))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


if __name__ == "__main__":
    main()
