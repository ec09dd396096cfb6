"""Copying: the events that a call, or the copy of a recorded step, is written down as."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import structs

from flight_recorder.model.difference import Difference
from flight_recorder.model.event import Event, Exchanged, Finished, Started, Streamed, Touched
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.step import Branch, Call, Closed, Raised, Settled, Site, Step, Unfinished
from flight_recorder.model.verdict import Serve

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep

Found = Mapping[int, tuple[Difference, ...]]
NOTHING_FOUND: Found = MappingProxyType({})
Write = Callable[[int], Iterable[Event]]  # by the time at which it is written


def started_event(
    id: int, call: Call, parent: int | None, at_ns: int, site: Site | None, judgement: Judgement | None
) -> Started:
    """Return the event that *call*, made by the step *parent*, began as the step *id*."""
    return Started(
        step=id,
        parent=parent,
        at_ns=at_ns,
        name=call.name,
        function=call.function,
        inputs=call.inputs,
        ignored=tuple(sorted(call.ignored)),
        key=call.key,
        branch=call.branch,
        is_protected=call.is_protected,
        kind=call.kind,
        site=site,
        judgement=judgement,
        fingerprint=call.fingerprint,
        shared=call.shared,
    )


class Copy:
    """What was recorded under the step that *verdict* serves, on its way into the new session as the step *opened*.

    It goes there in the order in which it happened, so that of a stream only what belongs to the items that were
    taken goes along. *found* is what audits found of these steps, by their recorded id.
    """

    def __init__(self, verdict: Serve, opened: "OpenStep", found: Found = NOTHING_FOUND) -> None:
        source = verdict.step
        old, new = source.call.branch, opened.branch
        steps = [moved(step, old, new) for step in verdict.under]
        self._fingerprints = verdict.fingerprints
        self._source = source
        self._found = found
        self._opened = opened
        self._entered_again = opened.recording.entered_again
        self.ids = {source.id: opened.id, **{step.id: opened.recording.next_id() for step in steps}}
        self.now_ns = 0  # when the last event was written
        self._open: dict[int, Step] = {}  # streams that have begun and not ended
        history = [one for step in steps for one in self._history(step)]
        self._history_left = iter(sorted(history, key=lambda one: one[0]))
        self._next = next(self._history_left, None)

    def up_to(self, recorded_ns: int | None, now_ns: int) -> Iterator[Event]:
        """Yield the events of all that had happened by *recorded_ns*, or of the rest. Now is *now_ns*."""
        self.now_ns = max(self.now_ns, now_ns)
        while self._next is not None and (recorded_ns is None or self._next[0] <= recorded_ns):
            yield from self._next[1](self.now_ns)
            self.now_ns += 1  # keeps the order, also where a later replay reads it from the times
            self._next = next(self._history_left, None)

    def end(self, outcome: Settled, now_ns: int) -> Finished:
        """Return the event that the served step itself has ended with *outcome*, which its caller is given now.

        A failure is noted, from then on, to come from the copy of the step that it came from.
        """
        outcome = self._renumbered(outcome)
        if isinstance(outcome, Raised) and outcome.failure.origin is not None:
            self._opened.origin = outcome.failure.origin
        return Finished(self._opened.id, now_ns, outcome, self._source.id, self._entered_again(self._source))

    def cut_off(self) -> Iterator[Event]:
        """Yield the ends of the streams that have begun: their consumer does not come back to them."""
        for step in self._open.values():
            yield Finished(self.ids[step.id], self.now_ns, Closed(), step.id)

    def _renumbered(self, outcome: Settled) -> Settled:
        """Return *outcome* with the origin of its failure under its new id."""
        if not isinstance(outcome, Raised) or outcome.failure.origin is None:
            return outcome
        failure = outcome.failure
        passed = type(failure)(failure.type, failure.message, failure.value, origin=self.ids.get(failure.origin or 0))
        return Raised(passed, outcome.mutated, outcome.shared)

    def _history(self, step: Step) -> Iterator[tuple[int, Write]]:
        yield step.started_ns, lambda now_ns: self._begun(step, now_ns)
        if step.stream is not None:
            for number, exchange in enumerate(step.stream.exchanges):
                yield exchange.at_ns, self._exchanged(step, number)
        if step.ended_ns is not None and not isinstance(step.outcome, Unfinished):
            yield step.ended_ns, lambda now_ns: self._ended(step, now_ns)

    def _begun(self, step: Step, now_ns: int) -> Iterator[Event]:
        parent = self.ids[step.parent] if step.parent is not None else None
        reason = Reason.OVERRIDDEN if step.is_overridden else ""
        judgement = Judgement(Decision.CACHED, reason, saved_ns=step.ran_ns, audit=self._found.get(step.id))
        call = step.call
        fingerprint = self._fingerprints.get(call.fingerprint or call.name)
        if fingerprint is not None:
            key = self._opened.recording.learned_as(call.name, fingerprint)
            call = structs.replace(call, fingerprint="" if key == call.name else key)
        yield started_event(self.ids[step.id], call, parent, now_ns, step.site, judgement)
        for effect in step.effects:
            yield Touched(self.ids[step.id], effect)
        if step.stream is not None:
            self._open[step.id] = step
            yield Streamed(self.ids[step.id], step.stream.is_async)

    def _exchanged(self, step: Step, number: int) -> Write:
        def write(now_ns: int) -> Iterator[Event]:
            assert step.stream is not None  # else nothing would have passed
            exchange = structs.replace(step.stream.exchanges[number], at_ns=now_ns)
            yield Exchanged(self.ids[step.id], number, exchange)

        return write

    def _ended(self, step: Step, now_ns: int) -> Iterator[Event]:
        self._open.pop(step.id, None)
        if not isinstance(step.outcome, Unfinished):
            outcome = self._renumbered(step.outcome)
            yield Finished(self.ids[step.id], now_ns, outcome, step.id, self._entered_again(step))


def moved(step: Step, old: Branch, new: Branch) -> Step:
    """Return *step*, recorded under one of the branch *old*, as it is under one of the branch *new*."""
    if old == new:
        return step
    return structs.replace(step, call=structs.replace(step.call, branch=(*new, *step.call.branch[len(old) :])))
