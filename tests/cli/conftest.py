"""A recording to damage."""

import shutil
from pathlib import Path

import pytest

from tests.cli.damaging import PROGRAM
from tests.kit import Project


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve sessions in the store, and the journal of a thirteenth whose process was killed."""
    project = Project(tmp_path_factory.mktemp("original"))
    project.write("program.py", PROGRAM)
    assert project.record("program.py", *map(str, range(12))).status == 0
    assert project.record("program.py", "-1").status == -9
    return project.folder


@pytest.fixture
def damaged(original: Path, project: Project) -> Project:
    """A copy of it, to damage."""
    shutil.copytree(original, project.folder, dirs_exist_ok=True)
    return project
