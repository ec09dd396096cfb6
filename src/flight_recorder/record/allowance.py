"""Allowance: how much of a session may go into recording what nobody registered.

A function whose arguments are large (a parser with its tree, a graph) may take a thousand times longer with its
recording than without. Each call that is not plain says what it took and what recording it took. Once all recording
has taken its share of the session, those functions get hot for which more was paid than they took: at first those for
which it was much more, and the further the share is exceeded the others.
"""

from time import perf_counter_ns
from typing import TYPE_CHECKING

from flight_recorder.model.step import Returned, Settled

if TYPE_CHECKING:
    from flight_recorder.record.heat import Heat
    from flight_recorder.record.open_step import OpenStep

FREE_NS = 1_000_000_000  # for short programs, and for the first calls of each function
BYTE_NS = 100  # what a byte counts for, beside the time that it took: disks are not endless, either
MUCH_NS = 50_000_000


class Allowance:
    """What recording may take in one session. *share* is of the time that has passed; None: as long as it takes."""

    def __init__(self, share: float | None = None) -> None:
        self.share = share
        self._began_ns = perf_counter_ns()
        self._took_ns = 0
        self._bytes = 0

    def clock(self) -> int:
        """Nanoseconds of the program's own: those that recording took are left out."""
        return perf_counter_ns() - self._took_ns

    def pay(self, opened: "OpenStep", took_ns: int, size: int) -> None:
        """Note that recording *size* bytes of *opened* took *took_ns*."""
        self._took_ns += took_ns
        self._bytes += size
        opened.paid_ns += took_ns + BYTE_NS * size

    def exceeded(self) -> float:
        """Return by how much more was paid than is allowed: 1.0 says twice as much, a negative number less."""
        if self.share is None:
            return -1.0
        passed_ns = perf_counter_ns() - self._began_ns
        return (self._took_ns + BYTE_NS * self._bytes) / (FREE_NS + passed_ns * self.share) - 1.0

    def began(self, opened: "OpenStep", heat: "Heat", before_ns: int) -> None:
        """Note that *opened*, a call with *heat*, has begun; *before_ns* was the time before."""
        if opened.served:
            heat.served()
            return
        opened.heat = heat
        self.pay(opened, perf_counter_ns() - before_ns, sum(len(one.data) for one in opened.inputs.values()))
        opened.runs_from_ns = self.clock()

    def ended(self, opened: "OpenStep", heat: "Heat", ran_to_ns: int, before_ns: int) -> None:
        """Note that it ended at *ran_to_ns* of its `clock`, and was written from *before_ns* until now.

        The time is that of the clock on the wall for both: a busy machine makes both longer.
        """
        self.pay(opened, perf_counter_ns() - before_ns, 0)
        is_stream = opened.own_ns is not None
        own_ns = ran_to_ns - opened.runs_from_ns if opened.own_ns is None else opened.own_ns
        heat.paid(opened.paid_ns, own_ns, is_stream=is_stream)
        exceeded = self.exceeded()
        if exceeded > 0 and heat.paid_ns - heat.own_ns > MUCH_NS * max(0.0, 1.0 - exceeded):
            heat.grow_hot()


def size_of(outcome: Settled) -> int:
    """Return how many bytes *outcome* has, at least."""
    own = len(outcome.value.data) if isinstance(outcome, Returned) else 0
    return own + sum(len(one.data) for one in outcome.mutated.values())
