"""Wiring: signs that a caller handed on the wrong thing, though the steps that it calls are right. Pure.

After Rice et al., "Detecting Argument Selection Defects", OOPSLA 2017: names of arguments and parameters tell.
"""

import ast
from collections.abc import Iterator
from itertools import islice

import msgspec

from flight_recorder.diagnose.calls import Calls
from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.code import constant_key
from flight_recorder.diagnose.complaint import Complaint
from flight_recorder.diagnose.findings import Evidence
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.model.step import Step, Unfinished

SWAPPED = 0.85
NOT_AWAITED = 1.0
MAX_ITEMS = 20


class Misplaced(msgspec.Struct, frozen=True):
    """*word* is passed to *consumer* for *parameter*, though it is called like another parameter of it."""

    caller: Step
    consumer: Step
    parameter: str
    word: str
    is_swapped: bool  # and the other way round too

    @property
    def evidence(self) -> Evidence:
        """What it says against the caller."""
        name, word = self.parameter, self.word
        both = f" and {name!r} for {word!r}" if self.is_swapped else ""
        return Evidence("swapped", f"it passes {word!r} for {name!r}{both} to {self.consumer.name}", SWAPPED)


def of_callers(case: Case) -> Iterator[tuple[Step, Evidence]]:
    """Yield what speaks against callers because of what they passed on."""
    for found in misplaced(case):
        yield found.caller, found.evidence
    crash = case.crash.step
    caller = case.session.steps.get(crash.parent) if crash.parent is not None else None
    if caller is not None and any(_is_not_awaited(asked.part) for asked in case.culprits):
        yield caller, Evidence("not awaited", f"it passed a coroutine to {crash.name} without await", NOT_AWAITED)
    if caller is not None:
        yield from ((caller, sign) for sign in _of_misfits(case))
    yield from _of_unfinished(case)


def _of_misfits(case: Case) -> Iterator[Evidence]:
    """The key that the failing step reads is not in what it got for one parameter, and is for another one."""
    crash, key = case.crash.step, case.complained.key
    wrong = {asked.parameter for asked in case.culprits if asked.consumer.id == crash.id and not asked.path}
    if case.complained.complaint is not Complaint.BAD_TYPE or not isinstance(key, str) or len(wrong) != 1:
        return
    for name, value in crash.inputs.items():
        if name not in wrong and part_of(value).at((key,)) is not None:
            text = f"{key!r} is not in what it passed to {crash.name} for {min(wrong)!r}, but for {name!r}"
            yield Evidence("swapped", text, SWAPPED)


def _of_unfinished(case: Case) -> Iterator[tuple[Step, Evidence]]:
    """A step was given what another one was still at work on: their caller did not wait for that."""
    session = case.session
    reached = [way for ways in case.tracer.producers.values() for way in ways]
    on_the_way = {step.id: step for way in reached for step in (way.step, way.asked.consumer)}
    changing: dict[int, list[tuple[Step, str]]] = {}  # by caller: who changed what; few of many steps did
    for step in {case.crash.step.id: case.crash.step, **on_the_way}.values():
        caller = session.steps.get(step.parent) if step.parent is not None else None
        if caller is None:
            continue
        if caller.id not in changing:
            changing[caller.id] = [
                (child, name)
                for child in session.children(caller)
                if not isinstance(child.outcome, Unfinished)
                for name in child.outcome.mutated
            ]
        calls = case.tracer.calls(caller)
        for other, name in changing[caller.id]:
            if other.started_ns < step.started_ns < (other.ended_ns or 0):
                word = _name_passed(calls, other, name)
                if word and word in {_name_passed(calls, step, each) for each in step.inputs}:
                    text = f"it gave {step.name} {word!r} while {other.name} was still at work on that"
                    yield caller, Evidence("not awaited", text, NOT_AWAITED)


def _name_passed(calls: Calls, step: Step, parameter: str) -> str:
    passed = calls.passed(step, parameter)
    return passed.expression.id if passed is not None and isinstance(passed.expression, ast.Name) else ""


def _is_not_awaited(part: Part) -> bool:
    return part.kind == "coroutine" or any(inner.kind == "coroutine" for _, inner in islice(part.parts(), MAX_ITEMS))


def misplaced(case: Case) -> list[Misplaced]:
    """Return the arguments on the way to the failure whose names say that they belong elsewhere, one of each call."""
    asked = [*case.culprits, *(way.asked for ways in case.tracer.producers.values() for way in ways)]
    wanted: dict[int, tuple[Step, set[str]]] = {}
    for each in asked:
        wanted.setdefault(each.consumer.id, (each.consumer, set()))[1].add(each.parameter)
    found = []
    for consumer, parameters in wanted.values():
        caller = case.session.steps.get(consumer.parent) if consumer.parent is not None else None
        one = _misplaced(case.tracer.calls(caller), caller, consumer, parameters) if caller is not None else None
        found += [one] if one is not None else []
    return found


def _misplaced(calls: Calls, caller: Step, consumer: Step, parameters: set[str]) -> Misplaced | None:
    words: dict[str, str] = {}
    for name in consumer.inputs:
        passed = calls.passed(consumer, name)
        word = _last_word(passed.expression) if passed is not None and not passed.path else ""
        if word:
            words[name] = word
    for name, word in words.items():
        if word == name or word not in consumer.inputs:
            continue
        is_swapped = words.get(word) == name
        # `f(a, a)` may be meant: only where what was passed so is what the failure is about.
        if is_swapped or name in parameters:
            return Misplaced(caller, consumer, name, word, is_swapped)
    return None


def _last_word(node: ast.expr) -> str:
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
        case ast.Subscript(slice=index):
            key = constant_key(index)
            return key if isinstance(key, str) else ""
    return ""
