"""What tracing costs a program that is not changed. `python -m bench.trace [--repeat 7] [--report]`

CPU time, untraced, with `flight-recorder run`, and with viztracer and coverage, each in an environment of its own
(`make bench/.venvs/viztracer/.ready`): of the program's `main()`, which reads the clock itself, and of the whole
process, with all that a tracer does before and after. One program makes 20,000 calls of its own functions and 350,000
of libraries, another a million calls of one small function, a third does nothing. Rounds take turns; medians.

What the interpreter reports to us differs by its version, so 3.12 and later have tables of their own.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.processes import COMMAND, environment, timed
from bench.recording.rows import VENVS
from bench.report import conclude, options, table

FUNCTIONS = 40
CALLS = """
import json

TEXT = "a text of some words that is taken apart and put together again " * 6

{functions}

def main():
    total = 0
    for number in range(500):
        for step in ({names}):
            total += step(number, TEXT)
    return total

"""
FUNCTION = """
def step{number}(n, text):
    for _ in range(5):  # 17 calls of libraries in all
        words = text.split()
        text = " ".join(words)
        found = json.dumps(words)
    return len(found) + len(words) + n
"""
HOT = """
def price(n):
    return n * 3 % 7

def main():
    total = 0
    for n in range(1_000_000):
        total += price(n)
    return total
"""
MAIN = """
import time

if __name__ == "__main__":
    began = time.process_time()
    total = main()
    with open("cpu", "w") as file:
        file.write(str(time.process_time() - began))
    print("total", total)
"""
PROGRAMS = {
    "calls": CALLS.format(
        functions="\n".join(FUNCTION.format(number=number) for number in range(FUNCTIONS)),
        names=", ".join(f"step{number}" for number in range(FUNCTIONS)),
    ),
    "hot": HOT,
    "nothing": "def main(): pass",
}
SAYS = {
    "calls": "20,000 calls of its own, 350,000 of libraries",
    "hot": "a million calls of one small function",
    "nothing": "nothing",
}
NAME = "trace later" if sys.version_info >= (3, 12) else "trace"


@dataclass(frozen=True)
class Cost:
    """CPU seconds of `main()` and of the whole process."""

    own: float
    whole: float


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__, 7, "rounds; the medians count")
    given = parser.parse_args()
    rows, figures = [], {}
    for program, source in PROGRAMS.items():
        found = _measured(source + MAIN, given.repeat)
        bare = found["untraced"]
        for way, cost in found.items():
            rows.append((SAYS[program], way, *_cells(cost, bare, has_own=program != "nothing")))
        if program != "nothing":
            figures[f"{NAME} {program}"] = found["flight-recorder run"].own / bare.own
    head = ("program", "traced by", "its CPU (s)", "of the untraced", "CPU of the process (s)", "of the untraced")
    conclude(NAME, [table("python -m bench.trace", head, rows, 2, _versions())], figures, report=given.report)


def _cells(cost: Cost, bare: Cost, *, has_own: bool) -> Iterator[str]:
    yield from (f"{cost.own:.3f}", f"{cost.own / bare.own:.2f}") if has_own else ("", "")
    yield from (f"{cost.whole:.3f}", f"{cost.whole / bare.whole:.2f}")


def _measured(source: str, rounds: int) -> dict[str, Cost]:
    found: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        for way, command in _ways():
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "program.py").write_text(source, encoding="utf-8")
                whole = timed(folder, *command, status=0, says="total").cpu
                own = float(Path(folder, "cpu").read_text(encoding="utf-8"))
                found.setdefault(way, []).append(Cost(own, whole))
    return {
        way: Cost(median(one.own for one in costs), median(one.whole for one in costs))
        for way, costs in found.items()
    }


def _ways() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "untraced", (sys.executable, "program.py")
    yield "flight-recorder run", (*COMMAND, "run", "program.py")
    for peer, words in (
        ("viztracer", ("viztracer", "--quiet", "-o", "trace.json")),
        ("coverage", ("coverage", "run")),
    ):
        if _is_comparable(peer):
            yield peer, (str(VENVS / peer / "bin" / "python"), "-m", *words, "program.py")


def _is_comparable(peer: str) -> bool:
    """Whether the environment of *peer* is there, and has this Python."""
    return any(VENVS.glob(f"{peer}/lib/python{sys.version_info.major}.{sys.version_info.minor}"))


def _versions() -> str:
    names = []
    for peer in filter(_is_comparable, ("viztracer", "coverage")):
        python = os.fspath(VENVS / peer / "bin" / "python")
        ask = f"from importlib.metadata import version; print(version({peer!r}))"
        told = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True, env=environment())
        names.append(f"{peer} {told.stdout.strip()}")
    return ", ".join(names)


if __name__ == "__main__":
    main()
