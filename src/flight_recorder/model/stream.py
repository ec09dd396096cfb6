"""Stream: a step whose result is taken item by item, as a generator gives it. Pure."""

import msgspec

from flight_recorder.model.failure import Failure
from flight_recorder.model.value import Value


class Item(msgspec.Struct, frozen=True, array_like=True, tag="item"):
    """The stream gave *value*. *shared* tells which parts of it are parts of the step's inputs, as in `Returned`."""

    at_ns: int  # since the session began
    value: Value
    shared: tuple[tuple[int, int], ...] = ()


class Sent(msgspec.Struct, frozen=True, array_like=True, tag="sent"):
    """The consumer sent *value* in, and asked for the next item with it."""

    at_ns: int
    value: Value


class Changed(msgspec.Struct, frozen=True, array_like=True, tag="changed"):
    """The consumer changed the item that it had, before it came back: it was *value* then, which the body may read.

    *shared* tells which parts of that are parts of the item as it was given, as in `Returned`.
    """

    at_ns: int
    value: Value
    shared: tuple[tuple[int, int], ...] = ()


class Thrown(msgspec.Struct, frozen=True, array_like=True, tag="thrown"):
    """The consumer threw an exception in. The one that closes a stream is kept only where the stream went on."""

    at_ns: int
    failure: Failure  # without frames


class Tied(msgspec.Struct, frozen=True, array_like=True, tag="tied"):
    """The body and its consumer had one object at the same time, and it mattered, as *why* tells.

    No copies can stand for what passed then, so the stream is not served. Told once of a stream.
    """

    at_ns: int
    why: str


Exchange = Item | Changed | Sent | Thrown | Tied


class Stream(msgspec.Struct, frozen=True):
    """What passed between a stream and its consumer, in order. To ask for an item and send nothing leaves no mark."""

    is_async: bool
    exchanges: tuple[Exchange, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """What the stream gave."""
        return tuple(exchange for exchange in self.exchanges if isinstance(exchange, Item))

    @property
    def tie(self) -> Tied | None:
        """Why copies cannot stand for what passed; None if they can."""
        return next((exchange for exchange in self.exchanges if isinstance(exchange, Tied)), None)

    def gave_the_same(self, other: "Stream | None") -> bool:
        """Whether the same passed through both, whatever the time."""
        return (
            other is not None
            and self.is_async is other.is_async
            and len(self.exchanges) == len(other.exchanges)
            and all(map(_are_equal, self.exchanges, other.exchanges))
        )


def _are_equal(one: Exchange, other: Exchange) -> bool:
    match one, other:
        case (Item(), Item()) | (Changed(), Changed()):
            return one.value == other.value and one.shared == other.shared  # type: ignore[union-attr]
        case Sent(), Sent():
            return one.value == other.value
        case Thrown(), Thrown():
            return one.failure == other.failure
        case Tied(), Tied():
            return one.why == other.why
    return False
