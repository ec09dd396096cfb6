"""In flight: what was still at work when a session was cut off, and for how long. Pure."""

import msgspec

from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Step, Unfinished

CUT_OFF = frozenset({"CancelledError", "KeyboardInterrupt"})  # what is raised in a step from outside


class Flying(msgspec.Struct, frozen=True):
    """A step that was cut off. *path* are the names from the entry to it.

    *ran_ns* is how long it had run; *is_open* says that no end of it is known, so it ran for at least that long.
    """

    step: int
    path: tuple[str, ...]
    ran_ns: int
    is_open: bool


def in_flight(session: Session) -> tuple[Flying, ...]:
    """Return the innermost steps that were cut off in *session*, in the order of their beginning.

    Those that have no end, and those in which an exception from outside was first raised.
    """
    if session.status in (Status.SUCCESS, Status.HELD):
        return ()
    last_ns = last_sign_ns(session)
    return tuple(
        Flying(step.id, _path(session, step), (step.ended_ns or last_ns) - step.started_ns, _is_open(step))
        for step in session.steps.values()
        if _was_cut_off(step) or (_is_open(step) and not any(_is_open(child) for child in session.children(step)))
    )


def last_sign_ns(session: Session) -> int:
    """Return when the last event of *session* was written, since it began."""
    times = [session.duration_ns or 0]
    for step in session.steps.values():
        times.append(step.started_ns if step.ended_ns is None else step.ended_ns)
        times += [exchange.at_ns for exchange in step.stream.exchanges[-1:]] if step.stream is not None else []
    return max(times)


def _was_cut_off(step: Step) -> bool:
    failure = step.failure
    return failure is not None and failure.origin is None and failure.type_name in CUT_OFF


def _is_open(step: Step) -> bool:
    return isinstance(step.outcome, Unfinished)


def _path(session: Session, step: Step) -> tuple[str, ...]:
    return (*reversed([above.name for above in session.ancestors(step)]), step.name)
