"""Grade: what was named, beside what was to be named, and how sure the shares are. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step

CONFIRMED = "CONFIRMED"
SURE = (CONFIRMED, "STRONG")
UNSURE = "UNSURE"
Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Answer:
    """What one way to look at one failed run said. *named* are the candidates in order, the first is blamed."""

    named: tuple[str, ...]
    confidence: str = ""
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """One case, tried. *problem* says why it could not be, "" when it could.

    *alone* saw the failed run only; *with_history* the runs before it too, None when there were none; *verified* made
    experiments as well, None where there were no runs before. *site* and *equal* are the baselines.
    """

    name: str
    category: str
    causes: tuple[str, ...]
    alone: Answer = Answer(())
    with_history: Answer | None = None
    site: Answer = Answer(())
    equal: Answer = Answer(())
    problem: str = ""
    verified: Answer | None = None

    @property
    def everything(self) -> Answer:
        """The answer after experiments, where some were made."""
        return self.verified or self.all_evidence

    @property
    def all_evidence(self) -> Answer:
        """The answer that could look at everything there was."""
        return self.with_history or self.alone


@dataclass(frozen=True, slots=True)
class Share:
    """*part* of *whole*, with the 95 % Wilson interval of the share."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        """The share; 0 of nothing is 0."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson score interval; everything when there was nothing to count."""
        if not self.whole:
            return (0.0, 1.0)
        n, p = self.whole, self.share
        centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return (max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Score:
    """The shares of one way to look at a number of cases.

    *false_blame* is of the claims made as sure, *false_confirmed* of those said to be confirmed.
    """

    top1: Share
    top3: Share
    false_blame: Share
    false_confirmed: Share
    unsure: Share
    median_ms: float


def score(pairs: Sequence[tuple[Result, Answer]]) -> Score:
    """Return the score of the answers, each beside its case."""
    sure = [(result, answer) for result, answer in pairs if answer.confidence in SURE]
    confirmed = [(result, answer) for result, answer in pairs if answer.confidence == CONFIRMED]
    times = sorted(answer.milliseconds for _, answer in pairs) or [0.0]
    count = len(pairs)
    return Score(
        Share(sum(is_right(result, answer) for result, answer in pairs), count),
        Share(sum(is_among(result, answer, 3) for result, answer in pairs), count),
        Share(sum(not is_right(result, answer) for result, answer in sure), len(sure)),
        Share(sum(not is_right(result, answer) for result, answer in confirmed), len(confirmed)),
        Share(sum(answer.confidence == UNSURE for _, answer in pairs), count),
        times[len(times) // 2],
    )


def is_right(result: Result, answer: Answer) -> bool:
    """Whether the first one named is at fault; for a healthy program, whether none is named."""
    return is_among(result, answer, 1) if result.causes else not answer.named


def is_among(result: Result, answer: Answer, count: int) -> bool:
    """Whether one of the first *count* named is at fault."""
    return bool(set(answer.named[:count]) & set(result.causes))


def crash_site(session: Session) -> str | None:
    """The baseline of a traceback: the innermost step that the exception came from."""
    step = session.root
    while step is not None and step.failure is not None and step.failure.origin is not None:
        step = session.steps.get(step.failure.origin)
    return step.name if step is not None and step.failure is not None else None


def last_equal(session: Session) -> str | None:
    """The baseline of equal values: the last sibling before the crash that returned one of its arguments.

    The crash site where there is none.
    """
    site = next((step for step in reversed(session.steps.values()) if step.name == crash_site(session)), None)
    if site is None or site.parent is None:
        return crash_site(session)
    given = {value.data for value in site.inputs.values()}
    before = [step for step in session.children(session.steps[site.parent]) if _ended_before(step, site)]
    equal = [step for step in before if isinstance(step.outcome, Returned) and step.outcome.value.data in given]
    return equal[-1].name if equal else site.name


def _ended_before(step: Step, other: Step) -> bool:
    return step.ended_ns is not None and step.ended_ns <= other.started_ns
