"""What the tests share: a project in a folder of its own, recorded, edited and replayed in real processes."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RAN_LOG = "ran.log"

# Put at the top of a program: `ran("x")` as a step's first line tells which steps really executed.
PRELUDE = """
import os
from flight_recorder import FlightRecorder
fr = FlightRecorder()

def ran(step):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ran.log"), "a") as log:
        log.write(step + "\\n")
"""


@dataclass(frozen=True)
class Ran:
    """A finished process, and the steps that executed in it."""

    status: int
    stdout: str
    stderr: str
    ran: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


class Project:
    """A folder with a program in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, source: str, *, prelude: bool = True) -> Path:
        """Write the file *name*; with *prelude*, after the lines that make a recorder and `ran`."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((PRELUDE if prelude else "") + textwrap.dedent(source), encoding="utf-8")
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the one place where *old* stands.

        Python takes a compiled file for current if the source has its size and its second: no two versions share one.
        """
        path = self.folder / name
        source = path.read_text(encoding="utf-8")
        assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {name}"
        before = path.stat().st_mtime
        path.write_text(source.replace(old, new), encoding="utf-8")
        later = max(path.stat().st_mtime, before + 1)
        os.utime(path, (later, later))

    def python(self, *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Ran:
        """Run Python in the project."""
        return self.run([sys.executable, *arguments], cwd, env, "")

    def record(self, script: str = "program.py", *arguments: str, env: dict[str, str] | None = None) -> Ran:
        """Run the program."""
        return self.python(script, *arguments, env=env)

    def command(
        self, *words: str, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
    ) -> Ran:
        """Run `flight-recorder` in the project."""
        return self.run([sys.executable, "-m", "flight_recorder.cli.app", *words], cwd, env, stdin)

    def replay(self, *words: str, session: str = "last") -> Ran:
        """Run `flight-recorder replay --yes --json`."""
        return self.command("replay", session, "--yes", "--json", *words)

    def sessions(self) -> list[dict[str, Any]]:
        """The recorded sessions, newest first."""
        return list(self.command("list", "--json").json["sessions"])

    def show(self, session: str = "last") -> Any:
        """The JSON of `flight-recorder show`."""
        return self.command("show", session, "--json").json

    def run(
        self, command: Sequence[str], cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
    ) -> Ran:
        """Run *command* in the project."""
        log = self.folder / RAN_LOG
        log.unlink(missing_ok=True)
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env={**clean_environment(), **(env or {})},
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        ran = log.read_text().splitlines() if log.exists() else []
        return Ran(done.returncode, done.stdout, done.stderr, ran)


def clean_environment() -> dict[str, str]:
    """The environment without what would steer a recorder; a pytest in it loads no plugin unless that says so.

    Those that the examples' libraries bring along would take most of a second each time.
    """
    steering = ("FLIGHT_RECORDER", "PYTHONHASH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **kept}
