"""A forged recording: nothing that it says is run or imported, beside the program itself."""

import os
import stat
import sys
from pathlib import Path

import pytest

from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Launch
from flight_recorder.record.entry import made_step
from flight_recorder.record.registry import add
from flight_recorder.replay.launch import interpreter
from flight_recorder.replay.putting_back import put_back
from tests.kit import Project
from tests.store.changing import change

ran: list[str] = []


def note(what: str) -> str:
    ran.append(what)
    return what


@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        (("-c", "import os; os.abort()"), []),
        (("-m", "timeit"), []),
        (("-i",), []),
        (("-X", "importtime"), []),
        (("-X", "pycache_prefix=/tmp"), []),
        (("-W", "error::evil.module.Warning"), []),
        (("-W",), []),
        (("-Ic", "1"), []),
        (("/tmp/evil.py",), []),
        (("-O", "-O", "-X", "dev", "-W", "error::DeprecationWarning", "-I"), None),
        (("-X", "utf8", "-W", "ignore:it's all:UserWarning:shop.text:3", "-P"), None),
        (("-W", "error"), None),
    ],
)
def test_only_options_that_the_recorder_writes_are_passed_on(flags: tuple[str, ...], kept: list[str] | None) -> None:
    command = interpreter(Launch(executable=sys.executable, flags=flags))

    assert command == [sys.executable, *(flags if kept is None else kept)]


@pytest.mark.parametrize("name", ["evil", "python.sh", "pythonista", "my-python3"])
def test_what_is_not_called_python_is_not_started(tmp_path: Path, name: str) -> None:
    evil = tmp_path / name
    evil.write_text("#!/bin/sh\ntouch started\n")
    evil.chmod(0o755)

    assert interpreter(Launch(executable=str(evil))) == [sys.executable]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_an_interpreter_of_another_user_is_not_started(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\n")
    python.chmod(stat.S_IRWXU)
    assert interpreter(Launch(executable=str(python))) == [str(python)]

    os.chown(python, 65_534, 65_534)

    assert interpreter(Launch(executable=str(python))) == [sys.executable]


PROGRAM = """
    @fr.register("step")
    def step(value):
        return value

    def main():
        step({"a": 1})
        raise ValueError("no")

    if __name__ == "__main__":
        fr.run(main)
"""

EVIL = '{"$":"dataclass","t":"evil_module:Thing","v":{"command":"touch started"}}'


@pytest.fixture
def forged(tmp_path: Path) -> Project:
    """A recording in which each value names a class of a module that lies there to be imported."""
    project = Project(tmp_path)
    project.write("program.py", PROGRAM)
    project.write("evil_module.py", "open('started', 'w').close()\nclass Thing: pass\n", prelude=False)
    project.record()
    project.sessions()
    change(tmp_path / ".flight-recorder", EVIL)
    return project


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("show", "last"),
        ("show", "last", "step"),
        ("debug", "last"),
        ("debug", "last", "--json"),
        ("replay", "last", "--dry-run"),
        ("replay", "last", "--yes"),
        ("replay", "last", "--audit", "--yes"),
        ("debug", "last", "--verify"),
    ],
)
def test_no_command_imports_what_a_recorded_value_names(forged: Project, words: tuple[str, ...]) -> None:
    done = forged.command(*words)

    assert "Traceback" not in done.stderr.replace(
        'Traceback (most recent call last):\n  File "' + str(forged.folder), ""
    )
    assert not (forged.folder / "started").exists()


@pytest.mark.parametrize("words", [("list",), ("show", "last", "step"), ("debug", "last")])
def test_reading_a_recording_does_not_run_the_program(forged: Project, words: tuple[str, ...]) -> None:
    forged.write("program.py", "open('started', 'w').close()\n", prelude=False)

    forged.command(*words)

    assert not (forged.folder / "started").exists()


def answer(number: int = 1) -> int:
    return number


EVIL_SOURCES = [
    "@note('decorator')\ndef answer(number: int = 1) -> int:\n    return number\n",
    "def answer(number: int = note('default')) -> int:\n    return number\n",
    "def answer(number: note('annotation') = 1) -> note('return'):\n    return number\n",
    "note('before')\ndef answer(number: int = 1) -> int:\n    return number\n",
    "def answer(number: int = 1) -> int:\n    return number\nnote('after')\n",
    "class answer:\n    note('class')\n",
    "answer = note('lambda')\n",
    "",
]


@pytest.mark.parametrize("source", EVIL_SOURCES)
def test_to_put_code_back_runs_nothing_of_it(source: str) -> None:
    ran.clear()
    step = made_step(
        answer, name=f"answer {len(source)}", ignored=frozenset(), key=None, version="", is_protected=False
    )
    add(step)
    code = answer.__code__
    old = Fingerprint("tests:answer", "0", source=source, file=__file__, line=1)
    try:
        put_back({step.name: old})
    except ReplayRefusedError:
        pass
    finally:
        answer.__code__ = code
        answer.__defaults__ = (1,)

    assert ran == []
