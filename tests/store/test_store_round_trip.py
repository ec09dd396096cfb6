"""What is saved is what is loaded."""

import random
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flight_recorder.errors import NotFoundError, StoreCorruptError
from flight_recorder.model.event import Event, Finished, Started, Withdrawn
from flight_recorder.model.fold import fold
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Returned
from flight_recorder.model.value import Form, Value
from flight_recorder.store.database import Store, open_store
from flight_recorder.store.load import has_session, load_session
from flight_recorder.store.merge import Progress, merged, progress_of, unfold
from flight_recorder.store.save import save_session
from tests.journal.made_events import histories
from tests.store.made_sessions import failed_run, folded, good_run, opened, orders, replay_run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "home", create=True) as store:
        yield store


def count(store: Store, table: str) -> int:
    with store.reading() as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), cut=st.floats(0, 1))
def test_every_session_and_every_prefix_of_one_is_loaded_as_it_was_saved(
    store: Store, history: list[Event], cut: float
) -> None:
    """One store for all examples: a session replaces one of the same id, and shares blobs with all before it."""
    for events in (history[: 1 + round(cut * (len(history) - 1))], history):
        session = folded(events)

        save_session(store, session)

        loaded = load_session(store, session.id)
        assert loaded == session
        assert orders(loaded) == orders(session)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_a_session_can_be_told_again_as_events(history: list[Event]) -> None:
    session = folded(history)

    again = fold(unfold(session))

    assert again == session
    assert orders(again) == orders(session)


@settings(max_examples=100, deadline=None)
@given(history=histories(), first=st.floats(0, 1), second=st.floats(0, 1))
def test_merging_only_ever_adds(history: list[Event], first: float, second: float) -> None:
    """Whatever two drains saw of one journal, in whichever order: nothing that either saw is missing.

    But for what a Withdrawn made void.
    """
    one = history[: 1 + round(first * (len(history) - 1))]
    other = history[: 1 + round(second * (len(history) - 1))]

    both = merged(folded(one), other)

    assert both == folded(max(one, other, key=len))
    if not any(isinstance(event, Withdrawn) for event in history):
        assert progress_of(both).covers(progress_of(folded(one)))
        assert progress_of(both).covers(progress_of(folded(other)))


HALF_WAY = Progress(Status.UNFINISHED, {1: False, 2: True}, frozenset({"f"}))


@pytest.mark.parametrize(
    ("change", "is_covered"),
    [
        ({}, True),
        ({"status": Status.FAILED}, False),
        ({"has_ended": {1: True, 2: True}}, False),
        ({"has_ended": {1: False, 2: True, 3: False}}, False),
        ({"has_ended": {1: False, 2: False}}, True),
        ({"has_ended": {1: False}}, True),
        ({"learned": frozenset({"f", "g"})}, False),
        ({"learned": frozenset()}, True),
    ],
)
def test_progress_covers_what_knows_nothing_more(change: dict[str, Any], is_covered: bool) -> None:
    assert HALF_WAY.covers(replace(HALF_WAY, **change)) is is_covered


def test_a_session_that_has_ended_covers_itself_unfinished_and_no_other_end() -> None:
    ended = replace(HALF_WAY, status=Status.SUCCESS)

    assert ended.covers(HALF_WAY)
    assert ended.covers(ended)
    assert not ended.covers(replace(HALF_WAY, status=Status.FAILED))


def test_a_session_with_every_part_is_loaded_as_it_was_saved(store: Store) -> None:
    sessions = [folded(failed_run()), folded(replay_run())]
    for session in sessions:
        save_session(store, session)

    assert [load_session(store, session.id) for session in sessions] == sessions
    assert [orders(load_session(store, session.id)) for session in sessions] == [orders(s) for s in sessions]


def test_saving_a_session_again_replaces_it(store: Store) -> None:
    whole = failed_run()
    save_session(store, folded(whole))
    before = {table: count(store, table) for table in ("session", "step", "held", "learned", "blob", "fingerprint")}

    save_session(store, folded(whole))
    assert {table: count(store, table) for table in before} == before

    save_session(store, folded(whole[:3]))
    assert load_session(store, "4f2a91") == folded(whole[:3])
    assert (count(store, "step"), count(store, "held")) == (1, 1)


def test_equal_values_and_fingerprints_are_kept_once_for_all_sessions(store: Store) -> None:
    save_session(store, folded(failed_run()))
    blobs, fingerprints = count(store, "blob"), count(store, "fingerprint")

    for number in range(5):
        save_session(store, folded(failed_run(f"{number:x}")))

    assert (count(store, "session"), count(store, "step")) == (6, 18)
    assert (count(store, "blob"), count(store, "fingerprint")) == (blobs, fingerprints)


def test_values_of_equal_bytes_and_different_form_stay_apart(store: Store) -> None:
    forms = [Value(b"1", form, comparable) for form in Form for comparable in (True, False)]
    session = folded(
        [opened("ab"), Started(1, None, 0, "f", "m:f", {f"p{n}": value for n, value in enumerate(forms)})]
    )

    save_session(store, session)

    assert list(load_session(store, "ab").steps[1].inputs.values()) == forms


def test_an_equal_value_is_one_object_after_loading(store: Store) -> None:
    value = Value(b'"shared"')
    save_session(
        store,
        folded(
            [
                opened("ab"),
                Started(1, None, 0, "f", "m:f", {"a": value}),
                Finished(1, 1, Returned(Value(b'"shared"'))),
            ]
        ),
    )

    step = load_session(store, "ab").steps[1]

    assert isinstance(step.outcome, Returned)
    assert step.outcome.value is step.inputs["a"]


@pytest.mark.parametrize(
    ("data", "is_compressed"), [(b"x" * 1023, 0), (b"x" * 1024, 1), (bytes(range(256)) * 2, 0), (b"", 0)]
)
def test_long_values_are_compressed(store: Store, data: bytes, is_compressed: int) -> None:
    save_session(store, folded([opened("ab"), Started(1, None, 0, "f", "m:f", {"a": Value(data)})]))

    with store.reading() as connection:
        stored = connection.execute("SELECT is_compressed, data FROM blob").fetchone()

    assert stored == (is_compressed, zlib.compress(data, 1) if is_compressed else data)
    assert load_session(store, "ab").steps[1].inputs["a"].data == data


def test_a_long_value_that_does_not_become_smaller_stays_as_it_is(store: Store) -> None:
    noise = random.Random(1).randbytes(3000)
    save_session(store, folded([opened("ab"), Started(1, None, 0, "f", "m:f", {"a": Value(noise)})]))

    with store.reading() as connection:
        assert connection.execute("SELECT is_compressed, data FROM blob").fetchone() == (0, noise)
    assert load_session(store, "ab").steps[1].inputs["a"].data == noise


def test_a_session_that_was_never_saved_is_not_found(store: Store) -> None:
    save_session(store, folded(good_run("ab")))

    with pytest.raises(NotFoundError, match=r"^no session 'cd'$"):
        load_session(store, "cd")
    assert [has_session(store, id) for id in ("ab", "cd", "a")] == [True, False, False]


def test_a_save_that_is_interrupted_leaves_what_was_there(store: Store) -> None:
    session = folded(failed_run())
    save_session(store, session)
    broken = folded(good_run(session.id))
    broken.steps[1].call.inputs["email"] = "not a value"  # type: ignore[assignment]

    with pytest.raises(AttributeError):
        save_session(store, broken)

    assert load_session(store, session.id) == session


def damaged(store: Store, sql: str) -> Session:
    save_session(store, folded(failed_run()))
    with store.writing() as connection:
        connection.execute(sql)
    return load_session(store, "4f2a91")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE blob SET data = '\"a@b.d\"' WHERE data = CAST('\"a@b.c\"' AS BLOB)",
        "UPDATE blob SET is_compressed = 1",
        "UPDATE blob SET form = 'exakt'",
        "UPDATE fingerprint SET data = zeroblob(10)",
        "UPDATE session SET launch = '{'",
        "UPDATE session SET launch = '[]'",
        "UPDATE session SET status = 'lost'",
        "UPDATE step SET failure = x'00' WHERE outcome = 'raised'",
        "UPDATE step SET failure = NULL WHERE outcome = 'raised'",
        "UPDATE step SET outcome = 'vanished'",
        "UPDATE step SET branch = '[\"a\"]'",
        "UPDATE step SET judgement = '7'",
        "UPDATE step SET name = CAST(x'ff' AS TEXT)",
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
    save_session(store, folded(failed_run()))

    with store.reading() as connection:
        assert connection.execute("SELECT status, steps, error FROM session").fetchone() == (
            Status.FAILED,
            3,
            "AssertionError: Contact required",
        )
        assert connection.execute("SELECT id, error FROM step WHERE error IS NOT NULL ORDER BY id").fetchall() == [
            (1, "AssertionError: Contact required"),
            (3, "AssertionError: Contact required"),
        ]
