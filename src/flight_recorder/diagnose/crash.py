"""Crash: the step in which the exception that ended the session was first raised. Pure."""

import msgspec

from flight_recorder.model.failure import Failure
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Returned, Step

MAX_LINKS = 50


class Crash(msgspec.Struct, frozen=True):
    """Where and how the session failed.

    *failure* is what *step* raised; *root* is the exception it goes back to within the step: the same one, or the
    first of a chain of causes.
    """

    step: Step
    failure: Failure
    root: Failure


def find_crash(session: Session) -> Crash | None:
    """Return the crash of *session*: through callers, chains of causes and groups; None without one."""
    step = _last_failed(session)
    if step is None or step.failure is None:
        return None
    failure = root = step.failure
    for _ in range(MAX_LINKS):
        origin = session.steps.get(failure.origin) if failure.origin is not None else None
        if origin is not None and origin.failure is not None and origin.id != step.id:
            step, failure = origin, origin.failure
            root = failure
            continue
        link = _link(root)
        if link is None:
            break
        root = link
        raiser = _raiser(session, step, link)
        if raiser is not None and raiser.failure is not None:
            step = raiser
            failure = root = raiser.failure
    return Crash(step, failure, root)


def _last_failed(session: Session) -> Step | None:
    """The entry when it raised; else, in a failed session, the last step whose failure nobody handled."""
    entry = session.root
    if session.status is Status.SUCCESS:  # also where the program ended itself with exit status 0
        return None
    if entry is None or entry.failure is not None:
        return entry
    if session.status is not Status.FAILED:
        return None
    failed = [step for step in session.steps.values() if step.failure is not None]
    return next((step for step in reversed(failed) if not _is_handled(session, step)), None)


def _is_handled(session: Session, step: Step) -> bool:
    parent = session.steps.get(step.parent) if step.parent is not None else None
    return parent is not None and isinstance(parent.outcome, Returned)


def _link(failure: Failure) -> Failure | None:
    """What *failure* was raised because of: its cause, what was being handled, or the first member of a group.

    An exception that merely happened while another was handled (a bug in the handler) is a failure of its own.
    What was handled goes before the members: it is one of them, and is recorded only once.
    """
    is_raised_on_purpose = bool(failure.frames) and failure.frames[-1].source.startswith("raise")
    handled = failure.context if is_raised_on_purpose else None
    return failure.cause or handled or next(iter(failure.members), None)


def _raiser(session: Session, step: Step, failure: Failure) -> Step | None:
    """The last step under *step* that first raised *failure*."""
    same = [
        other
        for other in session.steps.values()
        if other.failure is not None
        and other.failure.origin is None
        and (other.failure.type, other.failure.message) == (failure.type, failure.message)
        and any(above.id == step.id for above in session.ancestors(other))
    ]
    return max(same, key=lambda other: other.started_ns, default=None)


def cut_off(crash: Crash) -> str:
    """What was in flight, and for how long, when a step was cancelled: by a time limit, or by who gave up on it."""
    own = [frame for frame in crash.root.frames if frame.is_project]
    where = f" at `{own[-1].source}`" if own and own[-1].source else ""
    seconds = (crash.step.duration_ns or 0) / 1e9
    how = "interrupted" if crash.root.type_name == "KeyboardInterrupt" else "cancelled"
    return f"it was still at work{where} when it was {how} after {seconds:.3g} s"
