"""A user's copy of the examples, in which commands run as a user would type them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
_FOREIGN_SETTINGS = (
    "FLIGHT_RECORDER_",
    "OPENAI_",
    "CRM_",
    "LANGSMITH_",
    "LANGCHAIN_",
    "LANGGRAPH_",
    "PYTHON",
    "NO_COLOR",
    "HTTP_PROXY",
    "ALL_PROXY",
)


@dataclass
class Checkout:
    """A folder that holds `examples/`, with the environment in which commands run there."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, *arguments)

    def flight_recorder(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = shutil.which("flight-recorder", path=str(Path(sys.executable).parent))
        assert command is not None, "flight-recorder is not installed beside this Python"
        return self._run(command, *arguments)

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Put *new* in the place of *old*, which stands there exactly once."""
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.folder / file).write_text(text.replace(old, new), encoding="utf-8")

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    shutil.copytree(
        EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3", ".flight-recorder")
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(_FOREIGN_SETTINGS)
    }
    return Checkout(tmp_path, environment)
