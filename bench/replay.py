"""What a replay costs, for each step that is served. `python -m bench.replay [--steps 100 10000] [--report]`

A program of N steps fails at its end. Its session is replayed unchanged, so that every step but the failed one and
the entry is served from the recording, one by one. Times are of whole processes, `flight-recorder replay last --yes`;
what interpreter, imports and a session of one step take is measured in the same way, and taken off.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.processes import COMMAND, Times, last_session, timed
from bench.report import conclude, options, table

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
HEAD = (
    "values",
    "steps",
    "recording: wall, CPU (s)",
    "replay: wall, CPU (s)",
    "beyond start: wall, CPU (s)",
    "CPU per served step (µs)",
)


@dataclass(frozen=True)
class Measured:
    """The times of one session, in seconds."""

    value: str
    steps: int
    recorded: Times
    replayed: Times
    start: Times

    @property
    def per_step_us(self) -> float:
        """Microseconds for each served step."""
        return (self.replayed.cpu - self.start.cpu) / self.steps * 1e6


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__, 3, "take the fastest of this many")
    parser.add_argument("--steps", type=int, nargs="*", default=STEPS, metavar="N")
    given = parser.parse_args()
    measured = [one for size in ("small", "large") for one in measure(size, given.steps, given.repeat)]
    text = table("python -m bench.replay", HEAD, list(map(_row, measured)), words=1)
    conclude("replay", [text], {}, report=given.report)


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
    recorded = timed(folder, sys.executable, "program.py", str(count), status=1, says="ValueError")
    replaying = (*COMMAND, "replay", last_session(folder), "--yes")
    return recorded, min(timed(folder, *replaying, status=1, says="ValueError") for _ in range(repeat))


def _row(one: Measured) -> tuple[str, ...]:
    return (
        one.value,
        f"{one.steps:,}",
        f"{one.recorded.wall:.2f}, {one.recorded.cpu:.2f}",
        f"{one.replayed.wall:.2f}, {one.replayed.cpu:.2f}",
        f"{one.replayed.wall - one.start.wall:.2f}, {one.replayed.cpu - one.start.cpu:.2f}",
        f"{one.per_step_us:.0f}",
    )


if __name__ == "__main__":
    main()
