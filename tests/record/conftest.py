"""A recorder in this process whose sessions can be looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flight_recorder import FlightRecorder
from flight_recorder.model.session import Session
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import last_session_id
from tests.kit import Project


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sessions of this test go."""
    monkeypatch.delenv("FLIGHT_RECORDER_DISABLED", raising=False)
    monkeypatch.setattr("flight_recorder.record.guard._has_warned", False)
    monkeypatch.setattr("flight_recorder.record.registry._held_by_name", {})
    return tmp_path / "home"


@pytest.fixture
def fr(home: Path) -> FlightRecorder:
    """A recorder."""
    return FlightRecorder(store=home)


@pytest.fixture
def last(home: Path) -> Callable[[], Session]:
    """Loads the most recent session."""

    def load() -> Session:
        drain(home)
        with open_store(home, create=False) as store:
            id = last_session_id(store)
            assert id is not None
            return load_session(store, id)

    return load


@pytest.fixture
def project_program(tmp_path: Path) -> Callable[[str], Session]:
    """Runs a program in a project of its own, and loads the session that it records."""

    def run(source: str) -> Session:
        project = Project(tmp_path / "project")
        project.write("program.py", source)
        project.record()
        home = project.folder / ".flight-recorder"
        drain(home)
        with open_store(home, create=False) as store:
            id = last_session_id(store)
            assert id is not None
            return load_session(store, id)

    return run
