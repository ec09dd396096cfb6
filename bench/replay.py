"""What a replay costs, for each step that is served. `python bench/replay.py [--steps 100 10000] [--report]`

A program of N steps fails at its end. Its session is replayed unchanged, so that every step but the failed one and
the entry is served from the recording, one by one. Times are of whole processes, `flight-recorder replay last --yes`;
what interpreter, imports and a session of one step take is measured in the same way, and taken off.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PROGRAM = """
import sys
from flight_recorder import FlightRecorder

fr = FlightRecorder()
PAD = "x" * {pad}


@fr.register("step")
def step(n, rows):
    return {{"n": n, "rows": rows}}


@fr.register("check")
def check(total):
    raise ValueError(total)


@fr.register("main")
def main(count):
    rows = [{{"id": n, "text": PAD}} for n in range({rows})]
    return check(sum(step(n, rows)["n"] for n in range(count)))


fr.run(main, int(sys.argv[1]))
"""
SMALL, LARGE = (1, 10), (50, 480)  # rows in a value, characters in a row: 40 bytes and 25 KB
STEPS = (100, 10_000, 100_000)
MAX_LARGE_STEPS = 10_000
REPORT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- replay: made by bench/replay.py -->", "<!-- end -->"


@dataclass(frozen=True)
class Measured:
    """The times of one session, in seconds."""

    value: str
    steps: int
    recorded: "Times"
    replayed: "Times"
    start: "Times"

    @property
    def per_step_us(self) -> float:
        """Microseconds for each served step."""
        return (self.replayed.cpu - self.start.cpu) / self.steps * 1e6


@dataclass(frozen=True, order=True)
class Times:
    """Of one process and those that it waited for, in seconds. On a busy machine the first says little."""

    wall: float
    cpu: float


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, nargs="*", default=STEPS, metavar="N")
    parser.add_argument("--repeat", type=int, default=3, help="take the fastest of this many replays")
    parser.add_argument("--report", action="store_true", help=f"put the table into {REPORT.name}")
    given = parser.parse_args()
    table = report([one for size in ("small", "large") for one in measure(size, given.steps, given.repeat)])
    print(table)
    if given.report:
        page = REPORT.read_text(encoding="utf-8")
        before, after = page.partition(BEGIN)[0], page.partition(END)[2]
        REPORT.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def measure(size: str, steps: list[int], repeat: int) -> list[Measured]:
    """Return the times for each number of steps, with values of that size."""
    with tempfile.TemporaryDirectory() as folder:
        rows, pad = SMALL if size == "small" else LARGE
        Path(folder, "program.py").write_text(PROGRAM.format(rows=rows, pad=pad), encoding="utf-8")
        _, start = record_and_replay(folder, 1, repeat)
        measured = []
        for count in steps:
            if size == "large" and count > MAX_LARGE_STEPS:
                continue
            print(f"{size} values, {count:,} steps", file=sys.stderr)
            recorded, replayed = record_and_replay(folder, count, repeat)
            measured.append(Measured(size, count, recorded, replayed, start))
        return measured


def record_and_replay(folder: str, count: int, repeat: int) -> tuple[Times, Times]:
    """Return the times of recording a session of *count* steps, and of the fastest of its replays."""
    recorded = timed(folder, sys.executable, "program.py", str(count))
    session = subprocess.run(
        [*COMMAND, "list", "--json"], cwd=folder, capture_output=True, text=True, check=True, env=environment()
    ).stdout.split('"id": "')[1][:16]
    return recorded, min(timed(folder, *COMMAND, "replay", session, "--yes") for _ in range(repeat))


COMMAND = (sys.executable, "-m", "flight_recorder.cli.app")


def timed(folder: str, *command: str) -> Times:
    """Run *command*, which is to fail as the program does, and return its times."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment())
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 1 or "ValueError" not in done.stdout + done.stderr:
        raise SystemExit(f"{command} did not fail as expected:\n{done.stdout}{done.stderr}")
    return Times(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def environment() -> dict[str, str]:
    """The environment without what would steer the recorder."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLIGHT_RECORDER")}


def report(measured: list[Measured]) -> str:
    """Return the table as Markdown."""
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores. "
        "`python bench/replay.py`",
        "",
        "| values | steps | recording: wall, CPU (s) | replay: wall, CPU (s) | beyond start: wall, CPU (s) "
        "| CPU per served step (µs) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {one.value} | {one.steps:,} | {one.recorded.wall:.2f}, {one.recorded.cpu:.2f} "
        f"| {one.replayed.wall:.2f}, {one.replayed.cpu:.2f} "
        f"| {one.replayed.wall - one.start.wall:.2f}, {one.replayed.cpu - one.start.cpu:.2f} "
        f"| {one.per_step_us:.0f} |"
        for one in measured
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
