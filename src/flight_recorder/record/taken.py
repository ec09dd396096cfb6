"""Taken: what is kept of a call's arguments while it runs, to see at its end what it changed and gave away."""

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from flight_recorder.codec.plain import Plain
from flight_recorder.model.value import Value
from flight_recorder.record.binding import Arguments

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep
    from flight_recorder.record.quick import Quick

_UNCHANGING = frozenset(map(id, (type(None), bool, int, float, str, bytes, complex)))

_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Taken(Protocol):
    """What is kept of the arguments of a call."""

    @property
    def inputs(self) -> dict[str, Value]:
        """The values of the arguments, and of places, as they were when the call began."""

    @property
    def ids(self) -> dict[str, list[int]]:
        """The ids of the parts of each input."""

    @property
    def arguments(self) -> Arguments:
        """The arguments that the call could change."""

    def end(self, opened: "OpenStep", value: object, /) -> bool:
        """Write down that *opened* returned *value*, and return True; False where that takes a closer look."""

    def forget_arguments(self) -> None:
        """Keep the arguments no longer."""


class Captured:
    """Arguments of any kind, captured one by one."""

    def __init__(self, inputs: dict[str, Value], ids: dict[str, list[int]], arguments: Arguments) -> None:
        self.inputs = inputs
        self.ids = ids
        self.arguments = arguments

    def end(self, _opened: "OpenStep", _value: object, /) -> bool:
        """Take the closer look."""
        return False

    def forget_arguments(self) -> None:
        """Keep the arguments no longer."""
        self.arguments = {}


class PlainTaken:
    """Plain arguments, captured all at once; what is to be said of each one is worked out when it is asked for."""

    __slots__ = ("_inputs", "_names", "_plain", "_quick", "_values")

    def __init__(self, quick: "Quick", names: tuple[str, ...], values: tuple[Any, ...], plain: Plain) -> None:
        self._quick = quick
        self._names = names
        self._values = values
        self._plain = plain
        self._inputs: dict[str, Value] | None = None

    @property
    def inputs(self) -> dict[str, Value]:
        """The values of the arguments as they were when the call began."""
        if self._inputs is None:
            data = _items(self._plain.data)
            self._inputs = dict(zip(self._names, [Value(bytes(one)) for one in data], strict=True))
        return self._inputs

    @property
    def ids(self) -> dict[str, list[int]]:
        """The ids of the parts of each input; they are kept, so no other objects have them."""
        return dict(zip(self._names, self._plain.ids(), strict=True))

    @property
    def arguments(self) -> Arguments:
        """The arguments that the call could change."""
        return changeable(dict(zip(self._names, self._values, strict=False)))

    def end(self, opened: "OpenStep", value: object, /) -> bool:
        """Write down that *opened* returned *value*, and return True; False where that takes a closer look."""
        has_ended = self._quick.end(opened, self._plain, value)
        if has_ended:
            self.forget_arguments()
        return has_ended

    def forget_arguments(self) -> None:
        """Keep the arguments no longer."""
        self._values = ()
        self._plain.survey.forget()


def changeable(arguments: Arguments, ignored: frozenset[str] = frozenset()) -> Arguments:
    """Return the arguments that a step could change, so that they are looked at again when it ends."""
    return {name: argument for name, argument in arguments.items() if is_changeable(argument) and name not in ignored}


def is_changeable(argument: object) -> bool:
    """Whether a step could change *argument*. By the id of its class: to hash a class may run its own code."""
    return id(type(argument)) not in _UNCHANGING
