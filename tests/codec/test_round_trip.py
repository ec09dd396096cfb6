"""Law 1, round trip: decoding gives an equal object with the same types all the way down."""

import datetime as dt
import decimal
import json
import subprocess
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flight_recorder.codec.capture import capture
from flight_recorder.codec.decode import decode
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.value import Form
from tests.codec.made_classes import Box, Customer, Derived, Mode, Order, Page, Quote, RefusedError, Right
from tests.codec.sameness import same
from tests.codec.strategies import everything


@given(everything)
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_is_captured_exactly_decodes_to_the_same_object(thing: Any) -> None:
    value = capture(thing)

    assert value.form is Form.EXACT
    assert value.is_comparable
    rebuilt = decode(value)
    assert same(rebuilt, thing)
    assert capture(rebuilt) == value


@given(st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3), st.lists))
def test_plain_json_is_written_as_plain_json(thing: Any) -> None:
    assert json.loads(capture(thing).data) == thing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ([], ()),
        ("a", b"a"),
        (b"a", bytearray(b"a")),
        ({1}, frozenset({1})),
        ({"1": 2}, {1: 2}),
        ({}, OrderedDict()),
        (Counter(), defaultdict(int)),
        (deque(maxlen=1), deque()),
        ({"$": "tuple", "v": []}, ()),
        (float("nan"), None),
        (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
        (dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, fold=1)),
        (dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Quote("a", 1), ("a", 1)),
        (ValueError("x"), TypeError("x")),
    ],
)
def test_objects_that_differ_in_type_or_order_have_different_bytes(one: object, other: object) -> None:
    assert capture(one).data != capture(other).data


def test_a_decimal_is_written_alike_under_any_context() -> None:
    number = decimal.Decimal("1E+30")
    with decimal.localcontext() as context:
        context.capitals = 0
        context.prec = 2
        inside = capture(number)

    assert inside == capture(number)
    assert str(decode(inside)) == "1E+30"


def test_an_int_beyond_the_limit_of_decimal_text_survives() -> None:
    number = -(7**20_000)

    assert decode(capture(number)) == number


def test_a_model_is_rebuilt_without_its_validators() -> None:
    customer = Customer.model_construct(name="x" * 50)

    rebuilt = decode(capture(customer))

    assert rebuilt == customer
    assert rebuilt.model_fields_set == {"name"}


def test_a_model_keeps_extra_and_private_attributes_and_what_was_set() -> None:
    order = Order(customer=Customer(name="Ada"), coupon=["a", ("b",)])
    order.__pydantic_private__["_seen"] = {1: 2}

    rebuilt = decode(capture(order))

    assert same(rebuilt, order)
    assert rebuilt.coupon == ["a", ("b",)]
    assert rebuilt._seen == {1: 2}
    assert rebuilt.model_fields_set == {"customer", "coupon"}


def test_a_parametrised_model_is_found_through_its_origin_and_arguments() -> None:
    rebuilt = decode(capture(Page[list[int]](items=[[1]])))

    assert type(rebuilt) is Page[list[int]]


def test_a_dataclass_is_rebuilt_without_init_and_keeps_unset_fields_unset() -> None:
    rebuilt = decode(capture(Derived(4, "kept")))

    assert rebuilt.made == 5
    assert not hasattr(rebuilt, "unset")


def test_a_generic_dataclass_keeps_what_it_was_parametrised_with() -> None:
    assert decode(capture(Box[int](3))).__orig_class__ == Box[int]


def test_an_exception_is_rebuilt_without_its_init() -> None:
    error = RefusedError("no credit", code=402)
    error.add_note("asked twice")

    rebuilt = decode(capture(error))

    assert type(rebuilt) is RefusedError
    assert rebuilt.args == ("no credit",)
    assert rebuilt.code == 402
    assert rebuilt.__notes__ == ["asked twice"]
    assert rebuilt.__traceback__ is None


def test_an_exception_keeps_the_chain_that_raising_made() -> None:
    def fail() -> None:
        try:
            {}["key"]
        except KeyError as missing:
            raise RefusedError("wrapped", code=1) from missing

    with pytest.raises(RefusedError) as caught:
        fail()

    rebuilt = decode(capture(caught.value))

    assert same(rebuilt, caught.value)
    assert rebuilt.__cause__ is not None
    assert rebuilt.__cause__.args == ("key",)
    assert rebuilt.__suppress_context__


def test_an_error_of_a_library_written_in_python_is_rebuilt() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("{")
    rebuilt = decode(capture(caught.value))
    assert (rebuilt.pos, rebuilt.doc, str(rebuilt)) == (caught.value.pos, "{", str(caught.value))

    failed = subprocess.CalledProcessError(3, ["x"], output=b"o")
    assert vars(decode(capture(failed))) == vars(failed)


def test_combined_flags_are_the_members_that_the_class_gives() -> None:
    assert decode(capture(Right.READ | Right.RUN)) is Right.READ | Right.RUN
    assert same(decode(capture(Mode(9))), Mode(9))


def test_subtypes_of_dict_keep_their_order_and_kind() -> None:
    ordered = OrderedDict(a=1, b=2)
    ordered.move_to_end("a")

    assert list(decode(capture(ordered))) == ["b", "a"]
    assert decode(capture(defaultdict(list, a=[1])))["new"] == []


def test_a_value_that_was_not_kept_exactly_is_not_rebuilt() -> None:
    with pytest.raises(NotRebuildableError, match="only for looking at"):
        decode(capture(object()))
