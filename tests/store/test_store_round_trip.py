"""What is saved is what is loaded."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.errors import NotFoundError, StoreCorruptError
from flight_recorder.journal.folder import journals_in
from flight_recorder.model.event import Event, Finished, Opened, Started
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Returned
from flight_recorder.model.value import Form, Value
from flight_recorder.store.database import Store, open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import has_session, load_session
from flight_recorder.store.sessions import list_sessions
from tests.journal.made_events import histories
from tests.store.made_sessions import failed_run, folded, good_run, open_journal, opened, orders, replay_run, save


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "home", create=True) as store:
        yield store


def count(store: Store, table: str) -> int:
    with store.reading() as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@settings(max_examples=200, deadline=None)
@given(history=histories(), cuts=st.lists(st.floats(0, 1), max_size=3))
def test_a_session_that_is_drained_while_it_is_written_is_loaded_as_far_as_it_has_come(
    tmp_path_factory: pytest.TempPathFactory, history: list[Event], cuts: list[float]
) -> None:
    home = tmp_path_factory.mktemp("home")
    ends = sorted({*(1 + round(cut * (len(history) - 1)) for cut in cuts), len(history)})
    opened = history[0]
    assert isinstance(opened, Opened)
    writer = open_journal(home, opened.session, 1, [])
    written = 0
    for end in ends:
        for event in history[written:end]:
            writer.append(event)
        written = end

        drain(home)

        expected = folded(history[:end])
        with open_store(home, create=False) as store:
            loaded = load_session(store, expected.id)
            (listed,) = list_sessions(store, 2)
        assert loaded == expected
        assert orders(loaded) == orders(expected)
        assert (listed.step_count, listed.status) == (len(expected.steps), expected.status)
    writer.close()
    drain(home)

    assert journals_in(home) == []
    with open_store(home, create=False) as store:
        assert load_session(store, expected.id) == expected


def test_a_session_with_every_part_is_loaded_as_its_journal_tells(store: Store) -> None:
    histories = [failed_run(), replay_run()]
    save(store, *histories)

    sessions = [folded(history) for history in histories]
    loaded = [load_session(store, session.id) for session in sessions]
    assert loaded == sessions
    assert [orders(session) for session in loaded] == [orders(session) for session in sessions]


def long_value(letter: str) -> Value:
    return Value(b'"%s"' % (letter.encode() * 2000))


def with_long_values(session: str, *letters: str) -> list[Event]:
    inputs = {letter: long_value(letter) for letter in letters}
    return [opened(session), Started(1, None, 0, "f", "m:f", inputs), Finished(1, 1, Returned(long_value("z")))]


def test_equal_long_values_and_fingerprints_are_kept_once_for_all_sessions(store: Store) -> None:
    save(store, failed_run(), with_long_values("ab", "x", "y"))
    bodies, fingerprints = count(store, "body"), count(store, "fingerprint")

    save(store, *(failed_run(f"{number:x}") for number in range(5)), with_long_values("ac", "x", "y"))

    assert count(store, "session") == 8
    assert (count(store, "body"), count(store, "fingerprint")) == (bodies, fingerprints) == (2, 1)
    assert load_session(store, "ac") == folded(with_long_values("ac", "x", "y"))


def test_values_of_equal_bytes_and_different_form_stay_apart(store: Store) -> None:
    forms = [Value(b"1", form, comparable) for form in Form for comparable in (True, False)]
    save(store, [opened("ab"), Started(1, None, 0, "f", "m:f", {f"p{n}": value for n, value in enumerate(forms)})])

    assert list(load_session(store, "ab").steps[1].inputs.values()) == forms


def test_an_equal_value_is_one_object_after_loading(store: Store) -> None:
    value = Value(b'"shared"')
    history = [opened("ab"), Started(1, None, 0, "f", "m:f", {"a": value}), Finished(1, 1, Returned(value))]
    save(store, history)

    step = load_session(store, "ab").steps[1]

    assert isinstance(step.outcome, Returned)
    assert step.outcome.value is step.inputs["a"]


def test_a_session_that_was_never_saved_is_not_found(store: Store) -> None:
    save(store, good_run("ab"))

    with pytest.raises(NotFoundError, match=r"^no session 'cd'$"):
        load_session(store, "cd")
    assert [has_session(store, id) for id in ("ab", "cd", "a")] == [True, False, False]


def test_a_save_that_is_interrupted_leaves_what_was_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    save(store, failed_run())
    before = count(store, "chunk"), count(store, "journal"), count(store, "session")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flight_recorder.store.save.keep_learned", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(store, good_run("cd"))

    assert (count(store, "chunk"), count(store, "journal"), count(store, "session")) == before
    assert load_session(store, "4f2a91") == folded(failed_run())


def damaged(store: Store, sql: str) -> Session:
    save(store, failed_run(), with_long_values("ab", "x"))
    with store.writing() as connection:
        connection.execute(sql)
    list_sessions(store, 10)
    load_session(store, "ab")
    return load_session(store, "4f2a91")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE body SET data = zeroblob(10)",
        "UPDATE body SET digest = zeroblob(16)",
        "DELETE FROM held",
        "UPDATE fingerprint SET data = zeroblob(10)",
        "UPDATE session SET status = 'lost'",
        "UPDATE chunk SET data = zeroblob(10)",
        "UPDATE chunk SET data = substr(data, 1, length(data) - 1)",
        "UPDATE chunk SET data = (SELECT data FROM body)",
        "UPDATE chunk SET data = 'text'",
        "ALTER TABLE held RENAME TO kept",
    ],
)
def test_rows_that_make_no_sense_are_reported_as_damage(store: Store, sql: str) -> None:
    with pytest.raises(StoreCorruptError, match=r"store\.db is damaged"):
        damaged(store, sql)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        pass

    with pytest.raises(sqlite3.ProgrammingError):
        load_session(store, "ab")


def test_status_and_failure_are_kept_where_a_list_finds_them(store: Store) -> None:
    save(store, failed_run())

    with store.reading() as connection:
        assert connection.execute("SELECT status, steps, error FROM session").fetchone() == (
            Status.FAILED,
            3,
            "AssertionError: Contact required",
        )
