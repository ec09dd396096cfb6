"""Suspects: who may have caused the failure, by evidence that adds up. Pure.

The rule behind the weights is Zeller's infection chain: the cause is the earliest step on the way whose inputs are
sane and whose output is not. The weights are those of docs/diagnosis.md.
"""

from collections.abc import Iterator

from flight_recorder.diagnose.anomaly import NONE, Anomaly, anomaly_of
from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.code import code_of
from flight_recorder.diagnose.complaint import Complaint
from flight_recorder.diagnose.consumer import consumer_evidence, is_class_attribute, near_miss, swapped
from flight_recorder.diagnose.expect import provides_for_none, return_annotation, violates
from flight_recorder.diagnose.findings import Candidate, Evidence
from flight_recorder.diagnose.flow import Maker, Producer
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step

RAISED = 0.30
FLOWS = 0.35
FALLOFF = 0.85
HOLDS, HOLDS_WEAK = 0.25, 0.10
REJECTED = 0.30  # how odd a value counts that the failing step refused
PASSED_ON = 0.35
ODD = 0.60
INHERITED = 0.75
HANDLED, HANDLED_ASIDE = 0.75, 0.30
MUTATED = 0.45
LOST_FIELD = 0.55
MADE = 0.35
LOCAL = 0.35
SWAPPED = 0.75
NOT_AWAITED = 1.0
NEAR_MISS = 0.55
GUESS = 0.4  # factor: nothing ties the input to the exception
MIN_SCORE = 0.05


def suspects_of(case: Case) -> list[Candidate]:
    """Return the candidates of *case*, the most suspicious first."""
    evidence: dict[int, list[Evidence]] = {case.crash.step.id: list(_of_crash(case))}
    for source in (_of_producers, _of_makers, _of_callers, _of_handled, _of_mutations, _of_near_misses):
        for step, found in source(case):
            evidence.setdefault(step.id, []).append(found)
    order = _distances(case)
    candidates = [_candidate(case.session.steps[id], found) for id, found in evidence.items()]
    kept = [each for each in candidates if each.score >= MIN_SCORE or each.step == case.crash.step.id]
    return sorted(kept, key=lambda each: (-each.score, order.get(each.step, 0), -each.step))


def _candidate(step: Step, evidence: list[Evidence]) -> Candidate:
    score = min(1.0, max(0.0, sum(each.weight for each in evidence)))
    return Candidate(step.id, step.name, score, tuple(sorted(evidence, key=lambda each: -abs(each.weight))))


def _distances(case: Case) -> dict[int, int]:
    return {id: producer.distance for id, producer in case.tracer.producers.items()}


def _of_crash(case: Case) -> Iterator[Evidence]:
    yield Evidence("raised", f"it raised {case.crash.failure.summary}", RAISED)
    if case.complained.complaint is Complaint.OWN_CODE:
        yield Evidence("own code", "the error is in its code, whatever it is given", LOCAL + HOLDS)
    elif case.is_local:
        yield Evidence("own code", "what it failed on was made by its own code from inputs that look sound", LOCAL)
    yield from consumer_evidence(case)


Found = Iterator[tuple[Step, Evidence]]


def _of_producers(case: Case) -> Found:
    share = 1 / max(1, len({(asked.consumer.id, asked.parameter) for asked in case.culprits}))
    for producer in case.tracer.producers.values():
        if producer.step.id == case.crash.step.id:
            continue
        factor = GUESS if producer.step.id in case.guessed else 1.0
        for each in _of_producer(case, producer, share):
            yield producer.step, Evidence(each.kind, each.text, each.weight * factor)


def _of_producer(case: Case, producer: Producer, share: float) -> Iterator[Evidence]:
    asked, part = producer.asked, producer.asked.part
    consumer = asked.consumer.name
    is_held = producer.path is not None
    towards = f"its output reached {consumer}" + (f" as {asked.parameter!r}" if asked.parameter else "")
    yield Evidence("flow", towards, FLOWS * FALLOFF**producer.distance * _certainty(producer))
    is_held_culprit = is_held and asked.is_culprit
    if is_held:
        weight = (HOLDS if part.is_telling or part.is_none else HOLDS_WEAK) * (share if asked.is_culprit else 0.4)
        what = "what the failing step failed on" if asked.is_culprit else f"what {consumer} was given"
        yield Evidence("value", f"its output holds {what}: {part.shown}", weight)
    odd = _oddness(case, producer)
    refused = REJECTED * share if is_held_culprit else 0.0
    weight = max(odd.weight, refused)
    if odd.weight >= refused and odd.weight > 0:
        yield Evidence("anomaly", f"it returned {odd.text}", ODD * odd.weight)
    elif refused > 0:
        yield Evidence("anomaly", f"{case.crash.step.name} cannot work with it", ODD * refused)
    inherited = min(weight, _input_oddness(case.session, producer.step).weight)
    if inherited > 0:
        yield Evidence("inputs", "its own input was odd already", -INHERITED * inherited)
    if producer.is_passed_on:
        yield Evidence("passed on", "its input held the same value already", -PASSED_ON)
    if is_held_culprit and is_class_attribute(case):
        yield Evidence("declared", f"it returned {part.kind}, as it should", -0.30)
    if is_held_culprit and case.complained.complaint is Complaint.MISSING_KEY:
        yield from _of_lost_field(case, producer)


def _certainty(producer: Producer) -> float:
    if producer.is_by_value:
        return 0.9 if producer.asked.part.is_telling else 0.6
    if producer.path is None and not producer.is_derived:
        return 0.7
    return 0.85 if producer.is_derived else 1.0


def _oddness(case: Case, producer: Producer) -> Anomaly:
    """What is odd about the output of a producer, where it matters; a value that its consumer provides for is not."""
    step, asked = producer.step, producer.asked
    assert isinstance(step.outcome, Returned)
    output = part_of(step.outcome.value)
    code = code_of(case.session, step)
    declared = return_annotation(code) if code is not None else None
    if declared is not None and violates(output, declared):
        return Anomaly(0.9, f"{output.shown}, which is not what it declares")
    part = asked.part if producer.path is not None else output
    odd = anomaly_of(part)
    is_missing = part.is_none or part.is_empty
    if not asked.is_culprit and is_missing and _is_provided_for(case.session, asked.consumer, asked.parameter):
        return NONE
    return odd


def _is_provided_for(session: Session, step: Step, parameter: str) -> bool:
    code = code_of(session, step)
    return code is not None and provides_for_none(code, parameter)


def _input_oddness(session: Session, step: Step) -> Anomaly:
    oddest = NONE
    for name, value in step.inputs.items():
        part = part_of(value)
        odd = anomaly_of(part)
        if odd.weight > oddest.weight and not (
            (part.is_none or part.is_empty) and _is_provided_for(session, step, name)
        ):
            oddest = odd
    return oddest


def _of_lost_field(case: Case, producer: Producer) -> Iterator[Evidence]:
    key = case.complained.key
    had = [name for name, value in producer.step.inputs.items() if _has_key(part_of(value), key)]
    if had:
        yield Evidence("lost", f"its input {had[0]!r} had {key!r}, its output has not", LOST_FIELD)


def _has_key(part: Part, key: object) -> bool:
    return any(bool(path) and path[-1] == key for path, _ in part.walk())


def _of_makers(case: Case) -> Found:
    for maker in case.tracer.makers.values():
        if maker.step.id != case.crash.step.id:
            yield maker.step, _made(maker)


def _made(maker: Maker) -> Evidence:
    weight = FLOWS * FALLOFF**maker.distance
    if maker.is_derived:
        return Evidence("made", "its own code had a part in the value", weight * 0.5)
    return Evidence("made", "its own code wrote the value down", weight + MADE)


def _of_callers(case: Case) -> Found:
    consumers = [case.crash.step, *(producer.asked.consumer for producer in case.tracer.producers.values())]
    for consumer in {step.id: step for step in consumers}.values():
        caller = case.session.steps.get(consumer.parent) if consumer.parent is not None else None
        if caller is None:
            continue
        pair = swapped(case.tracer.calls(caller), consumer)
        if pair is not None:
            text = f"it passes {pair[1]!r} for {pair[0]!r} and {pair[0]!r} for {pair[1]!r} to {consumer.name}"
            yield caller, Evidence("swapped", text, SWAPPED)
        if consumer is case.crash.step and any(asked.part.kind == "coroutine" for asked in case.culprits):
            yield (
                caller,
                Evidence("not awaited", f"it passed a coroutine to {consumer.name} without await", NOT_AWAITED),
            )


def _of_handled(case: Case) -> Found:
    """Steps that failed before, and whose caller went on as if nothing had happened."""
    began = case.crash.step.started_ns
    on_the_way = set(case.tracer.producers) | {maker.step.id for maker in case.tracer.makers.values()}
    for step in case.session.steps.values():
        failure, parent = step.failure, case.session.steps.get(step.parent or 0)
        if failure is None or failure.origin is not None or parent is None or step.id == case.crash.step.id:
            continue
        if step.ended_ns is None or step.ended_ns > began or _succeeded_later(case.session, step, began):
            continue
        is_hidden = parent.id in on_the_way
        if isinstance(parent.outcome, Returned) and is_hidden:
            text = f"{step.name} failed in it with {failure.summary}, and it returned all the same"
            yield parent, Evidence("handled", text, HANDLED)
        elif not isinstance(parent.outcome, Returned):
            text = f"it raised {failure.summary}, and {parent.name} went on without it"
            yield step, Evidence("handled", text, HANDLED if is_hidden else HANDLED_ASIDE)


def _succeeded_later(session: Session, step: Step, began_ns: int) -> bool:
    """Whether an equal call was tried again with success: then its failure has no part in what followed."""
    return any(
        other.name == step.name
        and other.parent == step.parent
        and isinstance(other.outcome, Returned)
        and step.started_ns < other.started_ns < began_ns
        for other in session.steps.values()
    )


def _of_mutations(case: Case) -> Found:
    """Steps that changed an argument into the very thing that the failing step was given."""
    for asked in case.culprits:
        given = case.crash.step.inputs.get(asked.parameter)
        if given is None or not part_of(given).is_telling:
            continue
        for step in case.session.steps.values():
            if not isinstance(step.outcome, Returned) or step.started_ns >= case.crash.step.started_ns:
                continue
            for name, after in step.outcome.mutated.items():
                before = part_of(step.inputs[name]) if name in step.inputs else Part(None)
                held_before = before.at(asked.path)
                changed = held_before is None or held_before.data != asked.part.data
                if after.data == given.data and changed:
                    yield step, Evidence("flow", f"it had {asked.parameter!r} in its hands before", FLOWS)
                    yield step, Evidence("mutated", f"it changed {name!r}: now {asked.part.shown}", MUTATED)


def _of_near_misses(case: Case) -> Found:
    """A step looked for a text that is nearly, but not quite, one that it knows: who made that text?"""
    for producer in list(case.tracer.producers.values()):
        asked = producer.asked
        if not asked.parameter or producer.path is None:
            continue
        known = near_miss(case.session, asked.consumer, asked.part)
        if known is not None and not producer.is_passed_on:
            text = f"it gave {asked.part.shown}, but {asked.consumer.name} knows {known!r}"
            yield producer.step, Evidence("near miss", text, NEAR_MISS)
