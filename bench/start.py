"""What Flight Recorder takes to start. `python -m bench.start [--repeat 15] [--report]`

CPU time of whole processes: importing it, making a recorder, registering ten functions, beyond what the bare
interpreter takes; which modules that brings with it; and `--help` and `list`, beside a hello world of typer and rich
in an environment of its own (`make bench/.venvs/typer/.ready`). Rounds take turns; medians.
"""

import json
import os
import subprocess
import sys
import tempfile
from statistics import median

from bench.processes import COMMAND, ROOT, environment
from bench.recording.rows import VENVS
from bench.report import conclude, options, table, table_of

PROGRAMS = {
    "bare interpreter": "pass",
    "import": "import flight_recorder",
    "recorder": "from flight_recorder import FlightRecorder",
    "register": """
from flight_recorder import FlightRecorder

fr = FlightRecorder()
for number in range(10):

    @fr.register(f"step {number}")
    def step(email, why, *, retries=3):
        return {"name": email, "why": why}
""",
}
TITLES = {
    "bare interpreter": "bare interpreter",
    "import": "`import flight_recorder`",
    "recorder": "`from flight_recorder import FlightRecorder`",
    "register": "and ten functions registered",
}
FOREIGN = ("typer", "rich", "sqlite3", "asyncio")  # not to be imported
TOLD = (*FOREIGN, "msgspec", "inspect", "dataclasses", "ast", "uuid", "threading", "pathlib", "typing")
MODULES = """
import json, sys
print(json.dumps([sorted(sys.modules)]))
"""
RECORDED = """
from flight_recorder import FlightRecorder

fr = FlightRecorder()
for number in range(3):
    fr.run(fr.register("step")(str), number)
"""


def main() -> None:
    """Measure, and print the tables."""
    parser = options(__doc__, 15, "rounds; the medians count")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", RECORDED], cwd=folder, check=True, env=environment())
        python = {name: (sys.executable, "-c", source) for name, source in PROGRAMS.items()}
        found = taken({**python, **command_lines()}, folder, given.repeat)
        modules = {name: modules_of(source, folder) for name, source in PROGRAMS.items()}
    importing = [import_line(name, found, modules) for name in PROGRAMS]
    head = ("what", "of note among its modules", "modules of ours", "CPU (ms)", "beyond the bare interpreter (ms)")
    lines = [(name, f"{found[name] * 1e3:.1f}", to_hello(name, found)) for name in found if name not in PROGRAMS]
    tables = [
        table("python -m bench.start", head, importing, 2),
        table_of(("command", "CPU (ms)", "of the hello world's"), lines, 1),
    ]
    conclude("start", tables, figures_of(found, modules), report=given.report)


def command_lines() -> dict[str, tuple[str, ...]]:
    """Return the command lines to start: ours, and that of typer and rich where it is installed."""
    ours: dict[str, tuple[str, ...]] = {f"flight-recorder {word}": (*COMMAND, word) for word in ("--help", "list")}
    typer = VENVS / "typer" / "bin" / "python"
    if not typer.exists():
        print("the hello world is left out: make bench/.venvs/typer/.ready", file=sys.stderr)
        return ours
    hello = (str(typer), str(ROOT / "bench" / "hello.py"))
    return ours | {"hello world --help": (*hello, "--help"), "hello world": hello}


def taken(commands: dict[str, tuple[str, ...]], folder: str, repeat: int) -> dict[str, float]:
    """Return the median CPU time of each of *commands*, in seconds."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(repeat + 1):
        for name, command in commands.items():
            cpu = cpu_of(command, folder)
            if number:  # the first time compiles what is imported
                found[name].append(cpu)
    return {name: median(times) for name, times in found.items()}


def cpu_of(command: tuple[str, ...], folder: str) -> float:
    """Return the CPU time of one process, in seconds."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=nowhere)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def modules_of(source: str, folder: str) -> list[str]:
    """Return the modules that are there when *source* has run."""
    command = [sys.executable, "-c", source + MODULES]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout)[0])


def import_line(name: str, found: dict[str, float], modules: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the line of the table for one import."""
    new = set(modules[name]) - set(modules["bare interpreter"])
    ours = sum(module.partition(".")[0] == "flight_recorder" for module in new)
    beyond = "" if name == "bare interpreter" else f"{(found[name] - found['bare interpreter']) * 1e3:.1f}"
    noted = ", ".join(module for module in TOLD if module in new)
    return TITLES[name], noted, str(ours), f"{found[name] * 1e3:.1f}", beyond


def to_hello(name: str, found: dict[str, float]) -> str:
    """Return a command's time, of that of the hello world when it is asked for the same."""
    other = "hello world --help" if name.endswith("--help") else "hello world"
    return "" if name == other or other not in found else f"{found[name] / found[other]:.2f}"


def figures_of(found: dict[str, float], modules: dict[str, list[str]]) -> dict[str, float]:
    """Return what the targets are about."""
    bare = found["bare interpreter"]
    figures = {f"start {name}": (found[name] - bare) * 1e3 for name in ("import", "recorder", "register")}
    figures["start foreign"] = sum(module in modules["register"] for module in FOREIGN)
    if "hello world" in found:
        figures["start help"] = found["flight-recorder --help"] / found["hello world --help"]
        figures["start list"] = found["flight-recorder list"] / found["hello world"]
    return figures


if __name__ == "__main__":
    main()
