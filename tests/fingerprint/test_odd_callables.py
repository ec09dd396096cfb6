"""Whatever is given: no error leaves, and what cannot be examined counts as changed."""

import functools
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flight_recorder.fingerprint.changes import changes
from tests.fingerprint.made_projects import FILES, fingerprint_of, take

MAKES_RECORDER = "from flight_recorder import FlightRecorder\nfr = FlightRecorder()\n"


class CallableObject:
    def __call__(self) -> int:
        return 1


class Hostile:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __call__(self) -> None: ...


HOSTILE = Hostile()
LOCK = threading.Lock()


def executed() -> Callable[..., object]:
    names: dict[str, Any] = {"__name__": __name__, "LIMIT": 3}
    exec("def made(n):\n    return n + LIMIT", names)
    made: Callable[..., object] = names["made"]
    return made


ODD = {
    "builtin": len,
    "type": int,
    "method of a builtin": [].append,
    "partial": functools.partial(int, base=2),
    "lambda": lambda: HOSTILE,
    "callable object": CallableObject(),
    "hostile object": HOSTILE,
    "bound method": CallableObject().__call__,
    "reader of a lock": lambda: LOCK,
    "executed": executed(),
    "reader of an undefined name": eval("lambda: never_defined"),
}


@pytest.mark.parametrize("function", ODD.values(), ids=ODD)
def test_a_fingerprint_is_taken_of(function: object, tmp_path: Path) -> None:
    one, two = (
        fingerprint_of(function, Path(__file__).parents[2]),
        fingerprint_of(function, Path(__file__).parents[2]),
    )

    assert one.digest == two.digest


def test_executed_code_is_told_apart_by_its_bytecode(tmp_path: Path) -> None:
    def made(text: str) -> object:
        names: dict[str, Any] = {"__name__": __name__}
        exec(text, names)
        return names["f"]

    one, same = (fingerprint_of(made("def f(n):\n    return n + 1"), tmp_path) for _ in range(2))
    other = fingerprint_of(made("def f(n):\n    return n + 2"), tmp_path)

    assert one.equals(same)
    assert not one.equals(other)


def test_a_file_that_was_edited_after_its_import_is_not_taken_for_the_running_code(tmp_path: Path) -> None:
    source = f'{MAKES_RECORDER}@fr.register("s")\ndef step():\n    return 1\n'
    script = (
        "import steps, sys, pathlib\n"
        "from tests.fingerprint.made_projects import fingerprint_of\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "(here / 'steps.py').write_text((here / 'steps.py').read_text().replace('return 1', 'return 2'))\n"
        "print(fingerprint_of(steps.step.__flight_recorder_step__.function, here).source == '')\n"
    )
    (tmp_path / "steps.py").write_text(source)

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert done.stdout == "True\n"


def test_the_hash_seed_makes_no_difference(tmp_path: Path) -> None:
    source = 'NAMES = {"a", "b", "c", "d"}\ndef f(x):\n    return x in {"p", "q", "r"} and x in NAMES\n'
    (tmp_path / "m.py").write_text(source)
    script = (
        "import m, sys, pathlib\nfrom tests.fingerprint.made_projects import fingerprint_of\n"
        "print(fingerprint_of(m.f, pathlib.Path(sys.argv[1])).digest)\n"
    )

    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}", "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(digests) == 1


def test_a_library_counts_by_its_version(tmp_path: Path) -> None:
    files = {
        **FILES,
        "steps.py": "import pytest\nfrom flight_recorder import FlightRecorder\nfr = FlightRecorder()\n"
        '@fr.register("step")\ndef step(n):\n    return pytest.approx(n)\n',
    }

    (library,) = [part for part in take(tmp_path, files).parts if part.kind == "library"]

    assert (library.name, library.preview) == ("pytest", pytest.__version__)


def test_a_name_that_is_defined_later_is_a_change(tmp_path: Path) -> None:
    source = MAKES_RECORDER + '{}\n@fr.register("s")\ndef step():\n    return X\n'

    before = take(tmp_path, {"steps.py": source.format("")})
    after = take(tmp_path, {"steps.py": source.format("X = 1")})

    assert before.is_known
    assert changes(before, after) == ("X not defined -> 1",)
