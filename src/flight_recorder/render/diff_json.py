"""Diff: two sessions side by side, as the document of `diff --json`."""

from typing import Any

from flight_recorder.codec.difference import Difference
from flight_recorder.plan.code import CodeChange
from flight_recorder.plan.divergence import Comparison, Divergence, Row, detail
from flight_recorder.plan.inputs import InputChange
from flight_recorder.render.as_json import Document, session_head
from flight_recorder.render.text import step_status


def diff_document(comparison: Comparison) -> Document:
    """The document of `diff`: every step, and all that differs in those that do."""
    rows = [_row(comparison, row) for row in comparison.rows]
    return {
        "status": "same" if comparison.is_same else "different",
        "a": session_head(comparison.a),
        "b": session_head(comparison.b),
        "first": None if comparison.first is None else rows[comparison.first],
        "steps": rows,
    }


def _row(comparison: Comparison, row: Row) -> Document:
    one, other = row.pair.a, row.pair.b
    document: Document = {
        "name": row.pair.name,
        "a": one.id if one is not None else None,
        "b": other.id if other is not None else None,
        "status_a": step_status(one) if one is not None else None,
        "status_b": step_status(other) if other is not None else None,
        "divergence": str(row.divergence),
    }
    if row.divergence is not Divergence.SAME and one is not None and other is not None:
        found = detail(comparison, row)
        document["code"] = code_document(found.code)
        document["inputs"] = inputs_document(found.inputs)
        document["outcome"] = [difference_document(each) for each in found.outcome]
    return document


def code_document(code: CodeChange | None) -> Document | None:
    """What changed in the code of a step."""
    if code is None:
        return None
    return {"changes": list(code.sentences), "lines": list(code.lines), "place": code.place}


def inputs_document(changes: tuple[InputChange, ...]) -> list[Document]:
    """What differs between the inputs of two calls."""
    return [{"input": change.input, **difference_document(change.difference)} for change in changes]


def difference_document(difference: Difference) -> dict[str, Any]:
    """One part that differs; `before` and `after` are text for people, null where the part is not there."""
    document: Document = {"path": difference.path, "before": difference.before, "after": difference.after}
    if difference.lines:
        document["lines"] = list(difference.lines)
    return document
