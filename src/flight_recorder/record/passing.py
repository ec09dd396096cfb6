"""Passing: what passes between a stream and its consumer is written down as it passes.

An item is captured before the consumer gets it. An item that is the caller's own object is told as such; one that is
the same object as the item before it has no copy that could stand for it, and is kept only for looking at.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs

from flight_recorder.codec.capture import NO_PARTS, Parts
from flight_recorder.codec.identity import ids_of, shared_outcome
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.event import Exchanged, Streamed
from flight_recorder.model.step import Pairs
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Thrown
from flight_recorder.model.value import Form, Value
from flight_recorder.record.failing import thrown_in
from flight_recorder.record.given import classes_in
from flight_recorder.record.in_hand import InHand, in_hand

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep

Capture = Callable[[object], Value]

NOTHING = Value(b"null")


class Passing:
    """What has passed through the stream of *opened*. *last* is the last item, as a value."""

    __slots__ = ("_before", "_before_ids", "_in_hand", "_known", "_number", "_number_of", "last", "opened")

    def __init__(self, opened: "OpenStep", *, is_async: bool) -> None:
        self.opened = opened
        self.last = NOTHING
        self._number = 0
        self._known = [id for ids in opened.ids.values() for id in ids]
        self._number_of = {id: number for number, id in reversed(list(enumerate(self._known)))}
        # The parts of the item before, kept until the next is there: only then are their ids surely their own.
        self._before: Parts = NO_PARTS
        self._before_ids: frozenset[int] = frozenset()
        self._in_hand: InHand | None = None
        opened.recording.contained(lambda: opened.recording.sink(Streamed(opened.id, is_async)))

    def came_back(self) -> None:
        """Write down what the consumer made of the item that it has had, if anything."""
        self.opened.recording.contained(self._write_change)

    def _write_change(self) -> None:
        item, self._in_hand = self._in_hand, None
        recording = self.opened.recording
        change = item.change(self.opened.output) if item is not None and recording.is_open else None
        if change is not None:
            self._write(Changed(recording.now(), *change))

    def become(self, change: tuple[Value, Pairs]) -> None:
        """Make of the item that the consumer has what it was made of another one. Raises NotRebuildableError."""
        if self._in_hand is None:
            raise NotRebuildableError("its item cannot be changed any more")
        self._in_hand.become(change)

    def sent(self, value: object) -> None:
        """Write down that the consumer sent *value*."""
        recording = self.opened.recording
        recording.contained(lambda: self._write(Sent(recording.now(), recording.capture(value))))

    def thrown(self, error: BaseException) -> None:
        """Write down that the consumer threw *error* in."""
        recording = self.opened.recording
        recording.contained(lambda: self._write(Thrown(recording.now(), thrown_in(error, recording.capture))))

    def gave(self, item: object) -> None:
        """Write down that the stream gives *item*."""
        recording = self.opened.recording
        if not recording.is_open:
            return
        try:
            value, shared = self._captured(item)
            self.last = value
            self._give(value)
            self._write(Item(recording.now(), value, shared))
        except Exception as error:  # noqa: BLE001 - contained: the user's program must not notice
            recording.guard.trip(error)

    def again(self, exchange: Exchange) -> None:
        """Write down that what was recorded as *exchange* has passed again."""
        recording = self.opened.recording
        if isinstance(exchange, Item):
            self._give(exchange.value)
        recording.contained(lambda: self._write(structs.replace(exchange, at_ns=recording.now())))

    def is_given_again(self, value: object) -> bool:
        """Whether *value* is the last item once more, or shares parts with it."""
        if not self._before_ids:
            return False
        _, parts = self.opened.output(value)
        return not self._before_ids.isdisjoint(ids_of(parts))

    def _give(self, item: Value) -> None:
        classes = classes_in([item])
        if classes:
            self.opened.caller.given |= classes

    def _write(self, exchange: Exchange) -> None:
        self.opened.recording.sink(Exchanged(self.opened.id, self._number, exchange))
        self._number += 1

    def _captured(self, item: object) -> tuple[Value, Pairs]:
        value, parts = self.opened.output(item)
        ids = ids_of(parts) if parts.met else []
        own = frozenset(id for id in ids if id not in self._number_of)
        is_again = not own.isdisjoint(self._before_ids)
        self._before, self._before_ids = parts, own
        if is_again:
            value = only_to_look_at(value)
        self._in_hand = in_hand(value, parts) if own else None
        return value, self._shared(ids, parts)

    def _shared(self, ids: list[int], parts: Parts) -> Pairs:
        wanted = sorted({number for id in ids if (number := self._number_of.get(id)) is not None})
        if not wanted and len(set(ids)) == len(ids):
            return ()
        # Compared with the parts that it has alone: there may be as many inputs as there are items.
        pairs = shared_outcome([self._known[number] for number in wanted], [parts])
        return tuple((node, wanted[target] if target >= 0 else target) for node, target in pairs)


def only_to_look_at(value: Value) -> Value:
    """Return *value* as one that no object can be rebuilt from."""
    return structs.replace(value, form=Form.OPAQUE) if value.is_exact else value
