"""Objects that a stream and its consumer both hold: when copies cannot stand for them, the recording says so."""

import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from flight_recorder.api import FlightRecorder
from flight_recorder.model.session import Session
from flight_recorder.model.stream import Tied

Load = Callable[[], Session]
CONFIG: dict[str, int] = {"n": 1}


def tie_of(session: Session) -> Tied | None:
    """Of the one stream in *session*."""
    (stream,) = [step.stream for step in session.steps.values() if step.stream is not None]
    return stream.tie


def ties(fr: FlightRecorder, last: Load, function: Any, consumer: Callable[[Any], object]) -> str:
    """Why the stream that *function* gives to *consumer* cannot be served; "" if it can."""
    stream = fr.register("stream")(function)
    fr.run(lambda: consumer(stream()))
    tie = tie_of(last())
    return "" if tie is None else tie.why


def buffer() -> Iterator[list[int]]:
    held: list[int] = []
    for n in range(2):
        held.append(n)
        yield held


def two_buffers() -> Iterator[list[int]]:
    one, other = [1], [2]
    yield from (one, other, one)


def page_filled_later() -> Iterator[dict[str, int]]:
    page: dict[str, int] = {}
    yield page
    yield {}
    page["rows"] = 3


def page_marked_as_closed() -> Iterator[dict[str, bool]]:
    page: dict[str, bool] = {}
    try:
        yield page
    finally:
        page["closed"] = True


def header_in_each() -> Iterator[dict[str, Any]]:
    header = {"n": 1}
    for n in range(2):
        yield {"n": n, "header": header}


def configuration() -> Iterator[dict[str, int]]:
    yield CONFIG


def first_returned() -> Iterator[list[int]]:
    one, other = [1], [2]
    yield from (one, other)
    return one


def all_its_own() -> Iterator[dict[str, Any]]:
    for n in range(9):
        yield {"n": n, "parts": [n]}


def echo() -> Any:
    got = None
    while True:
        got = yield got


def eater() -> Any:
    while True:
        got = yield
        if got:
            got.clear()


def listener() -> Any:
    heard = 0
    while True:
        heard += len((yield heard) or ())


def taken_once(stream: Any) -> None:
    next(stream)
    stream.close()


def changed_late(stream: Any) -> None:
    rows = [next(stream), next(stream)]
    rows[0]["late"] = 1
    next(stream)


def sent_twice(stream: Any) -> None:
    next(stream)
    same = [1]
    stream.send(same), stream.send(same)


def sent(stream: Any) -> None:
    next(stream)
    stream.send([1]), stream.send([1]), next(stream)


def taken_twice(stream: Any) -> None:
    next(stream), next(stream)


TIED = {
    "given twice": (buffer, list, "its item 2 had passed before"),
    "given again later": (two_buffers, list, "its item 3 had passed before"),
    "changed by the body": (page_filled_later, list, "its item 1 was changed later"),
    "changed while it is closed": (page_marked_as_closed, taken_once, "its item 1 was changed later"),
    "a part in each": (header_in_each, list, "its item 2 had passed before"),
    "what a global holds": (configuration, list, f"its item 1 is kept in {__name__}.CONFIG"),
    "returned as well": (first_returned, list, "what it returned had passed before"),
    "changed by the consumer": (all_its_own, changed_late, "its item 1 was changed later"),
    "sent and given back": (echo, sent, "its item 2 had passed before"),
    "sent and changed": (eater, sent, "what was sent after its item 1 was changed later"),
    "sent twice": (listener, sent_twice, "what was sent after its item 2 had passed before"),
}
FREE = {
    "items of their own": (all_its_own, list),
    "what is changed before the next": (all_its_own, lambda stream: [row.update(seen=1) for row in stream]),
    "what is changed after the end": (all_its_own, lambda stream: [row.clear() for row in list(stream)]),
    "what its consumer has in hand when it leaves": (all_its_own, lambda stream: next(stream).clear()),
    "what would have been changed later": (page_filled_later, taken_twice),
    "sent, and only looked at": (listener, sent),
}


@pytest.mark.parametrize("what", TIED)
def test_where_both_hold_an_object_and_it_matters_the_recording_says_so(
    fr: FlightRecorder, last: Load, what: str
) -> None:
    function, consumer, why = TIED[what]
    assert ties(fr, last, function, consumer) == why


@pytest.mark.parametrize("what", FREE)
def test_where_it_makes_no_difference_nothing_is_said(fr: FlightRecorder, last: Load, what: str) -> None:
    function, consumer = FREE[what]
    assert ties(fr, last, function, consumer) == ""


@dataclass(eq=False)
class Row:
    n: int
    parts: list[int] = field(default_factory=list)


def test_items_that_nobody_holds_any_more_are_let_go(fr: FlightRecorder) -> None:
    alive: weakref.WeakSet[Row] = weakref.WeakSet()
    most = []

    @fr.register("rows")
    def rows() -> Iterator[Row]:
        for n in range(500):
            row = Row(n)
            alive.add(row)
            yield row

    def entry() -> None:
        most.extend(len(alive) for _ in rows())

    gc.disable()
    try:
        fr.run(entry)
    finally:
        gc.enable()
    assert max(most) < 12
