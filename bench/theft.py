"""What recording takes from a CPU-bound thread beside it. `python -m bench.theft [--slices 5] [--report]`

A thread of pure Python counts as fast as it can, while another one calls steps: 200 small ones a second, or such as
wait for a tenth of a second each. In turn they are recorded, in a session, and bare, outside of any; how far the
thread counts in a second, of how far it counted in the bare slice next to that one. The row *bare* is the same
program twice: how much chance there is in it.
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
    "CPU of all other threads (ms a second), beyond the unrecorded",
)


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__, 3, "processes of each")
    parser.add_argument("--slices", type=int, default=12, help="of each kind in a process (default: 12)")
    parser.add_argument("--seconds", type=float, default=0.5, help="for a slice (default: 0.5)")
    parser.add_argument("--row", nargs="*", choices=ROWS, default=["flight recorder", "opentelemetry"])
    given = parser.parse_args()
    rows = ["bare", *(row for row in ROWS if row in given.row and row != "bare" and is_ready(row))]
    lines, figures = [], {}
    for program in PROGRAMS:
        found: dict[str, list[Slices]] = {row: [] for row in rows}
        for number in range(given.repeat):
            print(f"round {number + 1}: {TITLES[program]}", file=sys.stderr)
            for row in rows:
                more = (row, program, str(given.slices), str(given.seconds))
                found[row].append(told([python_of(row), "-m", "bench.recording.beside", *more]))
        lines += [line(program, row, found[row]) for row in rows]
        if "flight recorder" in found:
            figures[f"theft {program}"] = median(shares(found["flight recorder"]))
    conclude("theft", [table("python -m bench.theft", HEAD, lines, words=2)], figures, report=given.report)


Slices = dict[str, dict[str, list[float]]]


def shares(found: list[Slices]) -> list[float]:
    """Return how far the thread counted beside recorded steps, of how far it did beside bare ones."""
    return [
        mine / bare
        for one in found
        for mine, bare in zip(one["recorded"]["a_second"], one["bare"]["a_second"], strict=True)
    ]


def line(program: str, row: str, found: list[Slices]) -> tuple[str, ...]:
    """Return the line of the table for one row."""
    counted = median(number for one in found for number in one["recorded"]["a_second"])
    beside = [median(number for one in found for number in one[kind]["beside"]) for kind in ("recorded", "bare")]
    each = shares(found)
    low, _, high = quantiles(each, n=4, method="inclusive") if len(each) > 1 else each * 3
    told_of = f"{median(each):.3f}", f"{low:.3f} to {high:.3f}", f"{(beside[0] - beside[1]) * 1e3:.1f}"
    return TITLES[program], row, f"{counted / 1e6:.2f}", *told_of


if __name__ == "__main__":
    main()
