"""Verdict: the answer to a call in replay. Pure."""

from dataclasses import dataclass

from flight_recorder.model.judgement import Judgement
from flight_recorder.model.step import Step
from flight_recorder.model.value import Value


@dataclass(frozen=True, slots=True)
class Run:
    """Call the function. While recording, every verdict is this one, without a judgement."""

    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Serve:
    """Answer with the recorded outcome of *step*; *under* are the steps recorded below it, in order."""

    step: Step
    under: tuple[Step, ...]
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer with *value*, which the user gave (`--stub`)."""

    value: Value
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Hold:
    """Stop the replay before this call: it is protected, and nothing recorded answers it."""

    detail: str


Verdict = Run | Serve | Answer | Hold
