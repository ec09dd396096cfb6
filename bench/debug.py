"""What `flight-recorder debug` costs in a long session. `python -m bench.debug [--steps 1000 100000] [--report]`

A program of N steps fails at its end, on a value that one of them spoilt. *wide*: each step makes an item of a list,
and the last one adds the items up. *chain*: each step takes what the one before gave, and a field is lost half-way.
Asked once alone, and once after four runs that succeeded. Times are of whole processes, `flight-recorder debug ID`;
what the same takes for a session of a few steps is measured in the same way, and taken off.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.processes import COMMAND, Times, environment, last_session, timed
from bench.report import conclude, options, table

PROGRAM = """
import sys
from flight_recorder import FlightRecorder

fr = FlightRecorder()


@fr.register("load")
def load(n):
    return {"n": n, "price": None if n == int(sys.argv[3]) else n + 0.5, "text": f"line {n} of the order"}


@fr.register("total")
def total(items):
    return sum(item["price"] for item in items)


@fr.register("wide")
def wide(count):
    return total([load(n) for n in range(count)])


@fr.register("pass on")
def pass_on(order, n):
    lost = "zip" if n == int(sys.argv[3]) else ""
    return {key: value for key, value in order.items() if key != lost} | {"seen": n}


@fr.register("label")
def label(order):
    return f"{order['name']}, {order['zip']}"


@fr.register("chain")
def chain(count):
    order = {"name": "Ann", "zip": "8004", "seen": -1}
    for n in range(count):
        order = pass_on(order, n)
    return label(order)


fr.run({"wide": wide, "chain": chain}[sys.argv[1]], int(sys.argv[2]))
"""
FEW = 3
EARLIER = 4
STEPS = (1_000, 10_000, 100_000)
ERRORS = {"wide": "TypeError", "chain": "KeyError"}
CAUSES = {"wide": "load", "chain": "pass on"}
HEAD = ("shape", "earlier runs", "steps", "debug: wall, CPU (s)", "beyond a few steps: wall, CPU (s)", "memory (MB)")


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__, 3, "take the fastest of this many")
    parser.add_argument("--steps", type=int, nargs="*", default=STEPS, metavar="N")
    given = parser.parse_args()
    rows = []
    for shape in ("wide", "chain"):
        for earlier in (0, EARLIER):
            start, _ = measure(shape, FEW, earlier, given.repeat)
            for count in given.steps:
                print(f"{shape}, {count:,} steps, {earlier} earlier runs", file=sys.stderr)
                took, megabytes = measure(shape, count, earlier, given.repeat)
                rows.append(
                    (
                        shape,
                        str(earlier),
                        f"{count:,}",
                        f"{took.wall:.2f}, {took.cpu:.2f}",
                        f"{took.wall - start.wall:.2f}, {took.cpu - start.cpu:.2f}",
                        f"{megabytes:,.0f}",
                    )
                )
    text = table("python -m bench.debug", HEAD, rows, words=1)
    conclude("debug", [text], {}, report=given.report)


def measure(shape: str, count: int, earlier: int, repeat: int) -> tuple[Times, float]:
    """Return the times of the fastest `debug` of a failed session, and the most memory that it took, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(PROGRAM, encoding="utf-8")
        for _ in range(earlier):
            timed(folder, sys.executable, "program.py", shape, str(count), "-1", status=0, says="")
        timed(folder, sys.executable, "program.py", shape, str(count), str(count // 2), status=1, says=ERRORS[shape])
        session = last_session(folder)
        asking = (*COMMAND, "debug", session)
        times = min(timed(folder, *asking, status=0, says=f"fix {CAUSES[shape]} (") for _ in range(repeat))
        return times, most_memory(folder, *asking)


def most_memory(folder: str, *command: str) -> float:
    """Return the most memory that *command* took, in MB."""
    # In a process between: what the kernel tells of ended children is the most of all there ever were.
    asking = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asking, *command], cwd=folder, capture_output=True, check=True, env=environment()
    )
    return int(done.stdout) / 1024


if __name__ == "__main__":
    main()
