"""Taken: what is kept of a call's arguments while it runs, to see at its end what it changed and gave away."""

import msgspec

from flight_recorder.model.value import Value
from flight_recorder.record.binding import Arguments

_UNCHANGING = frozenset(map(id, (type(None), bool, int, float, str, bytes, complex)))


class Captured(msgspec.Struct):
    """The arguments of a call, captured one by one.

    *inputs* are the values of these, and of places, as they were when the call began, *ids* those of the parts of
    each. *arguments* are those that the call could change.
    """

    inputs: dict[str, Value]
    ids: dict[str, list[int]]
    arguments: Arguments
    is_protected: bool


def changeable(arguments: Arguments, ignored: frozenset[str] = frozenset()) -> Arguments:
    """Return the arguments that a step could change, so that they are looked at again when it ends."""
    return {name: argument for name, argument in arguments.items() if is_changeable(argument) and name not in ignored}


def is_changeable(argument: object) -> bool:
    """Whether a step could change *argument*. By the id of its class: to hash a class may run its own code."""
    return id(type(argument)) not in _UNCHANGING
