"""What tracing costs a program that is not changed. `python -m bench.trace [--repeat 7] [--report]`

CPU time of whole processes, untraced, with `flight-recorder run`, and with viztracer and coverage, each in an
environment of its own (`make bench/.venvs/viztracer/.ready`). One program makes 20,000 calls of its own functions and
350,000 of libraries, another a million calls of one small function. Rounds take turns; medians.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
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

if __name__ == "__main__":
    print("total", main())
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

if __name__ == "__main__":
    print("total", main())
"""
PROGRAMS = {
    "calls": CALLS.format(
        functions="\n".join(FUNCTION.format(number=number) for number in range(FUNCTIONS)),
        names=", ".join(f"step{number}" for number in range(FUNCTIONS)),
    ),
    "hot": HOT,
}
SAYS = {"calls": "20,000 calls of its own, 350,000 of libraries", "hot": "a million calls of one small function"}


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__, 7, "rounds; the medians count")
    given = parser.parse_args()
    rows, figures = [], {}
    for program, source in PROGRAMS.items():
        found = _measured(source, given.repeat)
        bare = found["untraced"]
        rows += [(SAYS[program], way, f"{cpu:.2f}", f"{cpu / bare:.2f}") for way, cpu in found.items()]
        figures[f"trace {program}"] = found["flight-recorder run"] / bare
    head = ("program", "traced by", "CPU (s)", "of the untraced")
    conclude("trace", [table("python -m bench.trace", head, rows, 2, _versions())], figures, report=given.report)


def _measured(source: str, rounds: int) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for way, command in _ways():
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "program.py").write_text(source, encoding="utf-8")
                found.setdefault(way, []).append(timed(folder, *command, status=0, says="total").cpu)
    return {way: median(each) for way, each in found.items()}


def _ways() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "untraced", (sys.executable, "program.py")
    yield "flight-recorder run", (*COMMAND, "run", "program.py")
    for peer, words in (
        ("viztracer", ("viztracer", "--quiet", "-o", "trace.json")),
        ("coverage", ("coverage", "run")),
    ):
        yield peer, (str(VENVS / peer / "bin" / "python"), "-m", *words, "program.py")


def _versions() -> str:
    names = []
    for peer in ("viztracer", "coverage"):
        python = os.fspath(VENVS / peer / "bin" / "python")
        ask = f"from importlib.metadata import version; print(version({peer!r}))"
        told = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True, env=environment())
        names.append(f"{peer} {told.stdout.strip()}")
    return ", ".join(names)


if __name__ == "__main__":
    main()
