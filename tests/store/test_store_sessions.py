"""Finding sessions without loading them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from flight_recorder.errors import NotFoundError
from flight_recorder.model.session import Mode, Status
from flight_recorder.store.chain import relatives_of
from flight_recorder.store.database import Store, open_store
from flight_recorder.store.sessions import (
    Summary,
    began_in_process,
    find_session,
    last_session_id,
    list_sessions,
    successes_before,
)
from tests.store.made_sessions import EPOCH_NS, MS, SECOND, failed_run, folded, good_run, opened, replay_run, save


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "home", create=True) as store:
        yield store


def test_sessions_are_listed_with_the_latest_first(store: Store) -> None:
    save(store, failed_run(), replay_run())

    assert list_sessions(store, 10) == [
        Summary(
            id="77c0de",
            entry="qualify",
            mode=Mode.REPLAY,
            status=Status.UNFINISHED,
            started_at_ns=EPOCH_NS + 3600 * SECOND,
            duration_ns=None,
            step_count=4,
            process="p2",
            index=0,
            replay_of="4f2a91",
            is_overridden=False,
            failure=None,
        ),
        Summary(
            id="4f2a91",
            entry="qualify",
            mode=Mode.RUN,
            status=Status.FAILED,
            started_at_ns=EPOCH_NS,
            duration_ns=6 * MS,
            step_count=3,
            process="p1",
            index=0,
            replay_of=None,
            is_overridden=False,
            failure="AssertionError: Contact required",
        ),
    ]


def test_a_list_has_no_more_sessions_than_asked_for(store: Store) -> None:
    save(store, *(good_run(f"a{number}", at_ns=EPOCH_NS + number, index=number) for number in range(5)))

    assert [summary.id for summary in list_sessions(store, 2)] == ["a4", "a3"]


def test_sessions_of_one_instant_are_told_apart_by_their_number(store: Store) -> None:
    save(store, good_run("b", index=1), good_run("c", index=2), good_run("a", index=0))

    assert [summary.id for summary in list_sessions(store, 10)] == ["c", "b", "a"]
    assert last_session_id(store) == "c"


def test_the_sessions_of_a_process_come_in_the_order_of_their_beginning(store: Store) -> None:
    save(store, good_run("b", index=1), good_run("a", index=0), good_run("x", index=0, process="p2"))

    assert [began.id for began in began_in_process(store, "p1")] == ["a", "b"]
    assert began_in_process(store, "p3") == []


def test_the_last_session_and_the_last_that_did_not_succeed(store: Store) -> None:
    assert last_session_id(store) is None
    assert last_session_id(store, failed=True) is None

    save(store, good_run("ab", at_ns=EPOCH_NS + 5))
    assert last_session_id(store) == "ab"
    assert last_session_id(store, failed=True) is None

    save(store, failed_run("cd", at_ns=EPOCH_NS + 2), [opened("ef", at_ns=EPOCH_NS + 3)])
    assert last_session_id(store) == "ab"
    assert last_session_id(store, failed=True) == "ef"  # unfinished: it was killed


@pytest.mark.parametrize(
    ("text", "id"), [("4f2a91", "4f2a91"), ("4f2a", "4f2a91"), ("4F2A9", "4f2a91"), (" 5 ", "5"), ("5b", "5b00")]
)
def test_a_session_is_found_by_its_id_or_an_unambiguous_beginning(store: Store, text: str, id: str) -> None:
    save(store, *(good_run(known) for known in ("4f2a91", "4f33", "5", "5b00")))

    assert find_session(store, text) == id


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4f", "'4f' is ambiguous: it could be 4f33, 4f2a91. Give more of the id"),
        ("4f2b", "no session '4f2b'; did you mean '4f2a91'?"),
        ("4f2a919", "no session '4f2a919'; did you mean '4f2a91'?"),
        ("yesterday", "no session 'yesterday'"),
        ("%", "no session '%'"),
        ("", "no session ''"),
    ],
)
def test_a_session_that_is_not_found_names_what_is_near(store: Store, text: str, message: str) -> None:
    save(store, good_run("4f2a91"), good_run("4f33", at_ns=EPOCH_NS + 1))

    with pytest.raises(NotFoundError) as caught:
        find_session(store, text)

    assert str(caught.value) == message


def test_an_ambiguous_beginning_names_no_more_than_five(store: Store) -> None:
    save(store, *(good_run(f"a{number}", index=-number) for number in range(8)))

    with pytest.raises(NotFoundError, match=r"it could be a0, a1, a2, a3, a4 and 3 more\. Give more"):
        find_session(store, "a")


def test_the_relatives_of_a_session_are_all_replays_of_one_another(store: Store) -> None:
    save(
        store,
        good_run("a0"),
        good_run("a1", at_ns=EPOCH_NS + 1, replay_of="a0"),
        good_run("a2", at_ns=EPOCH_NS + 2, replay_of="a1"),
        good_run("a3", at_ns=EPOCH_NS + 3, replay_of="a0"),
        good_run("b0", at_ns=EPOCH_NS + 4),
        good_run("c1", at_ns=EPOCH_NS + 5, replay_of="c0"),  # c0 was deleted
    )

    assert relatives_of(store, "a1") == ["a3", "a2", "a0"]
    assert relatives_of(store, "b0") == []
    assert relatives_of(store, "c1") == []


def test_an_experiment_is_listed_and_is_neither_the_last_nor_a_relative_nor_an_earlier_run(store: Store) -> None:
    experiment = good_run("e1", at_ns=EPOCH_NS + 1, replay_of="a0")
    experiment[0] = structs.replace(experiment[0], mode=Mode.EXPERIMENT)
    save(store, good_run("a0"), experiment, good_run("a1", at_ns=EPOCH_NS + 2, replay_of="a0"))
    later = folded(good_run("b0", at_ns=EPOCH_NS + 3))

    assert [summary.id for summary in list_sessions(store, 9)] == ["a1", "e1", "a0"]
    assert [last_session_id(store, back=back) for back in range(3)] == ["a1", "a0", None]
    assert relatives_of(store, "a0") == ["a1"]
    assert [id for id, _ in successes_before(store, later, 9)] == ["a1", "a0"]
