"""What a recorded step costs its caller. `python -m bench.record [--payload small medium large] [--report]`

The CPU time of the caller's thread for one call: arguments written before it, the result after it. Each row runs in a
process of its own, peers in virtual environments of their own (`make bench/.venvs/opentelemetry/.ready`); rounds take
turns, so that a busy minute falls on all. The floor is a bare sketch: encode, and append to a memory map.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.processes import environment, put_into_report, table
from bench.recording.payloads import STEPS
from bench.recording.rows import ROWS

VENVS = Path(__file__).parent / ".venvs"
HEAD = ("payload", "row", "µs of the caller's CPU", "of OpenTelemetry", "of the floor")


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payload", nargs="*", choices=STEPS, default=list(STEPS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--report", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args()
    rows = [row for payload in given.payload for row in measured(payload, given.rounds)]
    text = table("python -m bench.record", HEAD, rows, words=2)
    print(text)
    if given.report:
        put_into_report("record", text)


def measured(payload: str, rounds: int) -> list[tuple[str, ...]]:
    """Return the lines of the table for one payload."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for row, (venv, _) in ROWS.items():
            python = VENVS / venv / "bin" / "python" if venv else Path(sys.executable)
            if python.exists():
                found.setdefault(row, []).append(one(python, row, payload))
    cost = {row: median(each) for row, each in found.items()}
    bare = cost["bare"]

    def of(row: str, other: str) -> str:
        return f"{(cost[row] - bare) / (cost[other] - bare):.2f}" if other in cost and row != "bare" else ""

    return [(payload, row, f"{cost[row] / 1000:,.2f}", of(row, "opentelemetry"), of(row, "floor")) for row in cost]


def one(python: Path, row: str, payload: str) -> float:
    """Return what one row costs for a call, in nanoseconds."""
    root = os.fspath(Path(__file__).parents[1])
    done = subprocess.run(
        [python, "-m", "bench.recording.worker", row, payload],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{row}, {payload}: {done.stderr}")
    return float(done.stdout.split()[0])


if __name__ == "__main__":
    main()
