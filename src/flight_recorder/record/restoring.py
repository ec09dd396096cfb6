"""Restoring: the outcome of a recorded step, ready to answer a call."""

from collections.abc import Callable, Sequence
from functools import partial

from flight_recorder.codec.capture import Parts
from flight_recorder.codec.decode import decode
from flight_recorder.codec.restore import Restored, restore
from flight_recorder.codec.tags import Node
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.step import Raised, Returned


class RecordedError:
    """A recorded exception, told apart from an exception that a step returned as a value."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


Live = Callable[[str, int, Node], tuple[object, Node] | None]
"""Gives an object that the program keeps: by its place, its number there, and what it has to look like."""


def restored_outcome(outcome: Returned | Raised, inputs: Sequence[Parts] | None, live: Live) -> Restored:
    """Return what *outcome* gives to a call whose inputs have these parts; nothing is changed before `put_back`.

    The values are the after-states of what the call changed, in their order, and last the answer. None for *inputs*
    leaves alone what the recorded call did to its arguments: this call is another one.

    Raises NotRebuildableError.
    """
    mutated = [] if inputs is None else list(outcome.mutated.values())
    match outcome:
        case Raised(failure=failure):
            error = decode(failure.value)
            if not isinstance(error, BaseException):
                raise NotRebuildableError("the recorded failure does not hold an exception")
            if not mutated:
                return Restored((RecordedError(error),), _nothing)
            restored = restore(mutated, outcome.shared, inputs or ())
            return Restored((*restored.values, RecordedError(error)), restored.put_back)
        case Returned(value=value):
            if inputs is None or not (mutated or outcome.shared or outcome.kept):
                return Restored((decode(value),), _nothing)
            kept = {node: partial(live, place, number) for node, place, number in outcome.kept}
            return restore([*mutated, value], outcome.shared, inputs, kept)


def _nothing() -> None:
    """The recorded call left its arguments as they were."""
