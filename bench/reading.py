"""What it takes to read recordings. `python -m bench.reading [--sessions 100000] [--store FOLDER] [--report]`

How fast journals of small steps become sessions of the store: `flight-recorder list` with them, less the same
without. And what `list` and `debug last` take in a large store beyond their start, which is an interpreter that
imports the modules that they import. The store is made of sessions that were really recorded and drained, 100 steps
in each, which takes its time; with --store it is made once, and kept. CPU times of whole processes, with those that
they waited for.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import COMMAND, ROOT, Times, environment, timed
from bench.report import conclude, options, table, table_of

STEPS = 100  # in a session of the large store
FAILING = 25  # one of so many sessions fails
AT_ONCE = 500  # sessions that one process records
FEW = 50  # sessions of the store to compare with
ALL = 100_000  # sessions that the targets are about
DRAIN_HEAD = ("journals of", "steps", "draining: wall, CPU (s)", "steps a second of CPU")
READ_HEAD = ("command", "sessions", "steps", "store (MB)", "whole: wall, CPU (s)", "beyond start: wall, CPU (s)")
COMMANDS = {"list": ("id ", ("list",)), "debug last": ("TypeError", ("debug", "last"))}
MODULES_OF = """
import json, sys
from flight_recorder.cli.app import main
sys.argv = ["flight-recorder", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print(json.dumps({"modules": list(sys.modules)}))
"""
START = """
import contextlib, importlib
for name in {modules}:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
"""


def main() -> None:
    """Measure, and print the tables."""
    parser = options(__doc__, 5, "take the least of this many")
    parser.add_argument("--sessions", type=int, default=ALL, help=f"in the large store (default: {ALL})")
    parser.add_argument("--steps", type=int, default=100_000, help="to drain (default: 100000)")
    parser.add_argument("--store", type=Path, help="the folder of the large store, which is kept")
    given = parser.parse_args()
    shapes = {"one session": 1, f"sessions of {STEPS} steps": max(given.steps // STEPS, 1)}
    drained = {shape: drains(count, given.steps // count, given.repeat) for shape, count in shapes.items()}
    lines = [
        (shape, f"{given.steps:,}", f"{took.wall:.2f}, {took.cpu:.2f}", f"{given.steps / took.cpu:,.0f}")
        for shape, took in drained.items()
    ]
    figures = {"reading drain": given.steps / drained["one session"].cpu}
    reading = []
    for count in (FEW, given.sessions):
        with large_store(given.store if count != FEW else None, count) as folder:
            for name, (whole, start) in read(folder, given.repeat).items():
                reading.append(read_line(name, count, size(folder), whole, start))
                if count >= ALL:
                    figures[f"reading {name.partition(' ')[0]}"] = whole.cpu - start.cpu
    tables = [table("python -m bench.reading", DRAIN_HEAD, lines, 1), table_of(READ_HEAD, reading, 1)]
    conclude("reading", tables, figures, report=given.report)


def drains(sessions: int, steps: int, repeat: int) -> Times:
    """Return the least that draining so many sessions of so many steps took."""
    taken = []
    for _ in range(repeat):
        print(f"draining {sessions:,} x {steps:,} steps", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            record(folder, sessions, steps, 0, "leave")
            if Path(folder, ".flight-recorder", "store.db").exists():
                raise SystemExit("steps were drained while they were recorded: what is left tells no rate")
            asking = (*COMMAND, "list", "--limit", "1")
            with_them = timed(folder, *asking, status=0, says=f" {steps} ")
            without = min((timed(folder, *asking, status=0, says=f" {steps} ") for _ in range(3)), key=_cpu)
            taken.append(Times(with_them.wall - without.wall, with_them.cpu - without.cpu))
    return min(taken, key=_cpu)


def record(folder: str, *words: object) -> None:
    """Record sessions into the store of *folder*; see `bench.recording.sessions`."""
    store = Path(folder, ".flight-recorder")
    command = (sys.executable, "-m", "bench.recording.sessions", str(store), *map(str, words))
    subprocess.run(command, cwd=ROOT, check=True, env=environment())


@contextmanager
def large_store(kept: Path | None, sessions: int) -> Iterator[str]:
    """Give a folder with a store of so many sessions: that in *kept*, which is made when it is not there."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / "made.json"
        is_there = note.exists() and json.loads(note.read_text(encoding="utf-8")) == {"sessions": sessions}
        if not is_there:
            for first in range(0, sessions, AT_ONCE):
                print(f"recorded {first:,} of {sessions:,} sessions", file=sys.stderr)
                record(str(folder), min(AT_ONCE, sessions - first), STEPS, FAILING)
            note.write_text(json.dumps({"sessions": sessions}), encoding="utf-8")
        yield str(folder)


def read(folder: str, repeat: int) -> dict[str, tuple[Times, Times]]:
    """Return for each command what it took, and what its start took: the least of each."""
    starts = {name: start_of(folder, words) for name, (_, words) in COMMANDS.items()}
    found: dict[str, tuple[list[Times], list[Times]]] = {name: ([], []) for name in COMMANDS}
    for _ in range(repeat):
        for name, (says, words) in COMMANDS.items():
            whole, start = found[name]
            whole.append(timed(folder, *COMMAND, *words, status=0, says=says))
            start.append(timed(folder, sys.executable, "-c", starts[name], status=0, says=""))
    return {name: (min(whole, key=_cpu), min(start, key=_cpu)) for name, (whole, start) in found.items()}


def start_of(folder: str, words: tuple[str, ...]) -> str:
    """Return a program that imports what a command imports, in the same order, and does nothing."""
    command = (sys.executable, "-c", MODULES_OF, *words)
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    modules = json.loads(done.stdout.splitlines()[-1])["modules"]
    return START.format(modules=[name for name in modules if name != "__main__"])


def size(folder: str) -> float:
    """Return the size of what is in the store, in MB."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6


def read_line(name: str, sessions: int, megabytes: float, whole: Times, start: Times) -> tuple[str, ...]:
    """Return the line of the table for a command in a store."""
    return (
        f"`{name}`",
        f"{sessions:,}",
        f"{sessions * STEPS:,}",
        f"{megabytes:,.0f}",
        f"{whole.wall:.2f}, {whole.cpu:.2f}",
        f"{whole.wall - start.wall:.2f}, {whole.cpu - start.cpu:.2f}",
    )


def _cpu(took: Times) -> float:
    return took.cpu


if __name__ == "__main__":
    main()
