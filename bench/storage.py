"""What a recording takes on the disk. `python -m bench.storage [--turns 300] [--steps 10000] [--report]`

An agent's loop, whose every step is given the whole growing list of messages: bytes before draining and after, to
those of the final transcript as JSON. And small steps: bytes for each. The peers that keep inputs record the same.
"""

import sys

from bench.processes import told
from bench.recording.rows import ROWS, is_ready, python_of
from bench.report import conclude, options, table, table_of

PEERS = ("opentelemetry", "langfuse", "logfire", "mlflow", "langgraph", "joblib", "reeltime")
PEERS_STEPS = 2_000  # the bytes of a step do not depend on how many there are
TURNS_HEAD = ("row", "at the end of the run (KB)", "of the transcript", "when it stays (KB)", "of the transcript")
STEPS_HEAD = ("row", "steps", "at the end of the run: bytes for a step", "when it stays: bytes for a step")


def main() -> None:
    """Measure, and print the tables."""
    parser = options(__doc__)
    parser.add_argument("--turns", type=int, default=300, help="of the loop (default: 300)")
    parser.add_argument("--steps", type=int, default=10_000, help="small ones (default: 10000)")
    parser.add_argument("--row", nargs="*", choices=ROWS, default=list(PEERS))
    given = parser.parse_args()
    rows = ["flight recorder", *(row for row in PEERS if row in given.row and is_ready(row))]
    turns = {row: measured(row, "turns", given.turns) for row in rows}
    counts = {row: given.steps if row == "flight recorder" else min(given.steps, PEERS_STEPS) for row in rows}
    steps = {row: measured(row, "steps", counts[row]) for row in rows}
    transcript = turns["flight recorder"]["transcript"]
    tables = [
        table("python -m bench.storage", TURNS_HEAD, [turns_line(row, turns[row]) for row in rows], 1),
        f"The transcript of the {given.turns} turns has {transcript / 1e3:,.0f} KB.",
        table_of(STEPS_HEAD, [steps_line(row, steps[row], counts[row]) for row in rows], 1),
    ]
    ours = turns["flight recorder"]
    figures = {
        "storage journal": ours["at_end"] / transcript,
        "storage store": ours["stopped"] / transcript,
        "storage step": steps["flight recorder"]["stopped"] / given.steps,
    }
    conclude("storage", tables, figures, report=given.report)


def measured(row: str, program: str, count: int) -> dict[str, int]:
    """Return the bytes that a row's program leaves."""
    print(f"{row}: {count:,} {program}", file=sys.stderr)
    return told((str(python_of(row)), "-m", "bench.recording.growing", row, program, str(count)))


def turns_line(row: str, found: dict[str, int]) -> tuple[str, ...]:
    """Return the line of the table for the loop. What peers have queued at the end of the run says nothing."""
    at_end, stays, transcript = found["at_end"], found["stopped"], found["transcript"]
    first = (f"{at_end / 1e3:,.0f}", f"{at_end / transcript:,.2f}") if row == "flight recorder" else ("", "")
    return row, *first, f"{stays / 1e3:,.0f}", f"{stays / transcript:,.2f}"


def steps_line(row: str, found: dict[str, int], count: int) -> tuple[str, ...]:
    """Return the line of the table for small steps."""
    first = f"{found['at_end'] / count:,.0f}" if row == "flight recorder" else ""
    return row, f"{count:,}", first, f"{found['stopped'] / count:,.0f}"


if __name__ == "__main__":
    main()
