"""Fixtures of the tests of replays."""

import pytest

from tests.kit import Project
from tests.replay.watching import PROGRAM


@pytest.fixture
def failing(project: Project) -> Project:
    """A project whose recorded program divides by zero."""
    project.write("helper.py", "def divide(n, by):\n    return n / by\n", prelude=False)
    project.write("program.py", PROGRAM)
    project.write("unrelated.py", "pass\n", prelude=False)
    assert project.record().ran == ["fetch 3", "rate"]
    (project.folder / "ran.log").unlink()
    return project
