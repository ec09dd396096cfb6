"""Run: record, edit and resume each program on each tool, each phase in a process of its own; results as JSON.

What the file of results holds of other programs and tools is kept, so that one can be run again.

`python -m bench.conformance.run --out results.json [--tool NAME ...] [--program NAME ...]`
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.conformance.case import Case, all_cases
from bench.conformance.judge import Phase, Result, judge
from bench.conformance.tools import PLAIN, TOOLS, VENVS, Tool

HERE = Path(__file__).resolve().parent
PHASES = ("record", "resume")
SECONDS = 180  # for one phase; a resumption that hangs is stopped

SETTINGS = {
    # Python may take a .pyc for current when a file is edited within a second at equal size. No tool is to suffer.
    "PYTHONDONTWRITEBYTECODE": "1",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # a busy machine is not to count against it
    "LANGSMITH_TRACING": "false",
}


def run_case(case: Case, tools: Sequence[Tool], folder: Path) -> list[Result]:
    """Record *case*, edit it and resume it on each of *tools*, in new folders in *folder*; return what came of it."""
    old, new = (_from_scratch(case, folder / PLAIN.name / phase, phase) for phase in PHASES)
    results = []
    for tool in tools:
        work = folder / tool.name
        _lay(work, case.recorded, tool, is_down=True)
        recorded = _phase(work, tool, case, "record")
        (work / "program.py").write_text(case.edited, encoding="utf-8")
        (work / "outage").unlink()
        resumed = _phase(work, tool, case, "resume")
        results.append(judge(case, tool, old, new, recorded, resumed))
    return results


def _from_scratch(case: Case, folder: Path, phase: str) -> Phase:
    """Run the version of *case* that belongs to *phase* without a tool, in a fresh world."""
    is_recording = phase == "record"
    _lay(folder, case.recorded if is_recording else case.edited, PLAIN, is_down=is_recording)
    return _phase(folder, PLAIN, case, phase)


def _lay(folder: Path, program: str, tool: Tool, *, is_down: bool) -> None:
    folder.mkdir(parents=True)
    (folder / "program.py").write_text(program, encoding="utf-8")
    shutil.copy(HERE / "world.py", folder)
    shutil.copy(HERE / "main.py", folder)
    shutil.copy(HERE / "adapters" / f"{tool.adapter}.py", folder / "tool.py")
    if is_down:
        (folder / "outage").touch()


def _phase(folder: Path, tool: Tool, case: Case, phase: str) -> Phase:
    """Run one phase and return what it left behind. What was sent into the world adds up over the phases."""
    for name in ("ran.log", "seen.log", "outcome.json"):
        (folder / name).unlink(missing_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLIGHT_RECORDER")}
    environment |= SETTINGS
    environment |= {"PREFECT_HOME": str(folder / "prefect")}
    if tool.is_told_where_to_fork:
        environment["CONFORMANCE_FORK"] = case.fork_from
    try:
        done = subprocess.run(
            [python_of(tool), "main.py", phase],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        said = done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        said = f"stopped after {SECONDS} s"
    outcome = folder / "outcome.json"
    return Phase(
        outcome=json.loads(outcome.read_text()) if outcome.exists() else {},
        seen=_lines(folder / "seen.log"),
        ran=_lines(folder / "ran.log"),
        effects=_lines(folder / "effects.log"),
        said=said.replace(str(folder), "…"),
    )


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text().splitlines()) if path.exists() else ()


def python_of(tool: Tool) -> str:
    """Return the interpreter of the environment in which *tool* is installed."""
    return str(VENVS / tool.venv / "bin" / "python") if tool.venv else sys.executable


def versions(tools: Sequence[Tool]) -> dict[str, str]:
    """Return the version of Python and of each tool's packages."""
    found = {"Python": ".".join(map(str, sys.version_info[:3]))}
    for tool in tools:
        for package in tool.packages:
            script = f"import importlib.metadata; print(importlib.metadata.version({package!r}))"
            done = subprocess.run([python_of(tool), "-c", script], capture_output=True, encoding="utf-8", check=True)
            found[package] = done.stdout.strip()
    return found


def _told(results: list[Result]) -> list[Result]:
    for result in results:
        print(f"{result.program:24} {result.tool:16} {result.verdict} {result.note}", flush=True)
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tool", action="append", choices=[tool.name for tool in TOOLS])
    parser.add_argument("--program", action="append")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="programs at the same time")
    parser.add_argument("--keep", type=Path, help="a new folder in which what the runs leave is kept")
    options = parser.parse_args(arguments)
    tools = [tool for tool in TOOLS if not options.tool or tool.name in options.tool]
    cases = [case for case in all_cases() if not options.program or case.name in options.program]
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(options.jobs) as pool:
        home = options.keep or Path(temporary)
        runs = [pool.submit(run_case, case, tools, home / case.name) for case in cases]
        results = [result for run in runs for result in _told(run.result())]
    kept = json.loads(options.out.read_text()) if options.out.exists() else {"versions": {}, "results": []}
    new = {(result.program, result.tool) for result in results}
    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {**kept["versions"], **versions(tools)},
        "results": [
            *(one for one in kept["results"] if (one["program"], one["tool"]) not in new),
            *(asdict(result) for result in results),
        ],
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
