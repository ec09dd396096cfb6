"""Strategies: objects of every kind that is rebuilt exactly."""

import datetime as dt
import re
import types
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from hypothesis import strategies as st

from tests.codec.made_classes import (
    Box,
    Color,
    Customer,
    Derived,
    FileGoneError,
    Frozen,
    Level,
    Marked,
    Mode,
    Order,
    Page,
    Point,
    Quote,
    RefusedError,
    Right,
    Route,
    SlottedError,
    Tone,
)

any_text = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=8)  # lone surrogates too
keys = st.sampled_from(["name", "$", "v", "é", "", "\ud800"]) | any_text

offsets = st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23))
zones = st.one_of(
    st.none(),
    st.just(dt.UTC),
    st.sampled_from([zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo("Europe/Berlin")]),
    st.builds(
        dt.timezone,
        st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)),
        st.sampled_from(["CET", "\ud800"]),
    ),
    st.builds(dt.timezone, st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23))),
)

_hashable_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**200), 2**200),
    st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**4_299]),
    st.just(4_300).map(lambda digits: -(10**digits)),  # made late: Hypothesis would show it, which Python refuses
    st.floats(),
    any_text,
    st.binary(max_size=6),
    st.complex_numbers(),
    st.just(...),
    st.just(NotImplemented),
    st.dates(),
    st.datetimes(timezones=zones, allow_imaginary=True),
    st.datetimes(timezones=zones, allow_imaginary=True).map(lambda moment: moment.replace(fold=1)),
    st.times(timezones=zones),
    st.timedeltas(),
    zones,
    st.decimals(allow_nan=False),
    st.fractions(),
    st.uuids(),
    st.builds(lambda bits: uuid.UUID(int=bits, is_safe=uuid.SafeUUID.safe), st.integers(0, 2**128 - 1)),
    st.builds(PurePosixPath, st.text(st.characters(exclude_characters="\0"), max_size=6)),
    st.builds(PureWindowsPath, st.sampled_from(["C:\\a\\b", "a", "\\\\host\\share\\x"])),
    st.builds(Path, st.sampled_from(["/tmp/a", ".", "a/b"])),
    st.builds(range, st.integers(), st.integers(), st.integers(1)),
    st.sampled_from([re.compile("a+", re.I), re.compile(b"(x)"), re.compile("(?s).")]),
    st.sampled_from([*Color, *Level, *Tone, *Right, *Mode]),
    st.integers(0, 7).map(Right),
    st.integers(0, 12).map(Mode),
    st.sampled_from([list[int], dict[str, Quote], Box[Quote], Box[list[int]]]),
)


@st.composite
def _hashable_leaf(draw: st.DrawFn) -> Any:  # so that its description is its name, not that of every kind
    return draw(_hashable_leaves)


hashable_leaves = _hashable_leaf()
leaves = hashable_leaves | st.builds(bytearray, st.binary(max_size=6)) | st.decimals(allow_nan=True)

hashable = st.recursive(
    hashable_leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.frozensets(inner, max_size=3),
        st.builds(Frozen, inner, inner),
        inner.map(Route),
    ),
    max_leaves=4,
)


def _with_attributes(target: Any, attributes: dict[str, Any]) -> Any:
    target.__dict__.update(attributes)
    return target


def _linked(error: BaseException, cause: BaseException | None, context: BaseException | None, note: str) -> Any:
    if cause is not None:
        error.__cause__ = cause
    error.__context__ = context
    error.add_note(note)
    return error


def _slotted(where: Any) -> SlottedError:
    error = SlottedError("bad")
    error.where = where
    return error


def _imported(name: str) -> ImportError:
    return ImportError("no module", name=name, path="/x")


def _order(customer: Customer, seen: Any, extra: Any) -> Order:
    order = Order(customer=customer, more=extra)
    order.__pydantic_private__["_seen"] = seen
    return order


def _plain_errors(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[BaseException]:
    return st.one_of(
        st.builds(ValueError, inner),
        st.builds(KeyError, inner, inner),
        st.builds(RefusedError, st.text(max_size=3), code=st.integers()),
        st.builds(_slotted, inner),
        st.builds(OSError, st.integers(0, 40), st.text(max_size=3), st.text(max_size=3)),
        st.builds(FileGoneError, st.just(2), st.text(max_size=3)),
        st.builds(lambda: FileNotFoundError(2, "gone", "a", None, "b")),
        st.builds(lambda: BlockingIOError(11, "later", 5)),
        st.builds(StopIteration, inner),
        st.builds(_imported, st.text(max_size=3)),
        st.builds(lambda obj: AttributeError("no", name="a", obj=obj), inner),
        st.builds(lambda: UnicodeDecodeError("utf-8", b"a\xff", 1, 2, "invalid")),
        st.builds(lambda: UnicodeEncodeError("ascii", "aé", 1, 2, "not in range")),
        st.builds(lambda: SyntaxError("bad", ("a.py", 1, 2, "x = ", 1, 4))),
        st.builds(lambda name: NameError("no", name=name), st.text(max_size=3)),
    )


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    small = st.lists(inner, max_size=3)
    plain_errors = _plain_errors(inner)

    @st.composite
    def composed(draw: st.DrawFn) -> BaseException:  # as above
        return draw(plain_errors)

    errors = composed()
    return st.one_of(
        small,
        small.map(tuple),
        st.sets(hashable, max_size=4),
        st.frozensets(hashable, max_size=4),
        st.dictionaries(keys, inner, max_size=4),
        st.dictionaries(hashable, inner, max_size=4),
        st.builds(OrderedDict, st.dictionaries(keys | st.integers(), inner, max_size=3)),
        st.builds(
            defaultdict, st.sampled_from([None, list, int, dict, str]), st.dictionaries(keys, inner, max_size=3)
        ),
        st.builds(Counter, st.dictionaries(keys, st.integers(), max_size=3)),
        st.builds(deque, small, st.none() | st.integers(3, 9)),
        st.builds(lambda state: types.SimpleNamespace(**state), st.dictionaries(st.sampled_from("ab"), inner)),
        st.builds(slice, inner, inner, inner),
        st.builds(Point, inner, inner),
        st.builds(lambda start, extra: _with_attributes(Marked(start), {"extra": extra}), inner, inner),
        st.builds(Quote, inner, inner),
        st.builds(Frozen, inner, inner),
        st.builds(Derived, st.integers(), inner),
        st.builds(lambda left, extra: _with_attributes(Quote(left, 1), {"extra": extra}), inner, inner),
        st.builds(lambda content: Box[int](content), inner),
        st.builds(Customer, name=st.text(max_size=5), tags=inner),
        st.builds(_order, st.builds(Customer, name=st.text(max_size=5)), inner, inner),
        st.builds(lambda items: Page[int](items=items), st.lists(st.integers(), max_size=2)),
        errors,
        st.builds(_linked, errors, st.none() | errors, st.none() | errors, st.text(max_size=3)),
        st.builds(ExceptionGroup, st.text(max_size=3), st.lists(errors, min_size=1, max_size=2)),
        st.builds(lambda code, error: BaseExceptionGroup("g", (SystemExit(code), error)), inner, errors),
    )


everything = st.recursive(leaves, _containers, max_leaves=12)
