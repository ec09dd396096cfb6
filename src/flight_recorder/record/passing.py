"""Passing: what passes between a stream and its consumer is written down as it passes.

An item is captured before the consumer gets it. An item that is the caller's own object is told as such. Where no
copies could stand for the objects that passed, that is written too: as `Tied`, once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs

from flight_recorder.codec.capture import Parts
from flight_recorder.codec.identity import ids_of, shared_outcome
from flight_recorder.errors import NotRebuildableError
from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.event import Exchanged, Streamed
from flight_recorder.model.step import Pairs
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Thrown, Tied
from flight_recorder.model.value import Value
from flight_recorder.record.failing import thrown_in
from flight_recorder.record.given import classes_in
from flight_recorder.record.lent import Change, Lent, Loan, item_name, sent_name

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep

Capture = Callable[[object], Value]

NOTHING = Value(b"null")


class Passing:
    """What has passed through the stream of *opened*. *last* is the last item, as a value; *lent* the objects."""

    __slots__ = ("_is_tied", "_items", "_known", "_number", "_number_of", "last", "lent", "opened")

    def __init__(self, opened: "OpenStep", *, is_async: bool) -> None:
        self.opened = opened
        self.last = NOTHING
        self._number = 0
        self._items = 0
        self._is_tied = False
        self._known = [id for ids in opened.ids.values() for id in ids]
        self._number_of = {id: number for number, id in reversed(list(enumerate(self._known)))}
        self.lent = Lent(opened.output, self._number_of)
        opened.recording.contained(lambda: opened.recording.sink(Streamed(opened.id, is_async)))

    @property
    def is_tied(self) -> bool:
        """Whether the body and its consumer had one object, and it mattered."""
        return self._is_tied

    def came_back(self) -> None:
        """Write down what the consumer made of the item that it has had, if anything."""
        if not self._is_tied:
            self.opened.recording.contained(self._write_change)

    def _write_change(self) -> None:
        recording = self.opened.recording
        change = self.lent.came_back() if recording.is_open else None
        if change is not None:
            self._write(Changed(recording.now(), *change))

    def become(self, change: Change) -> None:
        """Make of the item that the consumer has what it was made of another one. Raises NotRebuildableError."""
        if not self.lent.become(change):
            raise NotRebuildableError("its item cannot be changed any more")

    def sent(self, value: object) -> None:
        """Write down that the consumer sent *value*."""
        self.opened.recording.contained(lambda: self._sent(value))

    def _sent(self, value: object) -> None:
        recording = self.opened.recording
        captured, parts = recording.capture_parts(value)
        at = self._number
        self._write(Sent(recording.now(), captured))
        if not parts.met or self._is_tied:
            return
        name = sent_name(self._items)
        if self.lent.has_any(parts):
            self._tie(f"{name} had passed before")
        self.lent.sent(Loan(at, name, captured, parts))

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
            self._gave(item)
        except Exception as error:  # contained: the user's program must not notice
            if was_interrupted(error):
                raise
            recording.guard.trip(error)

    def _gave(self, item: object) -> None:
        value, parts = self.opened.output(item)
        self.last = value
        self._give(value)
        at = self._number
        self._write(Item(self.opened.recording.now(), value, self._shared(parts)))
        self._items += 1
        if parts.met and not self._is_tied:
            name = item_name(self._items)
            self._tie_to_others(name, parts)
            self.lent.gave(Loan(at, name, value, parts))

    def again(self, exchange: Exchange) -> None:
        """Write down that what was recorded as *exchange* has passed again."""
        recording = self.opened.recording
        if isinstance(exchange, Item):
            self._give(exchange.value)
        recording.contained(lambda: self._write(structs.replace(exchange, at_ns=recording.now())))

    def end(self, value: object = None) -> None:
        """Write down whether what has passed was changed when nobody came back with it; *value* is returned."""
        self.opened.recording.contained(lambda: self._end(value))

    def _end(self, value: object) -> None:
        if self._is_tied or not self.opened.recording.is_open:
            return
        self.lent.look()
        self._tie_to_late()
        if value is not None:
            self._tie_to_others("what it returned", self.opened.output(value)[1])

    def _tie_to_others(self, name: str, parts: Parts) -> None:
        if self.lent.has_any(parts):
            self._tie(f"{name} had passed before")
        elif kept := self.opened.recording.learner.keeper.kept([parts]):
            self._tie(f"{name} is kept in {kept[0][1]}")
        else:
            self._tie_to_late()

    def _tie_to_late(self) -> None:
        if self.lent.late:
            self._tie(f"{self.lent.late} was changed later")

    def _tie(self, why: str) -> None:
        if not self._is_tied:
            self._is_tied = True
            self._write(Tied(self.opened.recording.now(), why))
            self.lent = Lent(self.opened.output, self._number_of)

    def _give(self, item: Value) -> None:
        classes = classes_in([item])
        if classes:
            self.opened.caller.given |= classes

    def _write(self, exchange: Exchange) -> None:
        self.opened.recording.sink(Exchanged(self.opened.id, self._number, exchange))
        self._number += 1

    def _shared(self, parts: Parts) -> Pairs:
        ids = ids_of(parts) if parts.met else []
        wanted = sorted({number for id in ids if (number := self._number_of.get(id)) is not None})
        if not wanted and len(set(ids)) == len(ids):
            return ()
        # Compared with the parts that it has alone: there may be as many inputs as there are items.
        pairs = shared_outcome([self._known[number] for number in wanted], [parts])
        return tuple((node, wanted[target] if target >= 0 else target) for node, target in pairs)
