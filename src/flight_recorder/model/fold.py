"""Fold: events to a Session, the only place where that happens. Pure.

Holds for every prefix of a journal: steps without an end are Unfinished, a session without an end is unfinished.
"""

from collections.abc import Iterable
from itertools import count, takewhile

import msgspec
from msgspec.structs import replace

from flight_recorder.model.event import (
    Ended,
    Event,
    Exchanged,
    Finished,
    Learned,
    Opened,
    Started,
    Streamed,
    Touched,
    Withdrawn,
)
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Call, Effect, Step, Unfinished
from flight_recorder.model.stream import Exchange, Stream


def fold(events: Iterable[Event]) -> Session | None:
    """Return the session that *events* tell of, or None when they do not begin with an Opened.

    Events about a step that was never started are passed over: a forked child's journal may hold the end of a
    step whose beginning was lost with its parent's.
    """
    opened: Opened | None = None
    fingerprints: dict[str, Fingerprint] = {}
    ended: Ended | None = None
    steps = _Steps()
    for event in events:
        match event:
            case Opened():
                opened = opened or event
            case Learned():
                fingerprints.setdefault(event.name, event.fingerprint)
            case Ended():
                ended = event
            case _:
                steps.take(event)
    if opened is None:
        return None
    return Session(
        id=opened.session,
        entry=opened.entry,
        mode=opened.mode,
        status=ended.status if ended else Status.UNFINISHED,
        started_at_ns=opened.at_ns,
        duration_ns=ended.at_ns if ended else None,
        launch=opened.launch,
        process=opened.process,
        index=opened.index,
        replay_of=opened.replay_of,
        is_overridden=opened.is_overridden,
        unmet=ended.unmet if ended else None,
        hot=ended.hot if ended else (),
        steps=steps.told(),
        fingerprints=fingerprints,
    )


class _Steps(msgspec.Struct):
    """What is known of each step so far."""

    by_id: dict[int, Step] = {}
    children: dict[int, list[int]] = {}
    streams: dict[int, bool] = {}  # whether it is an async one
    exchanges: dict[int, dict[int, Exchange]] = {}
    effects: dict[int, dict[Effect, None]] = {}

    def take(self, event: Started | Finished | Streamed | Exchanged | Touched | Withdrawn) -> None:
        """Learn from *event*."""
        match event:
            case Started():
                if event.step not in self.by_id and event.parent is not None:
                    self.children.setdefault(event.parent, []).append(event.step)
                self.by_id.setdefault(event.step, _begun(event))
            case Finished():
                begun = self.by_id.get(event.step)
                if begun is not None:
                    self.by_id[event.step] = replace(
                        begun,
                        outcome=event.outcome,
                        ended_ns=event.at_ns,
                        source=event.source,
                        entered=event.entered,
                        judgement=event.judgement or begun.judgement,
                    )
            case Streamed():
                self.streams.setdefault(event.step, event.is_async)
            case Exchanged():
                # By number: what is told twice, by the store and by a journal, counts once.
                self.exchanges.setdefault(event.step, {})[event.number] = event.exchange
            case Touched():
                self.effects.setdefault(event.step, {})[event.effect] = None  # once, as above
            case Withdrawn():
                self._withdraw(event)

    def _withdraw(self, event: Withdrawn) -> None:
        begun = self.by_id.get(event.step)
        if begun is None:
            return
        self.by_id[event.step] = replace(
            begun, judgement=event.judgement, outcome=Unfinished(), ended_ns=None, source=None, entered=()
        )
        self.exchanges.pop(event.step, None)
        waiting = [event.step]
        while waiting:
            called = self.children.get(waiting.pop(), ())
            waiting += [id for id in called if id < event.before and self.by_id.pop(id, None) is not None]

    def told(self) -> dict[int, Step]:
        """Return every step, with what it called and what passed."""
        return {
            id: replace(
                step,
                children=tuple(child for child in self.children.get(id, ()) if child in self.by_id),
                effects=tuple(self.effects.get(id, ())),
                stream=self._stream(id),
            )
            for id, step in self.by_id.items()
        }

    def _stream(self, id: int) -> Stream | None:
        is_async = self.streams.get(id)
        if is_async is None:
            return None
        passed = self.exchanges.get(id, {})
        return Stream(is_async, tuple(passed[number] for number in takewhile(passed.__contains__, count())))


def _begun(event: Started) -> Step:
    call = Call(
        name=event.name,
        function=event.function,
        parent=event.parent,
        inputs=event.inputs,
        ignored=frozenset(event.ignored),
        key=event.key,
        branch=event.branch,
        is_protected=event.is_protected,
        kind=event.kind,
        fingerprint=event.fingerprint,
        shared=event.shared,
    )
    return Step(
        id=event.step,
        call=call,
        outcome=Unfinished(),
        started_ns=event.at_ns,
        ended_ns=None,
        site=event.site,
        judgement=event.judgement,
    )
