"""In hand: the item of a stream that its consumer has, until the consumer comes back for the next one.

The body may still hold it, and reads then what its consumer made of it. So that goes in as well as what is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flight_recorder.codec.capture import Parts
from flight_recorder.codec.identity import ids_of, shared_outcome
from flight_recorder.codec.restore import restore
from flight_recorder.model.step import Pairs
from flight_recorder.model.value import Value

CaptureParts = Callable[[object], tuple[Value, Parts]]


@dataclass(frozen=True, slots=True)
class InHand:
    """An item as it was given: its *value* and *parts*, of which it has at least one."""

    value: Value
    parts: Parts

    def change(self, capture: CaptureParts) -> tuple[Value, Pairs] | None:
        """Return what the item has become, and which of its parts it had when given; None if it is the same."""
        item, _ = self.parts.met[-1]
        value, parts = capture(item)
        ids = ids_of(self.parts)
        if value.data == self.value.data and ids_of(parts) == ids:
            return None
        return value, shared_outcome(ids, [parts])

    def become(self, change: tuple[Value, Pairs]) -> None:
        """Give the item the content that `change` told of another one like it. Raises NotRebuildableError."""
        value, shared = change
        restore([value], shared, [self.parts]).put_back()


def in_hand(value: Value, parts: Parts) -> InHand | None:
    """Return the item with this value, if it can be changed and told again."""
    return InHand(value, parts) if value.is_exact and ids_of(parts) else None
