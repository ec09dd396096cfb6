"""Judging: what came of an experiment, from the session that it made. Pure.

A result counts only where the experiment was what it says: the change was made, the rest of the code is that of the
failed session, and no protected step answered another question than it was recorded for.
"""

import re
from collections.abc import Iterator

from flight_recorder.diagnose.crash import Crash, find_crash
from flight_recorder.diagnose.experiment import Change, Experiment, Result
from flight_recorder.model.judgement import Decision, Reason
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Step

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def judged(failed: Session, experiment: Experiment, replayed: Session) -> tuple[Result, str]:
    """Return what came of *experiment* on *failed*, which made *replayed*; with it why, where that is UNCLEAR."""
    why = next(_doubts(failed, experiment, replayed), "")
    if why:
        return Result.UNCLEAR, why
    before, now = find_crash(failed), find_crash(replayed)
    if replayed.status is Status.SUCCESS:
        handled = before is not None and any(_raised_too(step, before) for step in replayed.steps.values())
        return (
            (Result.UNCLEAR, "it fails all the same, and its caller goes on") if handled else (Result.SUCCEEDED, "")
        )
    is_same = before is not None and now is not None and _signature(before) == _signature(now)
    return (Result.SAME_FAILURE if is_same else Result.OTHER_FAILURE), ""


def _signature(crash: Crash) -> tuple[str, str, str]:
    return crash.step.name, crash.root.type, _ADDRESS.sub("0x", crash.root.message)


def _raised_too(step: Step, crash: Crash) -> bool:
    """Whether *step* of a run that succeeded raised what *crash* is about."""
    failure = step.failure
    return (
        failure is not None
        and failure.origin is None
        and step.name == crash.step.name
        and crash.failure.type == failure.type
        and _ADDRESS.sub("0x", failure.message) == _ADDRESS.sub("0x", crash.failure.message)
    )


def _doubts(failed: Session, experiment: Experiment, replayed: Session) -> Iterator[str]:
    """Yield why *replayed* says nothing of *failed*."""
    if replayed.status is Status.UNFINISHED:
        yield "it did not come to its end"
    if replayed.status is Status.HELD:
        yield next(map(_held, filter(_is_held, replayed.steps.values())), "it was stopped")
    yield from _changed_otherwise(failed, experiment, replayed)
    for step in replayed.steps.values():
        judgement = step.judgement
        if judgement is not None and judgement.decision is Decision.PROTECTED and judgement.detail:
            yield f"{step.name}, which is protected, was answered as recorded, and was called with something else"
    missing = [name for name in experiment.steps if not _is_made(experiment, name, replayed)]
    if missing:
        yield f"{missing[0]} was not called"


def _is_held(step: Step) -> bool:
    return step.judgement is not None and step.judgement.reason == Reason.HELD


def _held(step: Step) -> str:
    if step.call.is_protected:
        return f"{step.name} would have to run, and is protected"
    return step.judgement.detail if step.judgement is not None else ""


def _changed_otherwise(failed: Session, experiment: Experiment, replayed: Session) -> Iterator[str]:
    for name in dict.fromkeys(step.call.fingerprint or step.name for step in failed.steps.values()):
        was, now = failed.fingerprints.get(name), replayed.fingerprints.get(name)
        if was is None or name in experiment.old_code:
            continue
        if now is None or was.digest != now.digest:
            yield f"the code of {name} is not that of the failed session any more"


def _is_made(experiment: Experiment, name: str, replayed: Session) -> bool:
    """Whether the change in *name* took effect: the function ran, or its answer was taken."""
    called = [step for step in replayed.steps.values() if step.name == name]
    if experiment.change is Change.GOOD_OUTPUT:
        return any(step.is_overridden for step in called)
    return any(step.judgement is not None and step.judgement.decision is Decision.RERUN for step in called)
