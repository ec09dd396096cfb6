"""Recordings of a newer version: refused with what to do, left byte for byte, and still good for who wrote them.

The newer version is this one with a column and a table more, in a process of its own that is killed before SQLite has
moved its write-ahead log into the database.
"""

from pathlib import Path

import pytest

from flight_recorder.journal.format import FORMAT_VERSION
from flight_recorder.store.migrate import current_schema
from tests.kit import Project
from tests.store.newer import newer, newer_journal

COMMANDS = [["list"], ["show", "last"], ["debug", "last"], ["replay", "last", "--yes"], ["diff"]]

PROGRAM = """
@fr.register("work")
def work(number):
    return {"number": number}

if __name__ == "__main__":
    fr.run(work, 1)
"""


def files(home: Path) -> dict[str, bytes]:
    """What every file under *home* holds."""
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.fixture
def recorded(project: Project) -> Project:
    project.write("program.py", PROGRAM)
    project.record()
    return project


def home_of(project: Project) -> Path:
    return project.folder / ".flight-recorder"


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("end", ["killed", "closed"])
def test_a_newer_store_is_refused_and_not_touched(recorded: Project, words: list[str], end: str) -> None:
    home = home_of(recorded)
    held = newer(home, end)
    assert (home / "store.db-wal").exists() is (end == "killed")
    before = files(home)

    ran = recorded.command(*words)

    assert (ran.status, ran.stdout) == (4, "")
    assert ran.stderr == (
        f"error: the store {home}/store.db has version {current_schema().version + 1};"
        f" this version of Flight Recorder reads up to {current_schema().version}. Upgrade flight-recorder to"
        " read it, or set FLIGHT_RECORDER_HOME to another folder\n"
    )
    assert files(home) == before
    assert newer(home, "closed") == held == "['success']\n[('newer',)]\n"


def test_a_program_that_records_beside_a_newer_store_keeps_its_journal_for_it(recorded: Project) -> None:
    home = home_of(recorded)
    newer(home, "killed")
    before = files(home)

    ran = recorded.record()

    assert ran.status == 0
    assert ran.stderr.count("\n") == 1
    assert "Upgrade flight-recorder to read it" in ran.stderr
    after = files(home)
    (journal,) = after.keys() - before.keys()
    assert journal.startswith("journal/")
    assert {name: after[name] for name in before} == before


def test_an_upgrade_that_was_not_committed_does_not_count(recorded: Project) -> None:
    """A newer version that was killed in the middle of its upgrade: SQLite leaves that out, and so do we."""
    home = home_of(recorded)
    newer(home, "killed")
    log = home / "store.db-wal"
    frames, rest = divmod(log.stat().st_size - 32, 24 + 4096)
    assert (frames > 1, rest) == (True, 0)
    with open(log, "r+b") as file:
        file.truncate(32 + (frames - 1) * (24 + 4096) + 10)

    ran = recorded.command("list", "--json")

    assert (ran.status, ran.stderr, len(ran.json["sessions"])) == (0, "", 1)


def refusal(path: Path) -> str:
    """What is said of it."""
    return (
        f"the journal {path} has format {FORMAT_VERSION + 1}; this version of Flight Recorder reads up to"
        f" {FORMAT_VERSION}. Upgrade flight-recorder to read it\n"
    )


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_newer_journal_is_refused_where_there_is_nothing_else(project: Project, words: list[str]) -> None:
    home = home_of(project)
    home.mkdir(mode=0o700)
    path = newer_journal(home, "4f2a")
    content = path.read_bytes()

    ran = project.command(*words)

    assert (ran.status, ran.stdout, ran.stderr) == (4, "", f"error: {refusal(path)}")
    assert path.read_bytes() == content


def test_a_newer_journal_beside_sessions_is_named_and_left_and_refused_when_it_is_asked_for(
    recorded: Project,
) -> None:
    path = newer_journal(home_of(recorded), "4f2a")
    content = path.read_bytes()

    listed, asked = recorded.command("list", "--json"), recorded.command("show", "4f2")

    assert (listed.status, len(listed.json["sessions"]), listed.stderr) == (0, 1, f"warning: {refusal(path)}")
    assert (asked.status, asked.stdout) == (4, "")
    assert asked.stderr == f"warning: {refusal(path)}error: {refusal(path)}"
    assert path.read_bytes() == content


def test_journals_that_cannot_be_moved_are_named_and_the_rest_is_answered(recorded: Project) -> None:
    folder = home_of(recorded) / "journal"
    for name in ("a-1.journal", "b-1.journal", "c-1.journal", "d-1.journal"):
        (folder / name).write_text("notes")

    ran = recorded.command("show", "last", "--json")

    assert (ran.status, ran.json["session"]["entry"]) == (0, "work")
    assert ran.stderr.splitlines() == [
        *(
            f"warning: {folder}/{name}-1.journal is not a journal of Flight Recorder; it is left as it is"
            for name in "abc"
        ),
        "warning: 1 more journals stay where they are; flight-recorder doctor says why",
    ]
