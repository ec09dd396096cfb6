"""Explain: what decided about each step, as documents."""

from collections.abc import Sequence
from typing import Any

from flight_recorder.model.difference import Difference
from flight_recorder.plan.code import CodeChange
from flight_recorder.plan.explain import Ending, Explanation
from flight_recorder.plan.inputs import InputChange
from flight_recorder.render.times import seconds

Document = dict[str, Any]


def with_reasons(steps: list[Document], why: Sequence[Explanation] | None) -> list[Document]:
    """Return *steps*, each with its reasons under `why`: null for one that came along with its caller."""
    if why is None:
        return steps
    by_step = {(each.step, each.name): each for each in why}
    for document in steps:
        explanation = by_step.get((document["step"], document["name"]))
        document["why"] = None if explanation is None else why_document(explanation)
    return steps


def why_document(explanation: Explanation) -> Document:
    """What decided about one step."""
    brought_by = explanation.brought_by
    return {
        "recorded": explanation.twin,
        "code": code_document(explanation.code),
        "parts": explanation.parts,
        "inputs": inputs_document(explanation.inputs),
        "inputs_equal": explanation.is_same_call,
        "brought_by": None if brought_by is None else {"step": brought_by.id, "name": brought_by.name},
        "outcome": None
        if explanation.ending is Ending.UNKNOWN
        else {
            "equal": explanation.ending is not Ending.DIFFERENT,
            "differences": [difference_document(each) for each in explanation.outcome],
        },
        "ran_under_it": list(explanation.running),
        "served_with_it": explanation.along,
        "saved_s": seconds(explanation.saved_ns),
        **({} if explanation.audit is None else {"audit": [difference_document(each) for each in explanation.audit]}),
    }


def code_document(code: CodeChange | None) -> Document | None:
    """What changed in the code of a step."""
    if code is None:
        return None
    return {"changes": list(code.sentences), "lines": list(code.lines), "place": code.place}


def inputs_document(changes: tuple[InputChange, ...]) -> list[Document]:
    """What differs between the inputs of two calls."""
    return [{"input": change.input, **difference_document(change.difference)} for change in changes]


def difference_document(difference: Difference) -> Document:
    """One part that differs; `before` and `after` are text for people, null where the part is not there."""
    document: Document = {"path": difference.path, "before": difference.before, "after": difference.after}
    if difference.lines:
        document["lines"] = list(difference.lines)
    return document
