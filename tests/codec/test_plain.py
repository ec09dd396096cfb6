"""Plain values: the quick way to their bytes gives what the way for everything gives, or leaves them to it."""

import copy
import gc
import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flight_recorder.codec import survey as in_python
from flight_recorder.codec.capture import capture, capture_parts
from flight_recorder.codec.identity import ids_of, shared_inputs
from flight_recorder.codec.plain import PlainCapture, ids_in
from flight_recorder.codec.secrets import Secrets
from flight_recorder.codec.survey import Plain
from tests.codec.strategies import everything
from tests.codec.surveyors import ALL, surveyor

Quick = Callable[..., Plain | None]

LONG = st.just(4300).map(lambda digits: 10**digits)  # made late: Hypothesis would show it, which Python refuses
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([2**64, 10**4299]),
    LONG,
)
PLAIN_THINGS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.just("$"), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.fixture(params=ALL)
def quick(request: pytest.FixtureRequest) -> Quick:
    """What captures plain values, by each of those that can look at them."""
    by: Any = surveyor(request.param)

    def capture(*values: object, secret: str = "the key", max_depth: int = 200) -> Plain | None:
        return PlainCapture(Secrets(names=[secret], defaults=False), 1_000_000, max_depth, by).capture(values)

    return capture


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text('ab "\\\n\x00\x1f\x7f-_:$[]\u00e9\u20ac\U0001f600', max_size=150), max_size=4))
def test_texts_are_written_as_msgspec_writes_them(quick: Quick, texts: list[str]) -> None:
    rows = [dict.fromkeys(texts, number) for number in range(3)]

    plain = quick(texts, rows)

    assert plain is None or plain.data == msgspec.json.encode([texts, rows])


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(PLAIN_THINGS | everything, max_size=3))
def test_bytes_and_identity_are_those_of_the_way_for_everything(quick: Quick, values: list[Any]) -> None:
    plain = quick(*values)

    if plain is not None:
        captured = [capture_parts(value) for value in values]
        assert plain.data == b"[" + b",".join(value.data for value, _ in captured) + b"]"
        assert all(value.is_exact and value.is_comparable for value, _ in captured)
        assert ids_in(plain) == [ids_of(parts) for _, parts in captured]
        assert shared_inputs([id for ids in ids_in(plain) for id in ids]) == ()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(thing=PLAIN_THINGS)
def test_json_is_taken_unless_json_cannot_say_it(quick: Quick, thing: Any) -> None:
    text = capture(thing).data

    assert (quick(copy.deepcopy(thing)) is None) == (b'{"$":' in text)


class Text(str):
    __slots__ = ()


class Keyed(type):
    def __hash__(cls) -> int:
        raise AssertionError("code of the program's ran")

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("code of the program's ran")


class Odd(metaclass=Keyed):
    pass


SHARED: list[int] = []
CYCLE: list[Any] = []
CYCLE.append(CYCLE)
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]
WIDE: list[Any] = [0] * 1000
for _ in range(6):
    WIDE = [WIDE] * 1000


@pytest.mark.parametrize(
    "thing",
    [
        (1,), {1}, b"x", bytearray(b"x"), 1j, ..., object(), OrderedDict(a=1), Text("x"), [Text("x")], {Text("x"): 1},
        {1: 2}, {None: 1}, {(): 1}, {"a": 1, 2: 3}, {"$": 1}, [{"a": {"$": 1}}], float("nan"), [float("inf"), None],
        "\ud800", {"\ud800": 1}, 10**4300, [SHARED, SHARED], CYCLE, DEEP, WIDE, Odd(), [Odd()], {"a": Odd()},
        {"key": "v"}, "x" * 2_000_000,
    ],
    ids=lambda thing: type(thing).__name__,
)  # fmt: skip
def test_what_is_not_plain_is_left_alone(quick: Quick, thing: Any) -> None:
    assert quick(thing, secret="key") is None


def test_numbers_that_a_reader_would_refuse_are_left_alone(quick: Quick) -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert quick(10**5000) is None
    finally:
        sys.set_int_max_str_digits(limit)
    assert quick(10**4299) is not None


def replace_by_an_equal_one(value: dict[str, Any]) -> None:
    value["list"][1] = list(value["list"][1])


def rename_a_key(value: dict[str, Any]) -> None:
    value["last of all"] = value.pop("last")


def move_a_key(value: dict[str, Any]) -> None:
    value["a"] = value.pop("a")


CHANGES = [
    lambda value: value.update(a=2),
    lambda value: value.pop("a"),
    lambda value: value["list"].append(1),
    lambda value: value["list"].reverse(),
    lambda value: value["list"][1].append(None),
    lambda value: value["empty"].update(a=1),
    replace_by_an_equal_one,
    rename_a_key,
    move_a_key,
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_shows(quick: Quick, change: Any) -> None:
    value = {"a": 1, "b": 1, "list": [1, [2.5], {"c": "text"}], "empty": {}, "last": None}
    plain = quick(value, "other")
    assert plain is not None
    assert plain.is_unchanged()

    change(value)

    assert not plain.is_unchanged()
    assert ids_in(plain)[0][-1] == id(value)


def test_what_is_nested_deeper_than_the_limit_is_left_alone(quick: Quick) -> None:
    assert quick([[["x"]]], max_depth=2) is None
    assert quick([[["x"]]], max_depth=3) is not None


def test_containers_that_two_values_share_are_found(quick: Quick) -> None:
    inner = [1]
    one, other, apart = quick({"a": inner}), quick([[2], inner]), quick([[1], "text"], 7)
    assert one is not None
    assert other is not None
    assert apart is not None

    assert one.shares_with(other)
    assert other.shares_with(one)
    assert not apart.shares_with(one)
    assert one.is_among({id(inner): "here"})
    assert not apart.is_among({id(inner): "here"})
    assert not apart.is_among({})


def test_one_of_many_containers_is_found_wherever_it_stands(quick: Quick) -> None:
    many: list[list[int]] = [[number] for number in range(50)]
    held = list(many)
    for place in range(50):
        one, other = quick([*[[] for _ in range(40)], many[place]]), quick(held)
        copies = quick(copy.deepcopy(many))
        assert one is not None
        assert other is not None
        assert copies is not None
        assert one.shares_with(other)
        assert other.shares_with(one)
        assert not copies.shares_with(other)
        assert not other.shares_with(copies)


def test_what_was_looked_at_is_kept_until_it_is_let_go(quick: Quick) -> None:
    inner = ["x"]
    before = sys.getrefcount(inner)
    plain = quick({"a": inner})
    assert plain is not None
    assert sys.getrefcount(inner) > before

    plain.forget()

    assert sys.getrefcount(inner) == before


def test_many_keys_that_were_not_met_before_are_learned_at_once(
    quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(Secrets, "is_secret_name", lambda _self, name: asked.append(name) or False)

    assert quick({f"user {number}": {f"of {number}": number} for number in range(5_000)}) is not None

    assert len(asked) == len(set(asked)) == 10_000


def test_a_call_with_many_new_keys_is_surveyed_twice_and_not_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    surveys = []

    class Counting:
        @staticmethod
        def survey(*args: Any) -> Any:
            surveys.append(args)
            return in_python.survey(*args)

    capture = PlainCapture(Secrets(defaults=False), 1_000_000, 200, Counting()).capture

    assert capture(({f"user {number}": number for number in range(1_000)},)) is not None
    assert len(surveys) == 2


class Holder:
    def __init__(self, held: object) -> None:
        self.held = held


def test_what_leads_back_to_a_survey_later_is_collected(quick: Quick) -> None:
    argument: list[Any] = [[1]]
    holder = Holder(quick(argument))
    argument[0].append(holder)  # as a step may that keeps an exception, with its frames, in what it was given
    watched = weakref.ref(holder)

    del argument, holder
    gc.collect()

    assert watched() is None
