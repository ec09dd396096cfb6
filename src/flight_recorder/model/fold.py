"""Fold: events to a Session, the only place where that happens. Pure.

Holds for every prefix of a journal: steps without an end are Unfinished, a session without an end is unfinished.
"""

from collections.abc import Iterable
from dataclasses import replace

from flight_recorder.model.event import Ended, Event, Finished, Learned, Opened, Started
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Call, Step, Unfinished


def fold(events: Iterable[Event]) -> Session | None:
    """Return the session that *events* tell of, or None when they do not begin with an Opened.

    Events about a step that was never started are passed over: a forked child's journal may hold the end of a
    step whose beginning was lost with its parent's.
    """
    opened: Opened | None = None
    steps: dict[int, Step] = {}
    children: dict[int, list[int]] = {}
    fingerprints: dict[str, Fingerprint] = {}
    ended: Ended | None = None
    for event in events:
        match event:
            case Opened():
                opened = opened or event
            case Learned():
                fingerprints.setdefault(event.name, event.fingerprint)
            case Started():
                is_new = event.step not in steps
                steps.setdefault(event.step, _begun(event))
                if is_new and event.parent is not None:
                    children.setdefault(event.parent, []).append(event.step)
            case Finished():
                begun = steps.get(event.step)
                if begun is not None:
                    steps[event.step] = replace(
                        begun,
                        outcome=event.outcome,
                        ended_ns=event.at_ns,
                        source=event.source,
                        entered=event.entered,
                    )
            case Ended():
                ended = event
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
        steps={
            id: replace(step, children=tuple(child for child in children.get(id, ()) if child in steps))
            for id, step in steps.items()
        },
        fingerprints=fingerprints,
    )


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
