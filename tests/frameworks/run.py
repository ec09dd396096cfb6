"""Run: the desk of `examples/frameworks` on each framework: a failing run, `debug`, the fix, `replay`.

Each twice: under `flight-recorder run`, and with what it does put into a block of `fr.trace()`, when graph, agent and
tool have been made.

`python -m tests.frameworks.run [--framework NAME ...] [--report docs/frameworks.md]` prints a table, and exits with 1
when one of them is not as it has to be: the tool is blamed, the replay succeeds, and the server was asked for nothing
that it had answered before.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLES = ROOT / "examples" / "frameworks"
BEGIN, END = "<!-- frameworks: made by make frameworks -->", "<!-- frameworks: end -->"
FRAMEWORKS = {  # by the name of its environment: its distribution, and its example
    "langgraph": ("langgraph", "desk_langgraph.py"),
    "openai-agents": ("openai-agents", "desk_openai_agents.py"),
    "pydantic-ai": ("pydantic-ai-slim", "desk_pydantic_ai.py"),
    "crewai": ("crewai", "desk_crewai.py"),
}
TELLS_THE_MODEL = ("crewai",)  # of a tool that failed, and goes on: one more request
TOOL = "tool://order_status"
BUG, FIX = "number.lower()", "number.upper()"
ANSWER = "Your order: sent on Monday."
SECONDS = 120
MAIN = 'if __name__ == "__main__":\n'
BLOCK = f"{MAIN}    from flight_recorder import FlightRecorder\n    with FlightRecorder().trace():\n"
RUN, TRACE = WAYS = ("run", "trace")
HEAD = (
    "framework",
    "version",
    "with",
    "blamed",
    "requests, failing run",
    "requests, replay",
    "answer",
    "as it has to be",
)


@dataclass(frozen=True)
class Row:
    """What came of one framework. *asked* is how often the server was, in the failing run and in the replay."""

    framework: str
    version: str
    way: str
    blamed: str
    answer: str
    asked: tuple[int, int]

    @property
    def is_good(self) -> bool:
        """Whether all is as it has to be."""
        runs = (2, 1) if self.framework in TELLS_THE_MODEL else (1, 1)
        return (self.blamed, self.answer, self.asked) == (TOOL, ANSWER, runs)


def tried(framework: str, way: str, folder: Path) -> Row:
    """Run the example of *framework* in *folder*, recorded in the *way* given."""
    distribution, example = FRAMEWORKS[framework]
    environment = HERE / ".venvs" / framework
    program = Path(shutil.copy(EXAMPLES / example, folder))
    if way == TRACE:
        _put_into_block(program)
    log = folder / "requests.log"
    log.touch()
    with _serving(log) as url:

        def command(*words: str, program: str = "flight-recorder") -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [environment / "bin" / program, *words],
                cwd=folder,
                env=_environment(url, folder),
                capture_output=True,
                encoding="utf-8",
                timeout=SECONDS,
                check=False,
            )

        if way == TRACE:
            command(example, program="python")
        else:
            command("run", example)
        first = _count(log)
        found = _document(command("debug", "last", "--json"))
        text = program.read_text(encoding="utf-8")
        assert text.count(BUG) == 1, f"{BUG} stands {text.count(BUG)} times in {example}"
        program.write_text(text.replace(BUG, FIX), encoding="utf-8")
        replayed = command("replay", "last", "--yes")
        answer = next((line for line in replayed.stdout.splitlines() if ANSWER in line), "")
        if "SUCCESS" not in replayed.stdout:
            sys.stderr.write(replayed.stdout + replayed.stderr)
            answer = "failed"
        return Row(
            framework,
            _version(environment, distribution),
            way,
            (found.get("root_cause") or {}).get("name", ""),
            answer.strip(),
            (first, _count(log) - first),
        )


def _put_into_block(program: Path) -> None:
    """Have what *program* does as `__main__` be traced."""
    before, found, after = program.read_text(encoding="utf-8").partition(MAIN)
    assert found, f"{program.name} does nothing as a program"
    program.write_text(before + BLOCK + textwrap.indent(after, "    "), encoding="utf-8")


@contextmanager
def _serving(log: Path) -> Iterator[str]:
    """Serve in the place of the model, and tell the address."""
    words = [sys.executable, str(EXAMPLES / "server.py"), "--port", "0", "--log", str(log)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        server.kill()


def _environment(url: str, folder: Path) -> dict[str, str]:
    steering = ("FLIGHT_RECORDER", "OPENAI", "PYTHON", "LANGSMITH", "LANGCHAIN", "CREWAI", "OTEL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {
        **kept,
        "OPENAI_BASE_URL": url,
        "OPENAI_API_KEY": "sk-0123456789abcdef0123456789",
        "CREWAI_DISABLE_TELEMETRY": "true",
        "CREWAI_TRACING_ENABLED": "false",
        "OTEL_SDK_DISABLED": "true",
        "HOME": str(folder),
    }


def _count(log: Path) -> int:
    return len(log.read_text(encoding="utf-8").splitlines())


def _document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        found = json.loads(done.stdout)
    except ValueError:
        sys.stderr.write(done.stdout + done.stderr)
        return {}
    return found if isinstance(found, dict) else {}


def _version(environment: Path, distribution: str) -> str:
    folders = [str(path) for path in environment.glob("lib/python*/site-packages")]
    return next(one.version for one in importlib.metadata.distributions(name=distribution, path=folders))


def table(rows: Sequence[Row]) -> str:
    """Return the table in Markdown."""
    made = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}."
    lines = [made, "", _line(HEAD), "|---" * len(HEAD) + "|"]
    for row in rows:
        asked = (str(number) for number in row.asked)
        cells = (
            row.framework,
            row.version,
            "`flight-recorder run`" if row.way == RUN else "`fr.trace()`",
            row.blamed,
            *asked,
            row.answer,
            "yes" if row.is_good else "no",
        )
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 when one is not as it has to be."""
    parser = argparse.ArgumentParser(prog="python -m tests.frameworks.run")
    parser.add_argument("--framework", action="append", choices=FRAMEWORKS)
    parser.add_argument("--report", type=Path, help="the page to write the table to")
    options = parser.parse_args(arguments)
    rows = []
    for framework in options.framework or FRAMEWORKS:
        for way in WAYS:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(tried(framework, way, Path(folder)))
    text = table(rows)
    sys.stdout.write(f"{text}\n")
    if options.report is not None:
        before, _, rest = options.report.read_text(encoding="utf-8").partition(BEGIN)
        options.report.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0 if all(row.is_good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
