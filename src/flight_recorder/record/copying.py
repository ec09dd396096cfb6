"""Copying: the events that a call, or the copy of a recorded step, is written down as."""

from dataclasses import replace

from flight_recorder.model.event import Started
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.step import Branch, Call, Raised, Returned, Site, Step


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


def moved(step: Step, old: Branch, new: Branch) -> Step:
    """Return *step*, recorded under one of the branch *old*, as it is under one of the branch *new*."""
    if old == new:
        return step
    return replace(step, call=replace(step.call, branch=(*new, *step.call.branch[len(old) :])))


def renumbered(outcome: Returned | Raised, ids: dict[int, int]) -> Returned | Raised:
    """Return *outcome* with the origin of its failure under its new id."""
    if isinstance(outcome, Returned) or outcome.failure.origin is None:
        return outcome
    failure = outcome.failure
    passed = type(failure)(failure.type, failure.message, failure.value, origin=ids.get(failure.origin or 0))
    return Raised(passed, outcome.mutated, outcome.shared)
