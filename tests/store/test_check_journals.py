"""What the doctor says of each journal."""

from pathlib import Path

from flight_recorder.journal.folder import journal_path
from flight_recorder.model.checkup import Condition
from flight_recorder.store.check_journals import check_journals
from tests.store.made_sessions import failed_run, good_run, open_journal, write_journal
from tests.store.newer import newer_journal


def conditions(home: Path, *stored: str) -> dict[str, Condition]:
    states = check_journals(home, stored, lambda _what: None)
    assert all(state.bytes == (home / "journal" / state.name).stat().st_size for state in states)
    return {state.name: state.condition for state in states}


def test_a_journal_that_does_not_tell_how_its_session_began_needs_one_that_does(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 2, good_run("ab")[1:])

    assert conditions(tmp_path) == {"ab-2.journal": Condition.HEADLESS}
    assert conditions(tmp_path, "ab") == {"ab-2.journal": Condition.ENDED}

    write_journal(tmp_path, "ab", 1, good_run("ab"))

    assert conditions(tmp_path) == {"ab-1.journal": Condition.ENDED, "ab-2.journal": Condition.ENDED}


def test_each_journal_is_looked_at_by_itself(tmp_path: Path) -> None:
    writer = open_journal(tmp_path, "11", 1, failed_run("11")[:4])
    whole = write_journal(tmp_path, "22", 2, failed_run("22")).read_bytes()
    journal_path(tmp_path, "33", 3).write_bytes(whole[:-3])
    journal_path(tmp_path, "44", 4).write_bytes(whole.replace(b"Contact required", b"Contact reQuired"))
    journal_path(tmp_path, "55", 5).write_bytes(b"notes")
    journal_path(tmp_path, "66", 6).touch()
    (tmp_path / "journal" / "notes.journal").write_bytes(whole)
    newer_journal(tmp_path, "77")

    assert conditions(tmp_path) == {
        "11-1.journal": Condition.LIVE,
        "22-2.journal": Condition.ENDED,
        "33-3.journal": Condition.TORN,
        "44-4.journal": Condition.DAMAGED,
        "55-5.journal": Condition.FOREIGN,
        "66-6.journal": Condition.TORN,
        "77-1.journal": Condition.NEWER,
        "notes.journal": Condition.FOREIGN,
    }
    writer.close()
