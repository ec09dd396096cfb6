"""A forged or stale recording: it never makes anything run, and is never rebuilt as something else."""

import contextlib
import enum
import subprocess
import sys
from dataclasses import make_dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flight_recorder.codec import tags
from flight_recorder.codec.capture import capture
from flight_recorder.codec.decode import decode, find_loaded_type
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.value import Value
from tests.codec import made_classes
from tests.codec.made_classes import Color, Customer, Level, Page, Point, Quote, RefusedError

ran: list[str] = []


class Trap:
    """A class of the program that is none of the declared kinds."""

    def __init__(self, *args: Any, **state: Any) -> None:
        ran.append(f"__init__ {args} {state}")

    def __new__(cls, *args: Any, **state: Any) -> "Trap":
        ran.append(f"__new__ {args} {state}")
        return super().__new__(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        ran.append("__setattr__")

    def __class_getitem__(cls, item: Any) -> Any:
        ran.append("__class_getitem__")


class TrapError(Exception):
    def __new__(cls, *args: Any) -> "TrapError":
        ran.append("__new__")
        return super().__new__(cls, *args)

    def __init__(self, *args: Any) -> None:
        ran.append(f"__init__ {args}")


class TrapFlag(enum.Flag):
    A = 1
    B = 2

    @classmethod
    def _missing_(cls, value: object) -> Any:
        ran.append(f"_missing_ {value}")
        return super()._missing_(value)


def forged(node: Any) -> Value:
    return Value(msgspec.json.encode(node))


NAMES = [
    "subprocess:Popen",
    "os:system",
    "os:environ",
    "builtins:eval",
    "builtins:exec",
    "builtins:type",
    "builtins:object",
    "builtins:dict",
    "builtins:__import__",
    "functools:partial",
    "sys:modules",
    "sys:exit",
    "antigravity:fly",
    "tests.codec.test_hostile_records:Trap",
    "tests.codec.test_hostile_records:Trap.__init__",
    "tests.codec.test_hostile_records:TrapError",
    "tests.codec.test_hostile_records:forged",
    "tests.codec.made_classes:Plain",
    "tests.codec.made_classes:T",
    "tests.codec.made_classes:no.such.thing",
    ":",
    "",
]
KINDS = [
    tags.DATACLASS,
    tags.ENUM,
    tags.NAMEDTUPLE,
    tags.MODEL,
    tags.EXCEPTION,
    tags.OBJECT,
    tags.CALLABLE,
    tags.OPAQUE,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_record_that_names_what_is_not_of_its_kind_is_refused_and_runs_nothing(kind: str, name: str) -> None:
    ran.clear()
    loaded = set(sys.modules)
    node = {"$": kind, "t": name, "v": {"args": ["true"]}, "a": ["true"], "n": "x", "s": [], "x": None, "p": None}

    for reference in (name, {"o": name, "a": ["builtins:int"]}):
        with pytest.raises(NotRebuildableError):
            decode(forged({**node, "t": reference}))

    assert ran == []
    assert set(sys.modules) == loaded


def test_an_alias_does_not_run_a_class_getitem_of_the_program() -> None:
    ran.clear()

    with pytest.raises(NotRebuildableError):
        decode(forged({"$": "alias", "v": {"o": f"{__name__}:Trap", "a": ["builtins:int"]}}))

    assert ran == []


def test_flags_are_not_combined_by_code_of_the_program() -> None:
    ran.clear()

    with pytest.raises(NotRebuildableError, match="cannot combine flags"):
        decode(forged({"$": "enum", "t": f"{__name__}:TrapFlag", "n": "A|B", "v": 3}))

    assert ran == []


def test_an_ordinary_class_is_not_built_as_a_dataclass_without_fields() -> None:
    with pytest.raises(NotRebuildableError, match="was recorded as dataclass"):
        decode(forged({"$": "dataclass", "t": "tests.codec.made_classes:Plain", "v": {}, "d": {"a": 1}}))


@pytest.mark.parametrize(
    "node",
    [
        {"$": "nonsense"},
        {"$": ["list"]},
        {"$": "tuple"},
        {"$": "tuple", "v": 3},
        {"$": "int", "v": "ten"},
        {"$": "bytes", "v": "*"},
        {"$": "dict", "v": [[[], 1]]},
        {"$": "set", "v": [{"a": 1}]},
        {"$": "decimal", "v": "x"},
        {"$": "fraction", "v": [1, 0]},
        {"$": "fraction", "v": ["1", "2"]},
        {"$": "uuid", "v": "x"},
        {"$": "datetime", "v": "2024-99-99"},
        {"$": "datetime", "v": "2024-01-01T00:00:00", "z": 3},
        {"$": "zone", "v": "../../etc/passwd"},
        {"$": "path", "c": "Popen", "v": "a"},
        {"$": "path", "c": "PosixPath", "v": 3},
        {"$": "pattern", "v": "(", "n": 0},
        {"$": "defaultdict", "f": "eval", "v": {}},
        {"$": "deque", "v": [], "n": -1},
        {"$": "range", "v": [0, 1, 0]},
        {"$": "exception", "t": "builtins:UnicodeDecodeError", "a": [], "s": {"object": "x", "start": -5, "end": 9}},
        {"$": "exception", "t": "builtins:OSError", "a": [], "s": {"__class__": 1}},
        {"$": "exception", "t": "builtins:ValueError", "a": [], "cause": 3},
        {"$": "exception", "t": "builtins:ExceptionGroup", "a": ["x"], "members": [3]},
    ],
)
def test_a_malformed_record_is_refused(node: Any) -> None:
    with pytest.raises(NotRebuildableError):
        decode(forged(node))


def test_bytes_that_are_no_json_are_refused() -> None:
    for data in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(NotRebuildableError):
            decode(Value(data))


nodes = st.recursive(
    st.none() | st.integers() | st.text(max_size=4) | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["$", "v", "t", "a", "n", "s", "x", "p", "d", "o", "z"]), inner, max_size=5)
        | st.fixed_dictionaries(
            {"$": st.sampled_from([word for name, word in vars(tags).items() if name.isupper() and name != "TAG"])},
            optional=dict.fromkeys(("v", "t", "a", "n", "s", "x", "p", "d", "z"), inner),
        )
    ),
    max_leaves=8,
)


@given(nodes)
def test_any_json_is_rebuilt_or_refused_and_runs_nothing(node: Any) -> None:
    ran.clear()
    with contextlib.suppress(NotRebuildableError):
        decode(forged(node))

    assert ran == []


# Classes that changed since the recording


def test_a_dataclass_with_other_fields_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    value = capture(Quote("a", 1))
    for fields in (["carrier"], ["carrier", "price", "days"], ["price", "carrier"], ["carrier", "rate"]):
        monkeypatch.setattr(made_classes, "Quote", make_dataclass("Quote", fields))
        with pytest.raises(NotRebuildableError, match="other fields"):
            decode(value)


def test_a_named_tuple_with_other_fields_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    value = capture(Point(1, 2))
    monkeypatch.setattr(made_classes, "Point", made_classes.Route)

    with pytest.raises(NotRebuildableError, match="other fields"):
        decode(value)


def test_a_model_with_other_fields_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    value = capture(Customer(name="Ada"))
    monkeypatch.setattr(made_classes, "Customer", made_classes.Order)

    with pytest.raises(NotRebuildableError, match="other fields"):
        decode(value)


def test_an_enum_member_that_is_gone_or_has_another_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, changed = capture(Color.GREEN), capture(Level.HIGH)
    monkeypatch.setattr(made_classes, "Color", made_classes.Tone)
    monkeypatch.setattr(made_classes, "Level", enum.IntEnum("Level", {"LOW": 1, "HIGH": 3}))

    with pytest.raises(NotRebuildableError, match="no member"):
        decode(gone)
    with pytest.raises(NotRebuildableError, match="another value"):
        decode(changed)


def test_a_class_that_is_not_loaded_is_named() -> None:
    with pytest.raises(NotRebuildableError, match=r"class Quote of module shop\.models is not loaded"):
        decode(forged({"$": "dataclass", "t": "shop.models:Quote", "v": {}}))


def test_a_class_can_be_found_by_another_function() -> None:
    value = forged({"$": "exception", "t": "old.name:RefusedError", "a": ["x"], "d": {"code": 3}})

    def find(module: str, qualname: str) -> type | None:
        return RefusedError if (module, qualname) == ("old.name", "RefusedError") else None

    rebuilt = decode(value, find)

    assert type(rebuilt) is RefusedError
    assert rebuilt.code == 3


def test_a_parametrised_model_is_made_when_the_program_has_not_made_it_yet() -> None:
    name = f"{made_classes.__name__}:Page"
    value = forged(
        {
            "$": "model",
            "t": {"o": name, "a": ["builtins:bytes"]},
            "v": {"items": []},
            "s": ["items"],
            "x": None,
            "p": None,
        }
    )

    assert type(decode(value)) is Page[bytes]


def test_find_loaded_type_imports_nothing_and_finds_only_classes() -> None:
    assert find_loaded_type("tests.codec.made_classes", "Quote") is Quote
    assert find_loaded_type("tests.codec.made_classes", "Quote.__init__") is None
    assert find_loaded_type("os", "system") is None
    assert find_loaded_type("this_is_not_loaded", "x") is None
    assert find_loaded_type("builtins", "NoneType") is type(None)


@pytest.mark.parametrize(
    ("value", "given"),
    [
        ("a \ud800 b", "'a \\ud800 b'"),
        (Fraction(1, 3), "the program has not imported fractions"),
        (ZoneInfo("UTC"), "the program has not imported zoneinfo"),
    ],
)
def test_what_is_rebuilt_imports_nothing(value: object, given: str) -> None:
    data = capture(value).data.decode()
    program = (
        "import sys; from flight_recorder.codec.decode import decode; from flight_recorder.model.value import Value\n"
        "from flight_recorder.errors import NotRebuildableError\n"
        "sys.addaudithook(lambda event, _: event == 'import' and sys.exit(3))\n"
        f"try: print(ascii(decode(Value({data!r}.encode()))))\n"
        "except NotRebuildableError as problem: print(problem)"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert given in ran.stdout
