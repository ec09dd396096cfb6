"""Findings: what a diagnosis says. The nouns of this room. Pure."""

from enum import StrEnum

import msgspec

from flight_recorder.diagnose.in_flight import Flying
from flight_recorder.diagnose.wrong import Wrong
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step
from flight_recorder.model.value import Value


class Confidence(StrEnum):
    """How sure a root cause is. CONFIRMED is for what an intervention has shown."""

    CONFIRMED = "CONFIRMED"
    STRONG = "STRONG"
    LIKELY = "LIKELY"
    UNSURE = "UNSURE"


class Evidence(msgspec.Struct, frozen=True):
    """One reason to suspect a step, or not to. *weight* is what it adds to the score."""

    kind: str
    text: str
    weight: float


class Candidate(msgspec.Struct, frozen=True):
    """A step that may have caused the failure. *score* is between 0 and 1."""

    step: int
    name: str
    score: float
    evidence: tuple[Evidence, ...]


class RootCause(msgspec.Struct, frozen=True):
    """The first suspect. *is_direct* says that its very output was what the failing step failed on."""

    step: int
    name: str
    confidence: Confidence
    explanation: str
    is_direct: bool


class FailingLine(msgspec.Struct, frozen=True):
    """Where in the project's own code the exception was raised. *values* are what the expressions there were."""

    file: str
    line: int
    function: str
    source: str
    values: tuple[tuple[str, Value], ...]


class Spot(msgspec.Struct, frozen=True):
    """A value and where it stood: `orders[2]['zip']` among the inputs of a step; "" for all that it returned."""

    where: str
    value: Value


class Hop(msgspec.Struct, frozen=True):
    """A step on the way from the root cause to the failure: where it was given the value, and where it gave it on."""

    step: int
    name: str
    given: Spot | None
    gave: Spot | None


class RuledOut(msgspec.Struct, frozen=True):
    """A step on the way that was suspected, and what speaks for it."""

    step: int
    name: str
    text: str


class Diagnosis(msgspec.Struct, frozen=True):
    """Why a session failed, as far as its recording tells.

    *failure* is the step in which the exception was first raised, or that gave what is *wrong* where none was; None
    when the session did not fail or did not end.
    *candidates* fall in score; the first is the root cause. *passed_on* are the callers that only let the exception
    through: they are left out where there is little room. *trail* leads from the root cause to the failure; empty
    when no value is known to. *undecided* says what would decide, where the confidence is UNSURE. *flying*
    are the steps that were cut off.
    """

    session: Session
    failure: Step | None
    root_cause: RootCause | None
    candidates: tuple[Candidate, ...]
    hint: str
    passed_on: frozenset[int] = frozenset()
    line: FailingLine | None = None
    trail: tuple[Hop, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    undecided: tuple[str, ...] = ()
    wrong: Wrong | None = None
    flying: tuple[Flying, ...] = ()
