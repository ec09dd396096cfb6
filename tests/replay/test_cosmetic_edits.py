"""A comment, a docstring or the formatting: after an edit of these, only the failed step and its callers run."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit import Project
from tests.replay.cosmetics import EDITS, docstrings_added, written_anew
from tests.replay.leads import FILES

Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The program, recorded once."""
    project = Project(tmp_path_factory.mktemp("leads"))
    for name, source in FILES.items():
        project.write(name, source, prelude=False)
    done = project.python("-m", "leads", "3")
    assert "ConnectionError: the service is down" in done.stderr
    assert done.ran == ["main", *["fetch"] * 3, *["score"] * 3, *["grade"] * 3, "lines", "deliver"]
    return project


@pytest.fixture
def session(recorded: Project) -> Iterator[str]:
    """The id of the recording; the files are as they were afterwards."""
    yield recorded.sessions()[-1]["id"]
    for name, source in FILES.items():
        recorded.write(name, source, prelude=False)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_what_changes_nothing_runs_nothing(recorded: Project, session: str, edit: Edit) -> None:
    changed = [name for name in FILES if _edited(recorded.folder / name, edit)]
    assert len(changed) > 1

    replay = recorded.replay(session=session)

    assert replay.json["error"]["message"] == "the service is down", replay.stderr
    assert replay.ran == ["main", "deliver"]


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith("__init__.py")])
def test_what_changes_nothing_in_one_file_runs_nothing(recorded: Project, session: str, name: str) -> None:
    changed = [edit for edit in (docstrings_added, written_anew) if _edited(recorded.folder / name, edit)]
    assert written_anew in changed

    replay = recorded.replay(session=session)

    assert replay.ran == ["main", "deliver"]


def test_an_edit_that_does_change_something_is_seen(recorded: Project, session: str) -> None:
    recorded.edit("leads/helpers.py", '"tag": [1, 2]', '"tag": [10, 2]')

    assert recorded.replay(session=session).ran == ["main", *["score"] * 3, *["grade"] * 3, "lines", "deliver"]


def _edited(path: Path, edit: Edit) -> bool:
    """Make *edit* in the file; return whether it made a difference. The code is the same afterwards."""
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    compile(after, str(path), "exec")
    path.write_text(after, encoding="utf-8")
    return before != after
