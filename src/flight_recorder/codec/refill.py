"""Refill: an object gets another content, or the one that it had, and stays the object that it is.

By the methods of the builtin bases alone: none of the program's code runs but hashing.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from flight_recorder.codec.bare import derives
from flight_recorder.codec.capture import ADAPTERS, Parts
from flight_recorder.codec.identity import telling_parts
from flight_recorder.codec.naming import name_of
from flight_recorder.codec.shapes import Shape, read_slots, shape_of, write_state
from flight_recorder.codec.state import read_attributes
from flight_recorder.codec.tags import ENUM, OPAQUE, REDACTED
from flight_recorder.errors import NotRebuildableError

_FILLABLE: Final[tuple[type, ...]] = (list, bytearray, set, deque, OrderedDict, dict)
_WITHOUT_STATE: Final = frozenset({OPAQUE, ENUM, REDACTED})


class Refill(msgspec.Struct, frozen=True):
    """Gives an instance another state, without running a `__setattr__` or a property of its class."""

    obj: Any
    shape: Shape
    state: Mapping[str, Any]

    def __call__(self) -> None:
        if self.shape.attributes is not None:
            self.shape.attributes.__get__(self.obj).clear()
        for name in read_slots(self.shape, self.obj).keys() - self.state.keys():
            self.shape.slots[name].__delete__(self.obj)
        write_state(self.shape, self.obj, dict(self.state))


def fill_of(obj: Any, fresh: Any) -> Callable[[], None]:
    """Return what gives the container *obj* the content of *fresh*. Raises NotRebuildableError when it is none."""
    base = _container(obj)
    if base is None:
        raise NotRebuildableError(f"the content of a {name_of(type(obj))} cannot be changed")
    if base is list or base is bytearray:
        return lambda: base.__setitem__(obj, slice(None), fresh)
    clear = base.clear
    if base is deque:
        return lambda: (clear(obj), deque.extend(obj, fresh))[0]
    write = set.update if base is set else OrderedDict.update if base is OrderedDict else dict.update
    return lambda: (clear(obj), write(obj, fresh))[0]


def undo_of(parts: Iterable[Parts]) -> Callable[[], None]:
    """Return what gives each object in *parts* the content that it has now, where that is another by then."""
    undos = [undo for part, _ in telling_parts(parts) for undo in (_content_undo(part), _state_undo(part)) if undo]

    def undo_all() -> None:
        for undo in undos:
            undo()

    return undo_all


def _content_undo(obj: Any) -> Callable[[], None] | None:
    base = _container(obj)
    if base is None:
        return None
    content = _content(base, obj)
    # The very items, and not equal ones: no `__eq__` of the program's is asked, and no object takes another's place.
    items = [*map(id, _flat(base, content))]

    def undo() -> None:
        if [*map(id, _flat(base, _content(base, obj)))] != items:
            fill_of(obj, content)()

    return undo


def _state_undo(obj: Any) -> Callable[[], None] | None:
    shape = shape_of(type(obj), ADAPTERS.readable)
    if shape.kind in _WITHOUT_STATE or (shape.attributes is None and not shape.slots):
        return None
    state = _state(shape, obj)
    if state is None:
        return None
    ids = {name: id(value) for name, value in state.items()}

    def undo() -> None:
        now = _state(shape, obj)
        if now is None or {name: id(value) for name, value in now.items()} != ids:
            Refill(obj, shape, state)()

    return undo


def _state(shape: Shape, obj: Any) -> dict[str, Any] | None:
    try:
        return read_attributes(shape, obj) | read_slots(shape, obj)
    except TypeError:  # the attributes are not in a plain dict: then they were not captured either
        return None


def _container(obj: Any) -> Any:
    return next((kind for kind in _FILLABLE if derives(type(obj), kind)), None)


def _content(base: Any, obj: Any) -> Any:
    """Return a copy of what the container *obj* holds, in its order; of a dict the pairs."""
    if base is dict or base is OrderedDict:
        return list(base.items(obj))
    return bytearray.copy(obj) if base is bytearray else list(base.__iter__(obj))


def _flat(base: Any, content: Any) -> Iterable[Any]:
    is_pairs = base is dict or base is OrderedDict
    return [one for pair in content for one in pair] if is_pairs else content
