"""Wrong: a result that is wrong though nothing was raised, put as a failure of who asked for it. Pure.

The asker is a step that never was: it is given what is wrong, and fails on it. So the search goes backwards from it
by the same rules as from an exception.
"""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from flight_recorder.codec.capture import capture
from flight_recorder.diagnose.code import Key, Path
from flight_recorder.diagnose.expected import looked_at
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.model.expectation import WRONG_RESULT
from flight_recorder.model.failure import Failure
from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Raised, Returned, Step

ASKER = -1  # id of the step that never was
RESULT = "result"
EXPECT = "expect"


class WrongPart(msgspec.Struct, frozen=True):
    """A part of what a step gave. *name* is how a person writes it; *missing* is a key that it ought to have."""

    name: str
    path: Path
    part: Part
    missing: Key = None

    @property
    def text(self) -> str:
        """What is wrong, in one line: `result['total'] = -3`."""
        if self.missing is not None:
            return f"{self.name} has no {self.missing!r}: {self.part.shown}"
        return f"{self.name} = {self.part.shown}"


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong with what *step* gave. *said* is what the expectation says; "" when a person says it."""

    step: Step
    parts: tuple[WrongPart, ...]
    said: str = ""

    @property
    def text(self) -> str:
        """All that is wrong, in one line."""
        return ", ".join(each.text for each in self.parts)

    @property
    def message(self) -> str:
        """What stands where an exception has its message."""
        return f"{self.text}; {self.said}" if self.said else self.text

    @property
    def missing(self) -> Key:
        """The key that is missing, when that is what is wrong."""
        return self.parts[0].missing

    @property
    def asker(self) -> Step:
        """The step that never was."""
        step = self.step
        assert isinstance(step.outcome, Returned)
        failure = Failure(WRONG_RESULT, self.message, capture(None))
        call = Call(EXPECT, "", None, {RESULT: step.outcome.value}, fingerprint="\0")
        ended_ns = step.ended_ns or step.started_ns
        return Step(ASKER, call, Raised(failure), ended_ns, ended_ns)


def unmet_result(session: Session) -> Wrong | None:
    """Return what is wrong with the result of *session* by its expectation; None when it met it, or had none."""
    root = session.root
    if session.unmet is None or root is None or not isinstance(root.outcome, Returned):
        return None
    whole = part_of(root.outcome.value)
    parts = [
        WrongPart(RESULT + whole.spelled(each.path), each.path, each.part, each.missing)
        for each in looked_at(session.unmet, whole)
    ]
    return Wrong(root, tuple(parts), session.unmet.summary)


def with_asker(session: Session, asker: Step) -> Session:
    """Return *session* with the step that never was."""
    return replace(session, steps={**session.steps, asker.id: asker})


def without_asker(steps: Iterable[Step]) -> list[Step]:
    """Return those of *steps* that were."""
    return [step for step in steps if step.id != ASKER]
