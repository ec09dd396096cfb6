"""Diff: two sessions side by side, as the document of `diff --json`."""

from flight_recorder.plan.divergence import Comparison, Divergence, Row, detail
from flight_recorder.render.as_json import Document, session_head
from flight_recorder.render.explain_json import code_document, difference_document, inputs_document
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
