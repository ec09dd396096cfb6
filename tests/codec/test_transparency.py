"""Law 2, transparency: capturing runs no code of the program, keeps and consumes nothing."""

import array
import asyncio
import collections
import contextvars
import ctypes
import enum
import functools
import gc
import itertools
import operator
import sys
import threading
import types
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from flight_recorder.codec.capture import CaptureSettings, capture
from flight_recorder.codec.preview import preview
from flight_recorder.model.value import Form
from tests.codec.made_classes import Customer, Quote

ran: list[str] = []


class Loud(type):
    """A metaclass that tells of everything that is asked of its classes."""

    def __getattribute__(cls, name: str) -> Any:
        ran.append(f"meta.{name}")
        return super().__getattribute__(name)

    def __hash__(cls) -> int:
        ran.append("meta.__hash__")
        return 1

    def __eq__(cls, other: object) -> bool:
        ran.append("meta.__eq__")
        return cls is other

    def __instancecheck__(cls, instance: object) -> bool:
        ran.append("meta.__instancecheck__")
        return True

    def __subclasscheck__(cls, subclass: type) -> bool:
        ran.append("meta.__subclasscheck__")
        return True


def tell(name: str) -> Any:
    def method(self: Any, *args: Any) -> Any:
        ran.append(name)
        raise RuntimeError(name)

    return method


COMPARING = ["__eq__", "__hash__", "__bool__", "__lt__", "__contains__"]
WALKING = ["__iter__", "__next__", "__len__", "__getitem__", "keys", "items", "values"]
LOOKING = ["__getattr__", "__getattribute__", "__dir__", "__str__", "__repr__", "__format__", "__sizeof__"]
COPYING = ["__reduce__", "__reduce_ex__", "__getstate__", "__copy__", "__deepcopy__"]
TURNING = ["__index__", "__int__", "__float__", "__fspath__", "__bytes__", "__call__", "__enter__", "__await__"]
TOLD = [*COMPARING, *WALKING, *LOOKING, *COPYING, *TURNING]

NAMESPACE = {
    **{name: tell(name) for name in TOLD},
    "__class__": property(tell("__class__")),
    "secret": property(tell("secret")),
    "__module__": __name__,
}


def hostile(base: type = object) -> Any:
    return Loud("Hostile", (base,), dict(NAMESPACE))


def instance(base: type, *args: Any) -> Any:
    made: Any = base.__new__(hostile(base), *args)
    if base in (dict, list, set, collections.deque, collections.OrderedDict):
        base.__init__(made, *args)
    object.__setattr__(made, "state", 1)
    return made


@pytest.mark.parametrize(
    ("base", "args"),
    [
        (object, ()),
        (dict, ([("a", 1)],)),
        (list, ([1],)),
        (tuple, ([1],)),
        (set, ([1],)),
        (frozenset, ([1],)),
        (str, ("a",)),
        (int, (1,)),
        (float, (1.5,)),
        (bytes, (b"a",)),
        (collections.deque, ([1],)),
        (collections.OrderedDict, ([("a", 1)],)),
        (ValueError, ("a",)),
    ],
)
def test_an_instance_that_tells_of_everything_tells_of_nothing(base: type, args: Any) -> None:
    thing = instance(base, *args)
    holders = [thing, [thing], {"a": thing}, {1: thing}, (thing,), Quote(thing, 1), collections.deque([thing])]
    holders += [object.__dir__.__get__(thing), object.__str__.__get__(thing), functools.partial(print, thing)]
    ran.clear()

    forms = [capture(holder).form for holder in holders]

    assert ran == []
    assert forms == [Form.OPAQUE] * len(holders)


def test_keys_and_members_are_not_hashed_or_compared() -> None:
    class Key:
        def __hash__(self) -> int:
            ran.append("__hash__")
            return 1

        def __eq__(self, other: object) -> bool:
            ran.append("__eq__")
            return self is other

    first, second = Key(), Key()
    things: list[Any] = [
        {first: 1, second: 2},
        {first, second},
        frozenset([first, second]),
        collections.OrderedDict([(first, 1), (second, 2)]),
        collections.Counter([first, second]),
        collections.defaultdict(list, {first: [], second: []}),
    ]
    for thing in things[:1] + things[3:]:
        del thing[first]  # leaves a hole, which is where copying a dict would compare
    ran.clear()

    for thing in things:
        capture(thing)

    assert ran == []


def test_hostile_classes_and_enums_run_nothing() -> None:
    cls = hostile()

    class Chatty(enum.Enum):
        ONE = 1

        def __getattribute__(self, name: str) -> Any:
            ran.append(name)
            return super().__getattribute__(name)

        @classmethod
        def _missing_(cls, value: object) -> Any:
            ran.append(f"_missing_ {value}")

    member = Chatty.ONE
    ran.clear()

    capture(cls)
    capture([cls, {"cls": cls}])
    capture(member)

    assert ran == []


def test_a_model_runs_no_validator_property_or_getattr() -> None:
    class Telling(Customer):
        @property
        def loud(self) -> str:
            ran.append("loud")
            return "x"

        def __getattr__(self, name: str) -> Any:
            ran.append(name)
            raise AttributeError(name)

        def model_dump(self, **options: Any) -> Any:
            ran.append(f"model_dump {options}")

    thing = Telling(name="Ada")
    ran.clear()

    capture(thing)

    assert ran == []


class Telling(threading.local):
    """Opaque, and loud when it is shown."""

    def __repr__(self) -> str:
        ran.append("__repr__")
        return "telling"


class ToldByAttributes(threading.local):
    def __getattribute__(self, name: str) -> Any:
        ran.append(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize(
    "thing",
    [
        Telling(),
        ToldByAttributes(),
        {"k": Telling()}.values(),
        {Telling(): "v"}.keys(),
        {"k": Telling()}.items(),
        types.MappingProxyType({"k": Telling()}),
        itertools.repeat(Telling()),
        operator.itemgetter(Telling()),
        contextvars.ContextVar("told", default=Telling()),  # noqa: B039 - that is what is tested
        ctypes.py_object(Telling()),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_a_repr_that_runs_code_of_the_program_is_not_asked_for(thing: object) -> None:
    ran.clear()

    value = capture([thing])

    assert ran == []
    assert not value.is_comparable
    assert preview(value) == f"[<{type(thing).__qualname__} object>]"


def test_a_repr_in_c_is_kept_and_a_long_one_is_cut() -> None:
    assert preview(capture(array.array("i", [1, 2]))) == "array('i', [1, 2])"
    assert len(capture(array.array("i", range(100_000))).data) < 3_000


def test_a_failing_or_silly_describer_is_contained() -> None:
    def fail(found: object) -> str:
        raise RuntimeError(found)

    def three(_found: object) -> Any:
        return 3

    assert not capture(instance, CaptureSettings(describe_callable=fail)).is_comparable
    assert not capture(instance, CaptureSettings(describe_callable=three)).is_comparable


def test_no_generator_iterator_or_awaitable_is_consumed() -> None:
    async def later() -> int:
        return 1

    generator = (number for number in range(3))
    iterator = iter([1, 2])
    mapped = map(str, [1, 2])
    coroutine = later()
    lines = iter({"a": 1}.items())

    for thing in (generator, iterator, mapped, coroutine, lines, [generator], {"a": iterator}):
        assert not capture(thing).is_comparable

    assert list(generator) == [0, 1, 2]
    assert list(iterator) == [1, 2]
    assert list(mapped) == ["1", "2"]
    assert list(lines) == [("a", 1)]
    assert asyncio.run(coroutine) == 1


def test_no_reference_to_a_captured_object_is_kept() -> None:
    class Node:
        def __init__(self) -> None:
            self.items = {"a": [1]}

        def __repr__(self) -> str:
            raise ValueError

    class Hidden(threading.local):
        def __repr__(self) -> str:
            raise ValueError

    def captured() -> list[Any]:
        cyclic: Any = Node()
        cyclic.items["self"] = cyclic.items
        things = [Node(), Hidden(), cyclic, StatefulError()]
        for thing in things:
            capture(thing)
            capture([thing, functools.partial(print, thing), thing.__repr__])
        return [weakref.ref(thing) for thing in (things[0], things[1], things[3])]

    class StatefulError(RuntimeError):
        pass

    gc.disable()
    try:
        assert [reference() for reference in captured()] == [None, None, None]
    finally:
        gc.enable()


def test_a_class_made_in_a_function_is_not_kept() -> None:
    def captured() -> Any:
        class Short:
            pass

        capture(Short())
        return weakref.ref(Short)

    reference = captured()
    gc.collect()

    assert reference() is None


def test_no_warning_comes_out_of_a_capture() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for module in list(sys.modules.values()):
            capture(module)
        capture(Customer(name="Ada"))
        capture(Customer)


def test_another_thread_that_changes_a_dict_does_no_harm() -> None:
    shared: dict[Any, Any] = {number: [number] for number in range(300)}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared[f"new-{number % 50}"] = number
            shared.pop(f"new-{(number + 25) % 50}", None)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=change)
    thread.start()
    try:
        values = [capture(shared) for _ in range(50)]
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)

    assert all(value.is_exact or not value.is_comparable for value in values)


@pytest.mark.parametrize("make", [globals, lambda: dict(globals())], ids=["itself", "a copy"])
def test_the_namespace_of_a_module_does_not_lead_to_what_loaded_it(make: Callable[[], dict[str, Any]]) -> None:
    """Under pytest that holds everything: each such value would be as large as pytest, and cost seconds."""
    value = capture(make())

    assert b'"__name__":"tests.codec.test_transparency"' in value.data
    assert [name for name in ("__loader__", "__spec__", "__builtins__") if name.encode() in value.data] == []
    assert value.form is Form.OPAQUE


def test_a_dict_that_only_looks_like_a_namespace_is_captured_whole() -> None:
    value = capture({"__name__": "tests.codec.test_transparency", "__loader__": "mine", "__spec__": [1]})

    assert value.data == b'{"__name__":"tests.codec.test_transparency","__loader__":"mine","__spec__":[1]}'
    assert value.form is Form.EXACT
