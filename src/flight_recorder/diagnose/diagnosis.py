"""Diagnosis: from a session to the answer of `debug`. Pure: reads the recording, runs nothing."""

from collections.abc import Iterator, Sequence

from flight_recorder.diagnose.case import Case, open_case, open_wrong_case
from flight_recorder.diagnose.crash import Crash, find_crash
from flight_recorder.diagnose.deciding import what_would_decide
from flight_recorder.diagnose.experiment import Conclusion
from flight_recorder.diagnose.findings import Candidate, Confidence, Diagnosis, Evidence, RootCause, RuledOut
from flight_recorder.diagnose.hints import explanation, failed_hint, hint_without_failure
from flight_recorder.diagnose.history import History
from flight_recorder.diagnose.in_flight import in_flight
from flight_recorder.diagnose.suspects import Suspect, suspects_of
from flight_recorder.diagnose.trail import failing_line, trail_of
from flight_recorder.diagnose.verified import with_signs
from flight_recorder.diagnose.ways import Producer
from flight_recorder.diagnose.wrong import Wrong, unmet_result
from flight_recorder.model.session import Session

__all__ = ["Candidate", "Confidence", "Diagnosis", "Evidence", "RootCause", "diagnose"]

STRONG_SCORE, STRONG_MARGIN = 0.8, 0.3
LIKELY_MARGIN = 0.1
DECISIVE = frozenset(
    {
        "own code",
        "lost",
        "mutated",
        "not awaited",
        "swapped",
        "left out",
        "other output",
        "undeclared",
        "no return",
        "recursion",
    }
)  # kinds of evidence that say what the step itself did wrong
NOT_VERIFIED = Conclusion()
MAX_UNSURE = 3  # suspects that are told of when none is blamed
EXONERATING = frozenset({"passed on", "inputs", "same output", "others", "declared", "misplaced", "good output"})
RULED_OUT = 0.6  # of the first suspect's weight


def diagnose(
    session: Session,
    earlier: Sequence[Session] = (),
    wrong: Wrong | None = None,
    conclusion: Conclusion = NOT_VERIFIED,
    *,
    is_live: bool | None = None,
) -> Diagnosis:
    """Return why *session* failed; without a failure, what state it is in.

    *earlier* are sessions of the same entry that succeeded before it, the latest first: they show what is usual. With
    *wrong*, return where that came from, whether or not the session failed. *conclusion* is what experiments on it
    have shown. *is_live* is whether its program still runs, None when nobody knows.
    """
    whole, session = session, session.without_boundaries()  # what came from outside is whose who asked for it
    earlier = [one.without_boundaries() for one in earlier]
    wrong = wrong or unmet_result(session)
    crash = find_crash(session) if wrong is None else None
    if wrong is not None:
        case = open_wrong_case(session, wrong)
    elif crash is not None:
        case = open_case(session, crash)
    else:
        flying = in_flight(whole)
        return Diagnosis(whole, None, None, (), hint_without_failure(session, flying, is_live=is_live), flying=flying)
    history = History(earlier)
    suspects = with_signs(session, suspects_of(case, history), conclusion)
    candidates = [suspect.candidate for suspect in suspects]
    first, way = candidates[0], suspects[0].producer
    root = RootCause(
        first.step,
        first.name,
        Confidence.CONFIRMED if conclusion.confirmed else _confidence(case, suspects),
        explanation(first),
        way is not None and _is_direct(case, way),
    )
    is_unsure = root.confidence is Confidence.UNSURE
    return Diagnosis(
        whole,
        case.failed,
        root,
        tuple(candidates),
        failed_hint(case, first, way),
        _passed_on(session, crash) if crash is not None else frozenset(),
        failing_line(case),
        trail_of(case, first.step, way),
        () if is_unsure else tuple(_ruled_out(suspects)),
        what_would_decide(case, suspects[:MAX_UNSURE], history) if is_unsure else (),
        wrong,
        in_flight(whole) if crash is not None else (),
    )


def _ruled_out(suspects: list[Suspect]) -> Iterator[RuledOut]:
    """The steps that were suspected far less than the first, with the best of what speaks for each."""
    for suspect in suspects[1:]:
        best = min(suspect.candidate.evidence, key=lambda each: each.weight)
        if best.kind in EXONERATING and suspect.weight < suspects[0].weight * RULED_OUT:
            yield RuledOut(suspect.candidate.step, suspect.candidate.name, best.text)


def _confidence(case: Case, suspects: list[Suspect]) -> Confidence:
    first = suspects[0].weight
    margin = first - (suspects[1].weight if len(suspects) > 1 else 0.0)
    if first >= STRONG_SCORE and margin >= STRONG_MARGIN and not _may_be_passed_on(case, suspects[0].candidate):
        return Confidence.STRONG
    if _is_any_part(case, suspects[0].candidate):
        return Confidence.UNSURE
    return Confidence.LIKELY if margin >= LIKELY_MARGIN else Confidence.UNSURE


def _is_any_part(case: Case, first: Candidate) -> bool:
    """Whether all of a result is wrong, and only that it put its parts together speaks against the first suspect."""
    if case.wrong is None or first.step != case.wrong.step.id:
        return False
    is_whole = any(not each.path and each.missing is None and each.part.is_container for each in case.wrong.parts)
    return is_whole and not DECISIVE & {each.kind for each in first.evidence if each.weight > 0}


def _may_be_passed_on(case: Case, first: Candidate) -> bool:
    """Whether other steps gave the first suspect its inputs, and only that its output is odd speaks against it.

    A look-up that finds nothing was perhaps asked for the wrong thing, and nothing in one session says so. Nor who of
    two spells a text right that one of them gave and the other nearly knows.
    """
    kinds = {each.kind for each in first.evidence if each.weight > 0}
    if kinds & DECISIVE:
        return False
    ways = [way for ways in case.tracer.producers.values() for way in ways]
    own = [way for way in ways if way.step.id == first.step]
    if "near miss" in kinds and all(way.distance or way.path is None for way in own):
        return True
    if case.wrong is not None and any(_leads_to(case, way, first.step) for way in ways):
        return True  # nothing was raised that would say which of the two reckoned wrongly
    within = {first.step, *case.session.steps[first.step].children}
    return any(way.asked.consumer.id in within and way.step.id not in within for way in ways)


def _leads_to(case: Case, way: Producer, step: int) -> bool:
    """Whether *way* is by what another step gave to *step*, or a step below it."""
    return way.step.id != step and any(above.id == step for above in case.session.ancestors(way.step))


def _is_direct(case: Case, producer: Producer) -> bool:
    """Whether the very value that the failing step failed on is in the output of the producer next to it."""
    return (
        producer.distance == 0
        and producer.path is not None
        and producer.asked.is_culprit
        and producer.asked.consumer.id == case.crash.step.id
    )


def _passed_on(session: Session, crash: Crash) -> frozenset[int]:
    """The callers of the failing step that let its exception through."""
    return frozenset(
        step.id
        for step in session.ancestors(crash.step)
        if step.failure is not None and step.failure.origin is not None
    )
