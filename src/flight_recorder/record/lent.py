"""Lent: what has passed between a stream and its consumer, in either direction, as long as somebody holds it.

Body and consumer may both hold such an object, and each sees what the other does to it. A recording has copies, which
can stand for the objects only where that made no difference. So each object is looked at again: when the consumer
comes back, when nobody else holds it any more, and when the stream ends. What nobody holds is let go, so that a long
stream takes no more memory than without us.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from sys import getrefcount
from typing import Final

import msgspec

from flight_recorder.codec.capture import Parts
from flight_recorder.codec.identity import ids_of, shared_outcome
from flight_recorder.codec.restore import restore
from flight_recorder.model.step import Pairs
from flight_recorder.model.value import Value

CaptureParts = Callable[[object], tuple[Value, Parts]]
Change = tuple[Value, Pairs]
"""What an object has become, and which of its parts it had before."""

_ROOM: Final = 2  # how many objects are kept before it is looked which of them nobody else holds


class Loan(msgspec.Struct, eq=False):
    """An object that passed as the exchange number *at*, with the value and parts that it had when last looked at.

    *name* is what people call it.
    """

    at: int
    name: str
    value: Value
    parts: Parts

    @property
    def object(self) -> object:
        """The object itself."""
        return self.parts.met[-1][0]

    @property
    def is_held(self) -> bool:
        """Whether anything but this loan refers to the object, or to a part of it."""
        return max(_others(self.parts), default=0) > _NOBODY

    def has_changed(self, capture: CaptureParts) -> bool:
        """Whether the object is not as it was when last looked at."""
        value, parts = capture(self.object)
        return value.data != self.value.data or ids_of(parts) != ids_of(self.parts)

    def become(self, change: Change) -> None:
        """Give the object the content that another one like it got. Raises NotRebuildableError."""
        value, shared = change
        restore([value], shared, [self.parts]).put_back()


def item_name(number: int) -> str:
    """Return what people call the item of that number, from 1."""
    return f"its item {number}"


def sent_name(items: int) -> str:
    """Return what people call what was sent after so many items."""
    return f"what was sent after its item {items}"


class Lent:
    """The loans of one stream. *given* are the ids of objects that both sides have anyway: its arguments.

    *late* is the name of the first object found that was changed when nobody had come back with it.
    """

    def __init__(self, capture: CaptureParts, given: Container[int]) -> None:
        self.late = ""
        self._capture = capture
        self._given = given
        self._loans: list[Loan] = []
        self._ids: Counter[int] = Counter()  # of the parts of all loans, which are alive as long as those are kept
        self._in_hand: Loan | None = None
        self._room = _ROOM

    def __iter__(self) -> Iterator[Loan]:
        return iter(self._loans)

    def gave(self, loan: Loan) -> None:
        """Keep *loan*, an item, which is in the consumer's hands now."""
        self._in_hand = loan if self._keep(loan) else None

    def sent(self, loan: Loan) -> None:
        """Keep *loan*, which the consumer sent in."""
        self._keep(loan)

    def has_any(self, parts: Parts) -> bool:
        """Whether some of these parts have passed before."""
        return not self._ids.keys().isdisjoint(ids_of(parts))

    def came_back(self) -> Change | None:
        """Return what the consumer has made of the item in hand, which is like that from now on; None if nothing."""
        loan, self._in_hand = self._in_hand, None
        if loan is None:
            return None
        value, parts = self._capture(loan.object)
        ids = ids_of(loan.parts)
        if value.data == loan.value.data and ids_of(parts) == ids:
            return None
        self._uncount(loan)
        loan.value, loan.parts = value, parts
        self._ids.update(self._own(loan))
        return value, shared_outcome(ids, [parts])

    def become(self, change: Change) -> bool:
        """Give the item in hand the content that another one like it got. Raises NotRebuildableError.

        Returns whether there is an item that can be changed.
        """
        if self._in_hand is not None:
            self._in_hand.become(change)
        return self._in_hand is not None

    def look(self) -> None:
        """Look at all but the item in hand, which its consumer may change: *late* tells then if one was changed."""
        self._look_at(loan for loan in self._loans if loan is not self._in_hand)

    def __len__(self) -> int:
        return len(self._loans)

    def _keep(self, loan: Loan) -> bool:
        if not loan.value.is_exact or not (own := self._own(loan)):
            return False
        if len(self._loans) >= self._room:
            self._let_go()
        self._loans.append(loan)
        self._ids.update(own)
        return True

    def _let_go(self) -> None:
        held: list[Loan] = []
        gone: list[Loan] = []
        for loan in self._loans:
            (held if loan.is_held or loan is self._in_hand else gone).append(loan)
        self._look_at(gone)
        for loan in gone:
            self._uncount(loan)
        self._loans = held
        self._room = 2 * len(held) + _ROOM

    def _look_at(self, loans: Iterable[Loan]) -> None:
        if not self.late:
            self.late = next((loan.name for loan in loans if loan.has_changed(self._capture)), "")

    def _own(self, loan: Loan) -> list[int]:
        return [id for id in ids_of(loan.parts) if id not in self._given]

    def _uncount(self, loan: Loan) -> None:
        for id in self._own(loan):
            self._ids[id] -= 1
            if self._ids[id] <= 0:
                del self._ids[id]


def _others(parts: Parts) -> Iterator[int]:
    """Yield for each part how many more references there are than its own parts have, and the one above it."""
    ours = Counter(id(part) for part, _ in parts.met)
    root = id(parts.met[-1][0])
    for part, _ in parts.met:
        yield getrefcount(part) - 2 * ours[id(part)] + (id(part) == root)


def _alone() -> Parts:
    inner: list[object] = []
    return Parts(None, [(inner, []), ([inner], [])])


# How many references the looking itself makes, whatever the version of Python.
_NOBODY: Final = max(_others(_alone()))
