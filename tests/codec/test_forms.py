"""The form of a value, and whether it can be compared: what is exact, what is opaque, what was taken out."""

import functools
import io
import json
import logging
import random
import re
import threading
import traceback
import zoneinfo
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from flight_recorder.codec.capture import REDACTED_VALUE, CaptureSettings, capture, capture_named
from flight_recorder.codec.preview import preview
from flight_recorder.codec.secrets import Secrets
from flight_recorder.model.value import Form, Value
from tests.codec.made_classes import Both, Count, Items, Names, Plain, Point, Quote, RefusedError, Text


def describe(found: object) -> str | None:
    return None if getattr(found, "__name__", "") == "unknown" else "digest"


DESCRIBING = CaptureSettings(describe_callable=describe)


class Connection(threading.local):
    """A Python subclass of a C type with hidden state."""


class Dice(random.Random):
    """A Python subclass of a C type that looks like a class made in Python."""


class Stream(io.StringIO):
    pass


class ManyError(ValueError):
    def __new__(cls, *args: Any) -> "ManyError":
        return super().__new__(cls, *args)


def unknown() -> None:
    """A function that the describer does not know."""


def test_an_ordinary_instance_is_opaque_and_compared_by_type_and_state() -> None:
    value = capture(Plain(a=1, b=[2]))

    assert value.form is Form.OPAQUE
    assert value.is_comparable
    assert value.equals(capture(Plain(b=[2], a=1)))
    assert not value.equals(capture(Plain(a=1, b=[3])))


def test_state_in_slots_counts() -> None:
    one, other = Both(), Both()
    one.slot, other.slot = 1, 2

    assert capture(one).is_comparable
    assert not capture(one).equals(capture(other))


@pytest.mark.parametrize("thing", [Names(a=1), Items([1]), Text("a"), Count(1)])
def test_a_subclass_of_a_builtin_is_never_taken_for_the_builtin(thing: Any) -> None:
    value = capture(thing)

    assert value.form is Form.OPAQUE
    assert value.is_comparable
    assert value.data != capture(type(thing).__base__(thing)).data  # type: ignore[misc]  # the builtin base
    assert preview(value).startswith(f"<{type(thing).__name__} ")


@pytest.mark.parametrize(
    "thing",
    [
        threading.Lock(),
        Connection(),
        Stream(),
        io.BytesIO(),
        random.Random(1),
        Dice(1),
        (number for number in ()),
        iter([]),
        {}.keys(),
        re.finditer("a", "a"),
        json,
        object(),
        memoryview(b""),
        property(),
        Plain(lock=threading.Lock()),
        [threading.Lock()],
        Quote("a", threading.Lock()),
        ValueError(threading.Lock()),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_has_hidden_state_never_equals_anything(thing: object) -> None:
    value = capture(thing)

    assert value.form is Form.OPAQUE
    assert not value.equals(value)


def test_an_address_is_not_in_the_bytes() -> None:
    assert capture(threading.Lock()).data == capture(threading.Lock()).data


def test_a_logger_counts_by_its_name() -> None:
    value = capture(Plain(log=logging.getLogger("shop")))

    assert value.is_comparable
    assert preview(value) == "<Plain log=<Logger name='shop'>>"


# Classes that cannot be found again


def test_instances_of_a_class_made_in_a_function_are_opaque_but_comparable() -> None:
    @dataclass
    class Local:
        rate: int

    class Model(BaseModel):
        rate: int

    for thing in (Local(1), Model(rate=1)):
        value = capture(thing)
        assert value.form is Form.OPAQUE
        assert value.is_comparable
        assert preview(value) in ("Local(rate=1)", "Model(rate=1)")


def test_instances_of_a_class_that_was_replaced_under_its_name_are_opaque(monkeypatch: pytest.MonkeyPatch) -> None:
    quote = Quote("a", 1)
    assert capture(quote).is_exact

    monkeypatch.setattr("tests.codec.made_classes.Quote", Plain)

    assert not capture(quote).is_exact


def test_an_exception_that_makes_its_instances_itself_is_opaque() -> None:
    assert capture(ManyError("a")).form is Form.OPAQUE
    assert capture(ManyError("a")).is_comparable


def test_an_exception_that_holds_an_opaque_object_is_opaque() -> None:
    try:
        Plain(a=1).missing  # type: ignore[attr-defined]  # noqa: B018  # for its error
    except AttributeError as error:
        value = capture(error)

    assert value.form is Form.OPAQUE
    assert value.is_comparable


def test_a_default_dict_with_a_factory_of_the_program_is_opaque() -> None:
    assert capture(defaultdict(Plain)).form is Form.OPAQUE
    assert capture(defaultdict(list)).form is Form.EXACT


def test_an_ordered_dict_with_keys_that_have_code_is_opaque_and_not_comparable() -> None:
    value = capture(OrderedDict({Plain(): 1}))

    assert value.form is Form.OPAQUE
    assert not value.is_comparable


class Lower:
    __slots__ = ("x",)


class Upper(Lower):
    __slots__ = ("x",)


def with_dict(attributes: Any) -> Plain:
    plain = Plain()
    plain.__dict__ = attributes
    return plain


@pytest.mark.parametrize(
    "thing", [Upper(), with_dict(Names(a=1)), with_dict({1: 2})], ids=["slot", "subclass", "key"]
)
def test_state_that_cannot_be_read_for_sure_is_not_compared(thing: object) -> None:
    value = capture(thing)

    assert value.form is Form.OPAQUE
    assert not value.is_comparable


def group_with_other_args() -> BaseException:
    group = ExceptionGroup("g", [ValueError(1)])
    group.args = ("g", [ValueError(1)])
    return group


@pytest.mark.parametrize(
    "thing",
    [
        group_with_other_args(),
        zoneinfo.ZoneInfo.no_cache("Europe/Berlin"),
        next(iter(tuple[int])),
        tuple.__new__(Point, (1,)),
        [logging.getLogger("shop")],
    ],
    ids=["group", "zone", "unpacked", "short", "logger"],
)
def test_what_has_more_to_it_than_can_be_rebuilt_is_not_exact(thing: object) -> None:
    assert capture(thing).form is Form.OPAQUE


# Callables


@pytest.mark.parametrize(
    "thing", [len, print, str.upper, json.dumps, json.JSONDecoder, int, functools.reduce, [1].append]
)
def test_what_the_standard_library_holds_is_comparable_by_name(thing: object) -> None:
    value = capture(thing)

    assert value.form is Form.OPAQUE
    assert value.equals(capture(thing))


@pytest.mark.parametrize(
    "thing", [describe, Plain, Plain(a=1).__init__, functools.partial(describe, 1, b=2), lambda: 1]
)
def test_a_callable_of_the_program_is_comparable_when_its_behaviour_is_described(thing: object) -> None:
    assert not capture(thing).is_comparable

    value = capture(thing, DESCRIBING)

    assert value.form is Form.OPAQUE
    assert value.equals(capture(thing, DESCRIBING))


def test_a_callable_of_unknown_behaviour_is_not_comparable() -> None:
    assert not capture(unknown, DESCRIBING).is_comparable
    assert not capture(functools.partial(unknown), DESCRIBING).is_comparable


def test_a_wrapper_that_bears_the_name_of_a_library_function_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @functools.wraps(json.dumps)
    def dumps(*args: Any, **options: Any) -> str:
        return str((args, options))

    monkeypatch.setattr(json, "dumps", dumps)

    assert not capture(json.dumps).is_comparable


def test_the_object_of_a_bound_method_counts() -> None:
    one, other = Plain(a=1).__init__, Plain(a=2).__init__

    assert not capture(one, DESCRIBING).equals(capture(other, DESCRIBING))
    assert not capture([1].append).equals(capture([2].append))


def test_the_digest_of_a_callable_counts() -> None:
    other = CaptureSettings(describe_callable=lambda _found: "other")

    assert not capture(describe, DESCRIBING).equals(capture(describe, other))


# Cycles, depth, size


def test_a_cycle_is_marked_where_it_closes() -> None:
    cycle: list[Any] = [1]
    cycle.append({"back": cycle})

    value = capture(cycle)

    assert value.form is Form.OPAQUE
    assert preview(value) == "[1, {'back': <list seen above>}]"
    assert value.equals(capture(cycle))


def test_a_cycle_of_instances_is_marked_where_it_closes() -> None:
    parent = Plain(name="p")
    parent.child = Plain(name="c", parent=parent)  # type: ignore[attr-defined]  # Plain takes any attribute

    value = capture(parent)

    assert preview(value) == "<Plain child=<Plain name='c', parent=<Plain seen above>>, name='p'>"
    assert value.is_comparable


def test_an_instance_met_twice_is_marked_the_second_time() -> None:
    shared = Plain(a=1)

    assert not capture([shared, shared]).equals(capture([Plain(a=1), Plain(a=1)]))


def test_what_is_met_again_after_a_set_is_not_comparable() -> None:
    one, other = Plain(a=1), Plain(a=2)

    assert not capture([{one, other}, one]).is_comparable
    assert capture([{one, other}]).is_comparable


def test_a_graph_where_everything_knows_everything_is_captured_in_linear_size() -> None:
    nodes = [Plain(name=number) for number in range(60)]
    for node in nodes:
        node.others = nodes  # type: ignore[attr-defined]  # Plain takes any attribute
    lists: list[Any] = []
    for _ in range(60):
        lists = [lists, lists]

    assert len(capture(nodes).data) < 400_000
    assert len(capture(lists, CaptureSettings(max_size=10_000)).data) < 10_000


@pytest.mark.parametrize("depth", [300, 5_000, 100_000])
def test_a_deep_object_is_cut_and_not_comparable(depth: int) -> None:
    deep: Any = []
    for number in range(depth):
        deep = (deep,) if number % 2 else {"a": deep}

    value = capture(deep)

    assert value.form is Form.OPAQUE
    assert not value.is_comparable


def test_nesting_within_the_limit_is_exact() -> None:
    deep: Any = []
    for _ in range(CaptureSettings().max_depth - 1):
        deep = [deep]

    assert capture(deep).is_exact


def with_frames_left(frames: int, thing: object) -> Value | RecursionError:
    """Return the capture of *thing* with room for only so many calls, or the error when even its call did not fit."""
    answers: list[Value | RecursionError] = []

    def descend() -> int:
        try:
            unwound = descend()
        except RecursionError:
            return 1
        if unwound == frames:
            answers.append(attempt(thing))
        return unwound + 1

    descend()
    return answers[0]


def attempt(thing: object) -> Value | RecursionError:
    try:
        return capture(thing)
    except RecursionError as error:
        return error


def test_a_capture_near_the_recursion_limit_never_fails() -> None:
    thing = {"a": [{"b": ({"c": Quote(1, [2])},)}]}

    answers = [with_frames_left(frames, thing) for frames in range(2, 120)]

    values = [answer for answer in answers if isinstance(answer, Value)]
    assert values[-1] == capture(thing)
    assert not values[0].is_comparable
    for answer in answers:
        if isinstance(answer, RecursionError):  # raised by the call of capture, not in it
            assert [frame.name for frame in traceback.extract_tb(answer.__traceback__)] == ["attempt"]


def test_a_deep_object_near_the_recursion_limit_is_shown_as_far_as_there_is_room() -> None:
    deep: Any = []
    for _ in range(150):
        deep = [deep]

    value = with_frames_left(100, deep)

    assert isinstance(value, Value)
    assert preview(value) == "[" * 12 + "<list, too deep>" + "]" * 12
    assert not value.is_comparable


def test_what_exceeds_the_size_is_cut_and_not_comparable() -> None:
    settings = CaptureSettings(max_size=5_000)

    value = capture({"small": 1, "large": ["x" * 1_000] * 10}, settings)

    assert preview(value) == "{'small': 1, 'large': <list, too large>}"
    assert not value.is_comparable
    assert preview(capture("x" * 6_000, settings)) == "<str, too large>"
    assert preview(capture(b"x" * 6_000, settings)) == "<bytes, too large>"


def test_instances_beyond_their_number_are_cut() -> None:
    value = capture([Plain(a=number) for number in range(4)], CaptureSettings(max_objects=2))

    assert preview(value, 200).count("<Plain a=") == 2
    assert not value.is_comparable


# Redaction

SECRET = "sk-very-secret"
REDACTING = CaptureSettings(secrets=Secrets(names=["Password", "token"], defaults=False))


@pytest.mark.parametrize(
    "thing",
    [
        {"password": SECRET},
        {"PASSWORD": [SECRET]},
        [{"deep": {"Token": SECRET, 1: 2}}],
        Plain(token=SECRET),
        Plain(_token=SECRET),
        Plain(_Plain__token=SECRET),
        SecretStr(SECRET),
        {"any": SecretStr(SECRET)},
    ],
)
def test_what_goes_by_a_redacted_name_is_never_written(thing: object) -> None:
    value = capture(thing, REDACTING)

    assert value.form is Form.REDACTED
    assert not value.is_comparable
    assert SECRET.encode() not in value.data
    assert "<redacted>" in preview(value)


def test_fields_of_declared_classes_are_redacted() -> None:
    @dataclass
    class Login:
        user: str
        token: str

    class Form_(BaseModel):  # noqa: N801  # next to the Form of a value
        password: str

    error = RefusedError("no", code=1)
    error.token = SECRET  # type: ignore[attr-defined]  # an attribute that the class does not declare

    for thing in (Login("ada", SECRET), Form_(password=SECRET), error):
        value = capture(thing, REDACTING)
        assert value.form is Form.REDACTED
        assert SECRET.encode() not in value.data


def test_other_names_are_kept() -> None:
    value = capture({"tokens": 1, "pass": 2}, REDACTING)

    assert value.is_exact
    assert capture_named("TOKEN", SECRET, REDACTING)[0] == REDACTED_VALUE
    assert capture_named("tokens", SECRET, REDACTING)[0].is_exact
    assert capture(SecretStr("x")) == REDACTED_VALUE
