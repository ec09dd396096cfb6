"""Merge: what journals tell of a session and what the store already holds become one session. Pure.

A process that was forked from the recorded one may write after its parent has ended and been drained, and two
drains may have read a journal at different moments. Both are right as long as a drain only ever adds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flight_recorder.model.event import (
    Ended,
    Event,
    Exchanged,
    Finished,
    Learned,
    Opened,
    Started,
    Streamed,
    Withdrawn,
)
from flight_recorder.model.fold import fold
from flight_recorder.model.judgement import WITHDRAWN
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Step, Unfinished


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session has come: what can be compared without loading it."""

    status: Status
    has_ended: dict[int, bool]  # by step id
    learned: frozenset[str]  # names
    exchanges: dict[int, int] = field(default_factory=dict)  # how many, by step id; streams only

    def covers(self, other: "Progress") -> bool:
        """Whether all that *other* knows is known here."""
        return (
            (self.status is other.status or other.status is Status.UNFINISHED)
            and all(self.has_ended.get(step, False) >= ended for step, ended in other.has_ended.items())
            and other.has_ended.keys() <= self.has_ended.keys()
            and other.learned <= self.learned
            and all(self.exchanges.get(step, -1) >= passed for step, passed in other.exchanges.items())
        )


def progress_of(session: Session) -> Progress:
    """Return how far *session* has come."""
    return Progress(
        session.status,
        {id: step.ended_ns is not None for id, step in session.steps.items()},
        frozenset(session.fingerprints),
        {id: len(step.stream.exchanges) for id, step in session.steps.items() if step.stream is not None},
    )


def merged(stored: Session, events: Iterable[Event]) -> Session:
    """Return the session that *stored* and *events* tell of together."""
    session = fold([*unfold(stored), *_news(stored, list(events))])
    assert session is not None  # unfold begins with an Opened
    return session


def _news(stored: Session, events: Sequence[Event]) -> Iterator[Event]:
    """Yield what *events* may tell beyond *stored*: not what a Withdrawn that is known there has made void."""
    voids = _voids(stored, events)
    void_steps: set[int] = set()
    for number, event in enumerate(events):
        match event:
            case Started():
                is_void = event.parent in void_steps or number < voids.get(event.parent, 0)
                if event.step not in stored.steps and is_void:
                    void_steps.add(event.step)
                elif event.step not in stored.steps:
                    yield event
            case Finished() | Exchanged() | Withdrawn() if number < voids.get(event.step, 0):
                continue
            case _:
                yield event


def _voids(stored: Session, events: Sequence[Event]) -> dict[int | None, int]:
    """Return the number of *events* that say nothing of a step any more, by its id; of withdrawn steps only."""
    voids: dict[int | None, int] = {
        step.id: len(events)
        for step in stored.steps.values()
        if step.stream is not None and step.judgement is not None and step.judgement.reason in WITHDRAWN
    }
    for number, event in enumerate(events):
        if not isinstance(event, Withdrawn) or event.step not in voids:
            continue
        if event.judgement == stored.steps[event.step].judgement:
            voids[event.step] = number + 1
    return voids


def unfold(session: Session) -> Iterator[Event]:
    """Yield events that fold to *session* again."""
    yield Opened(
        session=session.id,
        entry=session.entry,
        mode=session.mode,
        at_ns=session.started_at_ns,
        launch=session.launch,
        process=session.process,
        index=session.index,
        replay_of=session.replay_of,
        is_overridden=session.is_overridden,
    )
    for name, fingerprint in session.fingerprints.items():
        yield Learned(name, fingerprint)
    for step in session.steps.values():
        yield _started(step)
        yield from _passed(step)
        if not isinstance(step.outcome, Unfinished) and step.ended_ns is not None:
            yield Finished(step.id, step.ended_ns, step.outcome, step.source, step.entered)
    if session.status is not Status.UNFINISHED and session.duration_ns is not None:
        yield Ended(session.duration_ns, session.status, session.unmet)


def _passed(step: Step) -> Iterator[Event]:
    if step.stream is None:
        return
    yield Streamed(step.id, step.stream.is_async)
    for number, exchange in enumerate(step.stream.exchanges):
        yield Exchanged(step.id, number, exchange)


def _started(step: Step) -> Started:
    call = step.call
    return Started(
        step=step.id,
        parent=call.parent,
        at_ns=step.started_ns,
        name=call.name,
        function=call.function,
        inputs=call.inputs,
        ignored=tuple(sorted(call.ignored)),
        key=call.key,
        branch=call.branch,
        is_protected=call.is_protected,
        kind=call.kind,
        site=step.site,
        judgement=step.judgement,
        fingerprint=call.fingerprint,
        shared=call.shared,
    )
