"""Suspects: who may have caused the failure, by evidence that adds up. Pure.

The rule behind the weights is Zeller's infection chain: the cause is the earliest step on the way whose inputs are
sane and whose output is not. The weights are those of docs/diagnosis.md.
"""

import ast
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from flight_recorder.diagnose.anomaly import NONE, Anomaly, anomaly_of, own_anomaly
from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.code import code_of
from flight_recorder.diagnose.complaint import ABOUT_KEYS, Complaint
from flight_recorder.diagnose.consumer import consumer_evidence, is_class_attribute, is_unheard_of, other_reader
from flight_recorder.diagnose.crash import cut_off
from flight_recorder.diagnose.expect import may_end_without_return, provides_for_none, return_annotation, violates
from flight_recorder.diagnose.findings import Candidate, Evidence
from flight_recorder.diagnose.history import History
from flight_recorder.diagnose.local import is_number_in_text
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.others import (
    FALLOFF,
    FLOWS,
    of_given,
    of_handled,
    of_makers,
    of_near_misses,
    of_used_up,
)
from flight_recorder.diagnose.recursion import of_recursion
from flight_recorder.diagnose.unusual import of_history
from flight_recorder.diagnose.ways import Producer
from flight_recorder.diagnose.wiring import misplaced, of_callers
from flight_recorder.diagnose.wrong import ASKER
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step

RAISED = 0.30
HOLDS, HOLDS_WEAK = 0.25, 0.10
REJECTED = 0.30  # how odd a value counts that the failing step refused
PASSED_ON = 0.35
LEFT_TEXT = 0.10
MUTATED, OWN_STATE = 0.45, 0.4
MISPLACED = 0.40
ODD = 0.60
INHERITED = 0.75
LOST_FIELD = 0.55
READ_BY_OTHERS = 0.20
LOCAL = 0.35
UNHEARD_OF = 0.20  # a key that only the failing step knows
GUESS = 0.4  # factor: nothing ties the input to the exception
MIN_SCORE = 0.05
DENSITY, MAX_DENSITY = 0.02, 0.12
DOING = (ast.BinOp, ast.Compare, ast.BoolOp, ast.If, ast.IfExp, ast.For, ast.While, ast.Slice, ast.comprehension)


class Suspect(msgspec.Struct, frozen=True):
    """A candidate, and the way by which its output got to the failure; None when it did not."""

    candidate: Candidate
    producer: Producer | None

    @property
    def weight(self) -> float:
        """All its evidence together; more than 1 where much speaks against it."""
        return sum(each.weight for each in self.candidate.evidence)


def suspects_of(case: Case, history: History) -> list[Suspect]:
    """Return the suspects of *case*, the most suspicious first."""
    evidence: dict[int, list[Evidence]] = {case.failed.id: list(_of_crash(case))}
    ways: dict[int, Producer] = {}
    for id, (producer, found) in _of_producers(case, history).items():
        ways[id] = producer
        evidence.setdefault(id, []).extend(found)
    for source in (of_makers, of_callers, of_handled, of_near_misses, of_used_up, of_recursion):
        for step, sign in source(case):
            evidence.setdefault(step.id, []).append(sign)
    for id in list(evidence):
        evidence[id] += _of_length(case, case.session.steps[id])
    for step, sign in of_given(case, history):
        evidence.setdefault(step.id, []).append(sign)
    for step, sign in of_history(case, history, [case.session.steps[id] for id in evidence]):
        evidence.setdefault(step.id, []).append(sign)
    suspects = [Suspect(candidate_of(case.session.steps[id], found), ways.get(id)) for id, found in evidence.items()]
    failed = case.failed.id
    named: dict[str, Suspect] = {}  # of many calls of one step only the most suspicious: it is one place to look at
    for each in sorted(suspects, key=rank):
        if each.candidate.score >= MIN_SCORE or each.candidate.step == failed:
            named.setdefault(each.candidate.name, each)
    return list(named.values())


def rank(suspect: Suspect) -> tuple[float, int, int]:
    """The higher score first; of equals the nearer one, then the later one."""
    distance = suspect.producer.distance if suspect.producer is not None else 0
    return -suspect.weight, distance, -suspect.candidate.step


def candidate_of(step: Step, evidence: list[Evidence]) -> Candidate:
    score = min(1.0, max(0.0, sum(each.weight for each in evidence)))
    return Candidate(step.id, step.name, score, tuple(sorted(evidence, key=lambda each: -abs(each.weight))))


def _of_length(case: Case, step: Step) -> Iterator[Evidence]:
    """Where more is worked out, more can be wrong: it decides between steps that nothing else tells apart."""
    code = code_of(case.session, step)
    if code is None:
        return
    doing = sum(isinstance(node, DOING) for node in ast.walk(code.body))
    if doing:
        yield Evidence(
            "length",
            f"it works things out in {doing} {'place' if doing == 1 else 'places'}",
            min(DENSITY * doing, MAX_DENSITY),
        )


def _of_crash(case: Case) -> Iterator[Evidence]:
    if case.wrong is not None:  # it raised nothing: that its output is wrong speaks against it as a producer
        return
    if case.complained.complaint is Complaint.CUT_OFF:
        yield Evidence("cut off", cut_off(case.crash), RAISED + (LOCAL if case.local else 0.0))
        return
    yield Evidence("raised", f"it raised {case.crash.failure.summary}", RAISED)
    if case.local:
        yield Evidence(
            "own code", case.local, LOCAL + (HOLDS if case.complained.complaint is Complaint.OWN_CODE else 0)
        )
    yield from consumer_evidence(case)


def _of_producers(case: Case, history: History) -> dict[int, tuple[Producer, list[Evidence]]]:
    """For each step whose output got to the failure: the way that speaks most against it, and what speaks."""
    share = 1 / max(1, len({(asked.consumer.id, asked.parameter) for asked in case.culprits}))
    elsewhere = {(each.consumer.id, each.parameter) for each in misplaced(case)}
    found = {}
    for id, ways in case.tracer.producers.items():
        if id != case.crash.step.id:
            factor = GUESS if id in case.guessed else 1.0
            weighed = [(way, _weighed(list(_of_producer(case, history, way, share)), factor)) for way in ways]
            for way, evidence in weighed:
                if (way.asked.consumer.id, way.asked.parameter) in elsewhere:
                    text = f"it was passed for {way.asked.parameter!r}, which it is not"
                    evidence.append(Evidence("misplaced", text, -MISPLACED))
            found[id] = max(weighed, key=lambda each: sum(evidence.weight for evidence in each[1]))
    return found


def _weighed(evidence: list[Evidence], factor: float) -> list[Evidence]:
    return [Evidence(each.kind, each.text, each.weight * factor) for each in evidence]


def _of_producer(case: Case, history: History, producer: Producer, share: float) -> Iterator[Evidence]:
    asked, part = producer.asked, producer.asked.part
    is_culprit = asked.is_culprit and not case.local
    is_held_culprit = producer.path is not None and is_culprit
    refused = REJECTED * share if is_held_culprit else 0.0
    yield from _of_reach(case, producer, share if is_culprit else None)
    if producer.written is not None:
        # What a step keeps for its own later calls (a count, a log) and only looks at there says little.
        is_own = asked.consumer.name == producer.step.name and asked.is_derived
        weight = MUTATED * (OWN_STATE if is_own else 1.0)
        yield Evidence("mutated", f"it changed {producer.written.name!r}: now {producer.output.shown}", weight)
    odd = _oddness(case, history, producer)
    weight = max(odd.weight, refused)
    if odd.weight >= refused and odd.weight > 0:
        did = "returned" if producer.written is None else "left"
        at = f", at {producer.output.spelled(odd.path)}," if odd.path else ""
        yield Evidence(_kind_of(case, producer, odd), f"it {did}{at} {odd.text}", ODD * odd.weight)
    elif refused > 0:
        if case.wrong is None:
            yield Evidence("anomaly", f"{case.crash.step.name} cannot work with it", ODD * refused)
        else:
            yield Evidence("wrong", "it is wrong", ODD * refused)
    inherited = min(weight, _input_oddness(case.session, history, producer.step).weight)
    if inherited > 0:
        yield Evidence("inputs", "its own input was odd already", -INHERITED * inherited)
    if producer.is_passed_on and is_held_culprit and _is_left_text(case, producer):
        shown = producer.asked.part.shown
        yield Evidence("left text", f"it gave numbers beside it, and left {shown} a text", LEFT_TEXT)
    elif producer.is_passed_on:
        yield Evidence("passed on", "its input held the same value already", -PASSED_ON)
    elif producer.below and is_held_culprit and case.wrong is not None:
        yield Evidence("passed on", f"{producer.below} below it gave the same value already", -PASSED_ON)
    if is_held_culprit and is_class_attribute(case):
        yield Evidence("declared", f"it returned {part.kind}, as it should", -0.30)
    reader = other_reader(case, part, producer.step) if is_held_culprit else None
    if reader is not None:
        yield Evidence("others", f"{reader.name} was given the same and had no trouble with it", -READ_BY_OTHERS)
    if case.complained.complaint is Complaint.MISSING_KEY:
        if is_held_culprit and is_unheard_of(case):
            yield Evidence("unheard of", f"nothing else in the session knows {case.complained.key!r}", -UNHEARD_OF)
        if is_held_culprit or producer.step.id not in case.guessed:
            yield from _of_lost_field(case, producer)


def _of_reach(case: Case, producer: Producer, share: float | None) -> Iterator[Evidence]:
    """That what a step gave reached the failure, or holds what it is about; *share* is None where it does not."""
    asked, consumer = producer.asked, producer.asked.consumer.name
    gave = "its output" if producer.written is None else f"what it left in {producer.written.name!r}"
    towards = f"{gave} reached {consumer}" + (f" as {asked.parameter!r}" if asked.parameter else "")
    culprit = "what is wrong" if case.wrong is not None else "what the failing step failed on"
    what = f"what {consumer} was given" if share is None else culprit
    if asked.consumer.id == ASKER:
        towards = f"{gave} led to what is wrong"
    yield Evidence("flow", towards, FLOWS * FALLOFF**producer.distance * _certainty(producer))
    if producer.path is not None:
        weight = _holding(producer) * (0.4 if share is None else share)
        yield Evidence("value", f"{gave} holds {what}: {asked.part.shown}", weight)


def _is_left_text(case: Case, producer: Producer) -> bool:
    """Whether the step made a number, or a truth value, of another text in the record, and not of this one."""
    part, path = producer.asked.part, producer.path
    record = producer.output.at(path[:-1]) if path and case.complained.is_arithmetic else None
    if record is None or not is_number_in_text(part):
        return False
    made = {key for key, inner in record.parts() if inner.number is not None or isinstance(inner.node, bool)}
    for value in producer.step.inputs.values():
        whole = part_of(value)
        for place in whole.places_of(part):
            given = whole.at(place[:-1]) or whole
            if any(key in made and inner.text is not None for key, inner in given.parts()):
                return True
    return False


def _kind_of(case: Case, producer: Producer, odd: Anomaly) -> str:
    """What kind of evidence an odd output is: for some, the text of the function says that it is its own fault."""
    if odd.is_declared:
        return "undeclared"
    code = code_of(case.session, producer.step)
    is_none = producer.written is None and producer.output.is_none
    return "no return" if is_none and code is not None and may_end_without_return(code.body) else "anomaly"


def _holding(producer: Producer) -> float:
    """What it counts that the output holds the value: less for those that are everywhere, like 1 or ""."""
    part = producer.asked.part
    is_text = bool(part.text) and not producer.is_by_value
    return HOLDS if part.is_telling or part.is_none or is_text else HOLDS_WEAK


def _certainty(producer: Producer) -> float:
    if producer.is_by_value:
        return 0.9 if producer.asked.part.is_telling else 0.6
    if producer.path is None and not producer.is_derived:
        return 0.7
    return 0.85 if producer.is_derived else 1.0


def _oddness(case: Case, history: History, producer: Producer) -> Anomaly:
    """What is odd about the output of a producer, where it matters; a value that its consumer provides for is not."""
    step, asked = producer.step, producer.asked
    output, is_returned = producer.output, producer.written is None
    code = code_of(case.session, step)
    declared = return_annotation(code) if code is not None and is_returned else None
    if declared is not None and violates(output, declared):
        return Anomaly(0.9, f"{output.shown}, which is not what it declares", is_declared=True)
    if is_returned and history.calls(step.name):
        return history.usual_output(step.name).oddness(output)
    part = asked.part if producer.path is not None else output
    # A missing key is what is wrong with a container: that it holds a None under another key is beside the point.
    is_about_key = asked.is_culprit and case.complained.complaint in ABOUT_KEYS
    odd = own_anomaly(part) if is_about_key else anomaly_of(part)
    is_missing = part.is_none or part.is_empty
    if not asked.is_culprit and is_missing and _is_provided_for(case.session, asked.consumer, asked.parameter):
        return NONE
    return odd if producer.path is None else replace(odd, path=(*producer.path, *odd.path))


def _is_provided_for(session: Session, step: Step, parameter: str) -> bool:
    code = code_of(session, step)
    return code is not None and provides_for_none(code, parameter)


def _input_oddness(session: Session, history: History, step: Step) -> Anomaly:
    oddest = NONE
    for name, value in step.inputs.items():
        part = part_of(value)
        odd = history.usual_input(step.name, name).oddness(part) if history.calls(step.name) else anomaly_of(part)
        if odd.weight > oddest.weight and not (
            (part.is_none or part.is_empty) and _is_provided_for(session, step, name)
        ):
            oddest = odd
    return oddest


def _of_lost_field(case: Case, producer: Producer) -> Iterator[Evidence]:
    key = case.complained.key
    if not isinstance(key, str) or _has_key(producer.output, key):  # a number may be the place in a list
        return
    had = [name for name, value in producer.step.inputs.items() if _has_key(part_of(value), key)]
    if had:
        yield Evidence("lost", f"its input {had[0]!r} had {key!r}, its output has not", LOST_FIELD)


def _has_key(part: Part, key: object) -> bool:
    return any((bool(path) and path[-1] == key) or inner.text == key for path, inner in part.walk())
