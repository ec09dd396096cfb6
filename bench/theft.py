"""What recording takes from a CPU-bound thread beside it. `python -m bench.theft [--seconds 5] [--report]`

A thread of pure Python counts as fast as it can, while another one calls steps: 200 small ones a second, or such as
wait for a tenth of a second each. How far it counts in a second, of how far it counts beside the same program
unrecorded, each in a process of its own; rounds take turns, and each is compared with its own unrecorded one.
"""

import sys
from statistics import median, quantiles

from bench.processes import told
from bench.recording.beside import PROGRAMS
from bench.recording.rows import ROWS, is_ready, python_of
from bench.report import conclude, options, table

TITLES = {"steps": "200 small steps a second", "waits": "steps that wait 0.1 s"}
HEAD = (
    "program",
    "row",
    "counts a second (millions)",
    "of the unrecorded",
    "quartiles",
    "CPU of all other threads (ms a second)",
)


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__, 25, "rounds; the medians count")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each program (default: 2)")
    parser.add_argument("--row", nargs="*", choices=ROWS, default=["flight recorder", "opentelemetry"])
    given = parser.parse_args()
    rows = ["bare", *(row for row in ROWS if row in given.row and row != "bare" and is_ready(row))]
    lines, figures = [], {}
    for program in PROGRAMS:
        found: dict[str, list[dict[str, float]]] = {row: [] for row in rows}
        for number in range(given.repeat):
            print(f"round {number + 1}: {TITLES[program]}", file=sys.stderr)
            # In turn from the front and from the back: what changes slowly then falls on all alike.
            for row in rows if number % 2 else reversed(rows):
                command = (str(python_of(row)), "-m", "bench.recording.beside", row, program, str(given.seconds))
                found[row].append(told(command))
        lines += [line(program, row, found) for row in rows]
        if "flight recorder" in found:
            figures[f"theft {program}"] = median(shares(found, "flight recorder"))
    conclude("theft", [table("python -m bench.theft", HEAD, lines, words=2)], figures, report=given.report)


def shares(found: dict[str, list[dict[str, float]]], row: str) -> list[float]:
    """Return how far a row's thread counted, of how far the unrecorded one of the same round did."""
    pairs = zip(found[row], found["bare"], strict=True)
    return [mine["a_second"] / bare["a_second"] for mine, bare in pairs]


def line(program: str, row: str, found: dict[str, list[dict[str, float]]]) -> tuple[str, ...]:
    """Return the line of the table for one row."""
    counted = f"{median(one['a_second'] for one in found[row]) / 1e6:.2f}"
    beside = f"{median(one['beside'] for one in found[row]) * 1e3:.1f}"
    if row == "bare":
        return TITLES[program], row, counted, "", "", beside
    each = shares(found, row)
    low, _, high = quantiles(each, n=4, method="inclusive") if len(each) > 1 else each * 3
    return TITLES[program], row, counted, f"{median(each):.3f}", f"{low:.3f} to {high:.3f}", beside


if __name__ == "__main__":
    main()
