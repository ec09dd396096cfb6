"""Records a program in this process and diagnoses what it left behind."""

import os
import runpy
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from flight_recorder.diagnose.diagnosis import Diagnosis, diagnose
from flight_recorder.model.session import Session
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import last_session_id

Record = Callable[[str], Session]
Diagnose = Callable[[str], Diagnosis]

PRELUDE = "from flight_recorder import FlightRecorder\nfr = FlightRecorder(store=HOME)\n"


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Runs a program, which may fail, and loads the session that it recorded."""
    monkeypatch.delenv("FLIGHT_RECORDER_DISABLED", raising=False)
    monkeypatch.setattr("flight_recorder.record.guard._has_warned", False)
    monkeypatch.setattr("flight_recorder.record.registry._held_by_name", {})
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"

    def run(source: str) -> Session:
        path = tmp_path / "program.py"
        path.write_text(PRELUDE + textwrap.dedent(source), encoding="utf-8")
        try:
            runpy.run_path(os.fspath(path), {"HOME": os.fspath(home)}, "__main__")
        except SyntaxError:
            raise
        except Exception:  # noqa: BLE001 - the program's own, which is what is recorded
            pass
        drain(home)
        with open_store(home, create=False) as store:
            id = last_session_id(store)
            assert id is not None
            return load_session(store, id)

    return run


@pytest.fixture
def diagnosed(recorded: Record) -> Diagnose:
    """Runs a program and diagnoses its session."""
    return lambda source: diagnose(recorded(source))
