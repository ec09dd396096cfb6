"""Draining journals into the store, one process at a time."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flight_recorder.errors import NewerFormatError, StoreCorruptError
from flight_recorder.journal.folder import journals_in
from flight_recorder.journal.format import FRAME, MAGIC, new_header
from flight_recorder.model.event import Event, Finished, Started
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Returned
from flight_recorder.model.value import Value
from flight_recorder.store import save
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import DrainReport, Left, drain, drained_session
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import list_sessions
from tests.journal.made_journals import journal_bytes, record
from tests.store.made_sessions import (
    MS,
    failed_run,
    folded,
    good_run,
    open_journal,
    replay_run,
    write_journal,
)

NULL = Returned(Value(b"null"))


def loaded(home: Path, id: str) -> Session:
    with open_store(home, create=False) as store:
        return load_session(store, id)


def ids(home: Path) -> list[str]:
    with open_store(home, create=False) as store:
        return sorted(summary.id for summary in list_sessions(store, 100))


def child_events(first_step: int, at_ns: int) -> list[Event]:
    """What a forked process writes: no beginning, a step of its own below a step of its parent."""
    return [
        Started(first_step, 1, at_ns, "agent://crm/child", "shop:child", {}),
        Finished(first_step, at_ns + 1, NULL),
    ]


def test_without_journals_nothing_happens_and_no_store_is_made(tmp_path: Path) -> None:
    assert drain(tmp_path / "home") == DrainReport()
    assert not (tmp_path / "home").exists()


def test_journals_of_ended_processes_become_sessions_and_are_deleted(tmp_path: Path) -> None:
    write_journal(tmp_path, "4f2a91", 1, failed_run())
    write_journal(tmp_path, "77c0de", 2, replay_run())

    assert drain(tmp_path) == DrainReport(saved=("4f2a91", "77c0de"))

    assert journals_in(tmp_path) == []
    assert loaded(tmp_path, "4f2a91") == folded(failed_run())
    assert loaded(tmp_path, "77c0de") == folded(replay_run())
    assert drain(tmp_path) == DrainReport()


def test_only_the_sessions_of_the_journals_that_are_named_are_drained(tmp_path: Path) -> None:
    path = write_journal(tmp_path, "ab", 1, good_run("ab"))
    write_journal(tmp_path, "ab", 2, child_events(2, MS))
    other = write_journal(tmp_path, "cd", 3, good_run("cd"))

    assert drain(tmp_path, only=[path]) == DrainReport(saved=("ab",))

    assert journals_in(tmp_path) == [other]
    assert list(loaded(tmp_path, "ab").steps) == [1, 2]
    assert drain(tmp_path, only=[]) == DrainReport()


def test_what_a_process_writes_and_ends_with_during_a_drain_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = failed_run()
    writer = open_journal(tmp_path, "4f2a91", 1, history[:4])
    put_records = save._put_records

    def put_records_meanwhile(*arguments: Any) -> None:
        for event in history[4:]:
            writer.append(event)
        writer.close()
        put_records(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(save, "_put_records", put_records_meanwhile)
        drain(tmp_path)
    assert loaded(tmp_path, "4f2a91") == folded(history[:4])

    assert drain(tmp_path) == DrainReport(saved=("4f2a91",))
    assert loaded(tmp_path, "4f2a91") == folded(history)


def test_a_session_that_is_still_written_is_saved_as_far_as_it_has_come_and_keeps_its_journal(tmp_path: Path) -> None:
    history = failed_run()
    writer = open_journal(tmp_path, "4f2a91", 1, history[:4])

    assert drain(tmp_path) == DrainReport(saved=("4f2a91",), live=("4f2a91",))
    assert loaded(tmp_path, "4f2a91") == folded(history[:4])
    assert loaded(tmp_path, "4f2a91").status is Status.UNFINISHED
    assert journals_in(tmp_path) == [writer.path]

    for event in history[4:]:
        writer.append(event)
    assert drain(tmp_path) == DrainReport(saved=("4f2a91",), live=("4f2a91",))
    assert loaded(tmp_path, "4f2a91") == folded(history)

    writer.close()
    assert drain(tmp_path) == DrainReport(saved=("4f2a91",))
    assert loaded(tmp_path, "4f2a91") == folded(history)
    assert journals_in(tmp_path) == []


def test_the_journals_of_a_process_and_its_children_become_one_session(tmp_path: Path) -> None:
    """The parent's events come first, then those of each child in the order of their first words."""
    write_journal(tmp_path, "ab", 9, good_run("ab"))
    write_journal(tmp_path, "ab", 5, child_events(50, 2 * MS))
    write_journal(tmp_path, "ab", 7, child_events(70, 1 * MS))

    assert drain(tmp_path) == DrainReport(saved=("ab",))

    session = loaded(tmp_path, "ab")
    assert session == folded([*good_run("ab"), *child_events(70, 1 * MS), *child_events(50, 2 * MS)])
    assert (list(session.steps), session.steps[1].children) == ([1, 70, 50], (70, 50))


def test_no_journal_of_a_session_is_deleted_while_one_of_its_processes_lives(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 9, good_run("ab"))
    child = open_journal(tmp_path, "ab", 5, child_events(50, 2 * MS))

    assert drain(tmp_path) == DrainReport(saved=("ab",), live=("ab",))
    assert len(journals_in(tmp_path)) == 2

    child.close()
    assert drain(tmp_path) == DrainReport(saved=("ab",))
    assert journals_in(tmp_path) == []


def test_a_child_that_begins_to_write_after_its_parent_was_drained_is_added_to_the_session(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 9, good_run("ab"))
    drain(tmp_path)
    write_journal(tmp_path, "ab", 5, child_events(50, 3 * MS))

    assert drain(tmp_path) == DrainReport(saved=("ab",))

    assert loaded(tmp_path, "ab") == folded([*good_run("ab"), *child_events(50, 3 * MS)])
    assert journals_in(tmp_path) == []


def test_a_drain_never_takes_from_the_store_what_a_journal_has_lost_since(tmp_path: Path) -> None:
    history = failed_run()
    writer = open_journal(tmp_path, "4f2a91", 1, history)
    drain(tmp_path)
    writer.close()
    os.truncate(writer.path, writer.path.stat().st_size // 2)

    assert drain(tmp_path) == DrainReport(saved=("4f2a91",))

    assert loaded(tmp_path, "4f2a91") == folded(history)


def test_a_torn_tail_is_dropped_and_its_journal_deleted(tmp_path: Path) -> None:
    path = write_journal(tmp_path, "4f2a91", 1, failed_run())
    os.truncate(path, path.stat().st_size - 1)

    assert drain(tmp_path) == DrainReport(saved=("4f2a91",))

    assert loaded(tmp_path, "4f2a91") == folded(failed_run()[:-1])
    assert journals_in(tmp_path) == []


def test_a_damaged_journal_is_drained_up_to_the_damage_and_kept(tmp_path: Path) -> None:
    history = failed_run()
    path = write_journal(tmp_path, "4f2a91", 1, history)
    data = bytearray(path.read_bytes())
    data[journal_bytes(history)[1][5] + FRAME.size] ^= 1
    path.write_bytes(data)

    report = drain(tmp_path)

    reason = f"{path} is damaged at byte {journal_bytes(history)[1][5]}; what comes before is in the store"
    assert report == DrainReport(saved=("4f2a91",), left=(Left(path, reason),))
    assert loaded(tmp_path, "4f2a91") == folded(history[:5])
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "content", [b"", new_header()[:5], new_header()[:-1], new_header(), new_header() + b"\x07"], ids=len
)
def test_a_journal_without_an_event_is_deleted(tmp_path: Path, content: bytes) -> None:
    """What a process leaves that is killed as it begins."""
    path = write_journal(tmp_path, "ab", 1, [])
    path.write_bytes(content)

    assert drain(tmp_path) == DrainReport()

    assert journals_in(tmp_path) == []
    assert ids(tmp_path) == []


def test_an_empty_journal_of_a_living_process_is_kept(tmp_path: Path) -> None:
    writer = open_journal(tmp_path, "ab", 1, [])

    drain(tmp_path)
    for event in good_run("ab"):
        writer.append(event)
    writer.close()
    drain(tmp_path)

    assert loaded(tmp_path, "ab") == folded(good_run("ab"))


def test_what_cannot_be_read_stays_and_is_named_and_the_rest_is_drained(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 1, good_run("ab"))
    folder = tmp_path / "journal"
    later_event = msgspec.msgpack.encode(["paused", 1])
    unreadable = {
        "a0-1.journal": b"a text of the user's own",
        "a1-1.journal": MAGIC + b"\x03\x00\x00\x00",
        "a2-1.journal": journal_bytes(good_run("a2")[:1])[0] + record(later_event),
        "notes.journal": b"no name of ours",
    }
    for name, content in unreadable.items():
        (folder / name).write_bytes(content)
    (folder / "a3-1.journal").mkdir()

    report = drain(tmp_path)

    assert report.saved == ("ab",)
    assert {left.path.name: left.reason.replace(f"{folder}/", "") for left in report.left} == {
        "a0-1.journal": "a0-1.journal is not a journal of Flight Recorder; it is left as it is",
        "a1-1.journal": "the journal a1-1.journal has format 3; this version of Flight Recorder reads up to 2."
        " Upgrade flight-recorder to read it",
        "a2-1.journal": "the journal a2-1.journal holds an event that this version of Flight Recorder does not know:"
        " Invalid value 'paused' - at `$[0]`",
        "a3-1.journal": "the journal a3-1.journal cannot be read: Is a directory",
        "notes.journal": "notes.journal is not named as a journal is; it is left as it is",
    }
    assert {name: (folder / name).read_bytes() for name in unreadable} == unreadable
    assert ids(tmp_path) == ["ab"]


def test_a_session_is_drained_without_those_of_its_journals_that_cannot_be_read(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 1, good_run("ab"))
    bad = tmp_path / "journal" / "ab-2.journal"
    bad.write_bytes(b"a text of the user's own")

    report = drain(tmp_path)

    assert (report.saved, [left.path for left in report.left]) == (("ab",), [bad])
    assert journals_in(tmp_path) == [bad]
    assert loaded(tmp_path, "ab") == folded(good_run("ab"))


def test_a_journal_whose_session_has_no_beginning_stays_until_the_beginning_is_there(tmp_path: Path) -> None:
    path = write_journal(tmp_path, "ab", 2, child_events(50, 2 * MS))

    reason = "its session has no beginning: the journal of the session's first process is missing"
    assert drain(tmp_path) == DrainReport(left=(Left(path, reason),))
    assert journals_in(tmp_path) == [path]

    write_journal(tmp_path, "ab", 1, good_run("ab"))
    assert drain(tmp_path) == DrainReport(saved=("ab",))
    assert loaded(tmp_path, "ab") == folded([*good_run("ab"), *child_events(50, 2 * MS)])


def test_a_damaged_store_is_reported_and_the_journals_stay(tmp_path: Path) -> None:
    path = write_journal(tmp_path, "ab", 1, good_run("ab"))
    (tmp_path / "store.db").write_bytes(b"not a database" * 100)
    content = path.read_bytes()

    with pytest.raises(StoreCorruptError):
        drain(tmp_path)

    assert path.read_bytes() == content
    (tmp_path / "store.db").rename(tmp_path / "store.db.aside")
    assert drain(tmp_path) == DrainReport(saved=("ab",))


def test_a_store_that_is_damaged_within_is_reported_and_the_journals_stay(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 1, good_run("ab"))
    drain(tmp_path)
    with open_store(tmp_path, create=False) as store, store.writing() as connection:
        connection.execute("ALTER TABLE chunk RENAME TO piece")
    path = write_journal(tmp_path, "ab", 2, child_events(50, 2 * MS))

    with pytest.raises(StoreCorruptError, match="no such table: chunk"):
        drain(tmp_path)

    assert journals_in(tmp_path) == [path]


def test_a_newer_store_is_reported_and_the_journals_stay(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store, store.writing() as connection:
        connection.execute("PRAGMA user_version = 99")
    path = write_journal(tmp_path, "ab", 1, good_run("ab"))

    with pytest.raises(NewerFormatError):
        drain(tmp_path)

    assert journals_in(tmp_path) == [path]


def test_a_store_that_is_in_use_leaves_the_journals_for_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flight_recorder.store.database.BUSY_TIMEOUT_S", 0.05)
    path = write_journal(tmp_path, "ab", 1, good_run("ab"))
    with open_store(tmp_path, create=True) as store, store.writing():
        report = drain(tmp_path)

    assert report.saved == ()
    assert [(left.path, "is in use" in left.reason) for left in report.left] == [(path, True)]
    assert drain(tmp_path) == DrainReport(saved=("ab",))


def test_an_unchanged_session_is_not_written_again(tmp_path: Path) -> None:
    writer = open_journal(tmp_path, "ab", 1, good_run("ab"))
    drain(tmp_path)

    with open_store(tmp_path, create=False) as watcher:
        with watcher.reading() as connection:
            before = connection.execute("PRAGMA data_version").fetchone()
        drain(tmp_path)
        with watcher.reading() as connection:
            assert connection.execute("PRAGMA data_version").fetchone() == before
        writer.append(Started(2, 1, 5, "late", "shop:late", {}))
        drain(tmp_path)
        with watcher.reading() as connection:
            assert connection.execute("PRAGMA data_version").fetchone() != before
    writer.close()


def test_the_session_that_is_wanted_is_given_as_it_is_in_the_store(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 1, good_run("ab"))
    write_journal(tmp_path, "4f2a91", 2, failed_run())

    report = drain(tmp_path, wanted="ab")

    assert report.wanted == folded(good_run("ab")) == loaded(tmp_path, "ab")
    assert sorted(report.saved) == ["4f2a91", "ab"]
    assert drain(tmp_path, wanted="ab").wanted is None  # no journal tells of it any more


def test_a_drained_session_is_found_whoever_drained_it(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 1, good_run("ab"))

    first, later = drained_session(tmp_path, "ab"), drained_session(tmp_path, "ab")

    assert first == later == folded(good_run("ab"))
    assert drained_session(tmp_path, "cd") is None


def test_the_session_that_is_wanted_has_what_was_drained_before(tmp_path: Path) -> None:
    write_journal(tmp_path, "ab", 1, good_run("ab"))
    drain(tmp_path)
    write_journal(tmp_path, "ab", 2, child_events(50, 7 * MS))

    wanted = drain(tmp_path, wanted="ab").wanted

    assert wanted == loaded(tmp_path, "ab")
    assert {*folded(good_run("ab")).steps, 50} == set(wanted.steps if wanted else ())
