"""Made events: Hypothesis strategies for every field of every event, found by the fields' types.

A field that is added to an event is therefore made, and must survive the journal and the store, from that day.
"""

import types
import typing
from enum import Enum
from functools import cache

import msgspec
from hypothesis import strategies as st

from flight_recorder.model.event import (
    Ended,
    Event,
    Exchanged,
    Finished,
    Learned,
    Opened,
    Started,
    Streamed,
    Withdrawn,
)
from flight_recorder.model.judgement import WITHDRAWN, Judgement
from flight_recorder.model.session import Status
from flight_recorder.model.value import Value

INTEGERS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)  # what UTF-8 can hold
DATA = st.one_of(
    st.sampled_from([b"null", b'"a@b.c"', b'{"limit":10}']),  # often equal, so that they are shared
    TEXTS.map(msgspec.json.encode),
    st.lists(st.integers(), min_size=1, max_size=3).map(lambda some: msgspec.json.encode(some * 400)),  # to compress
)  # JSON, as the data of every value is
IDS = st.text("0123456789abcdef", min_size=1, max_size=16)


def made(kind: type, depth: int = 3, **fields: st.SearchStrategy) -> st.SearchStrategy:
    """Return a strategy for the Struct *kind* with every field set, those in *fields* as given."""
    hints = typing.get_type_hints(kind)
    others = {name: strategy_for(hints[name], depth - 1) for name in kind.__struct_fields__ if name not in fields}
    return st.builds(kind, **others, **fields)


@cache
def strategy_for(hint: object, depth: int = 3) -> st.SearchStrategy:
    """Return a strategy for what the type *hint* allows; nested Failures end after *depth* levels."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _LEAVES:
        return _LEAVES[hint]
    if origin is types.UnionType or origin is typing.Union:
        if depth <= 0 and type(None) in inner:
            return st.none()
        return st.one_of([strategy_for(option, depth) for option in inner])
    if origin is tuple:
        if inner[-1] is not ...:
            return st.tuples(*(strategy_for(one, depth) for one in inner))
        return st.just(()) if depth <= 0 else st.lists(strategy_for(inner[0], depth), max_size=2).map(tuple)
    if origin is dict:
        if depth <= 0:
            return st.just({})
        return st.dictionaries(strategy_for(inner[0]), strategy_for(inner[1], depth), max_size=3)
    if hint is Value:
        return st.builds(Value, DATA, strategy_for(typing.get_type_hints(Value)["form"]), st.booleans())
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return made(hint, depth)
    raise TypeError(f"no strategy for {hint}")


_LEAVES: dict[object, st.SearchStrategy] = {
    str: TEXTS,
    int: INTEGERS,
    float: st.floats(allow_nan=False, allow_infinity=False),  # what JSON can hold
    bool: st.booleans(),
    bytes: DATA,
    type(None): st.none(),
}

EVENTS: st.SearchStrategy[Event] = st.one_of(
    made(Opened),
    made(Learned),
    made(Started),
    made(Finished),
    made(Streamed),
    made(Exchanged),
    made(Withdrawn),
    made(Ended),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw what a journal can hold: steps start once, finish at most once and later, and call each other."""
    ids = draw(st.lists(st.integers(0, 2**46), unique=True, max_size=5))
    history: list[Event] = []
    for position, id in enumerate(ids):
        parent = st.none() if position == 0 else st.sampled_from([*ids[:position], 2**50])  # 2**50: was lost
        history.insert(
            draw(_place(history, ids[:position])), draw(made(Started, depth=2, step=st.just(id), parent=parent))
        )
        if draw(st.booleans()):
            started = _index_of(history, id)
            history.insert(draw(st.integers(started + 1, len(history))), draw(made(Finished, step=st.just(id))))
        if draw(st.booleans()):
            _insert_stream(draw, history, id)
    for learned in draw(st.lists(made(Learned), max_size=2)):
        history.insert(draw(st.integers(0, len(history))), learned)
    if draw(st.booleans()):
        history.append(draw(made(Ended, status=st.sampled_from([Status.SUCCESS, Status.FAILED, Status.HELD]))))
    return [draw(made(Opened, session=IDS)), *history]


def _insert_stream(draw: st.DrawFn, history: list[Event], id: int) -> None:
    """A stream says so before anything passes; where it is withdrawn, what passes is counted anew."""
    passed: list[Event] = []
    for is_first in (True, False):
        passed += [
            draw(made(Exchanged, step=st.just(id), number=st.just(number)))
            for number in range(draw(st.integers(0, 3)))
        ]
        if is_first and draw(st.booleans()):
            judgement = draw(made(Judgement, reason=st.sampled_from(sorted(WITHDRAWN))))
            passed.append(Withdrawn(id, 2**47, judgement))
        elif is_first:
            break
    place = _index_of(history, id)
    for event in [draw(made(Streamed, step=st.just(id))), *passed]:
        place = draw(st.integers(place + 1, len(history)))
        history.insert(place, event)


def _index_of(history: list[Event], id: int) -> int:
    return next(i for i, event in enumerate(history) if isinstance(event, Started) and event.step == id)


def _place(history: list[Event], earlier: list[int]) -> st.SearchStrategy[int]:
    """A step starts after all that started before it: ids here are in the order in which steps began."""
    last = max((_index_of(history, id) for id in earlier), default=-1)
    return st.integers(last + 1, len(history))
