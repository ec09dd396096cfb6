"""Doubles: two objects that stand for one, after a stream that was served has run after all.

The consumer has an item from the recording, and the body has one of its own that is like it. That goes well as long
as neither is changed, and the body does not give its own again: nobody can tell then that they are two.
"""

import msgspec

from flight_recorder.codec.capture import Parts
from flight_recorder.codec.identity import ids_of
from flight_recorder.record.lent import CaptureParts, Lent, Loan


class Doubles(msgspec.Struct):
    """Pairs of the consumer's object and the body's, as long as both hold theirs."""

    pairs: list[tuple[Loan, Loan]]
    capture: CaptureParts

    def difference(self, given: Parts) -> str:
        """Return what shows that they are two, now that the body gives an object of these parts; "" if none."""
        ids = set(ids_of(given)) if self.pairs else set()
        for theirs, own in self.pairs:
            if theirs.has_changed(self.capture) or own.has_changed(self.capture):
                return f"{theirs.name} was changed later"
            if not ids.isdisjoint(ids_of(own.parts)):
                return f"{theirs.name} is given again"
        self.pairs = [(theirs, own) for theirs, own in self.pairs if theirs.is_held and own.is_held]
        return ""


def doubles_of(served: Lent, given: Lent, capture: CaptureParts) -> Doubles:
    """Return which objects that were *served* have a double among those that the body has *given* since."""
    own = {loan.at: loan for loan in given}
    pairs = [(loan, own[loan.at]) for loan in served if loan.at in own]
    return Doubles([(one, other) for one, other in pairs if one.object is not other.object], capture)
