"""Audit: what the audit of a replay found, as text and as a document."""

from collections.abc import Iterator

from flight_recorder.plan.audit import Audited, AuditReport
from flight_recorder.render.as_json import Document
from flight_recorder.render.differences import indented, outcome_lines
from flight_recorder.render.explain_json import difference_document
from flight_recorder.render.terminal import NAME, Style, Text, joined, line


def audit_text(report: AuditReport, width: int | None = None) -> Text:
    """Return how many steps were called again, and what differs, step by step."""
    return joined(_lines(report), width)


def _lines(report: AuditReport) -> Iterator[Text]:
    differing = len(report.differing)
    called = "1 step was" if report.count == 1 else f"{report.count} steps were"
    found = f"{differing or 'none'} {'differ' if differing > 1 else 'differs'}"
    style: Style = "bold red" if differing else "green"
    yield line(("Audit:", "bold"), f" {called} called again, ", (found, style), " from the recording.")
    for audited in report.differing:
        yield line("  ", (audited.step.name, NAME), f"{_which(audited)}, step {audited.step.id}:")
        yield from indented(outcome_lines(audited.differences), 6)
    if report.not_called:
        which = "1 served step was" if report.not_called == 1 else f"{report.not_called} served steps were"
        yield line((f"  {which} not called: protected, a stream, or not reached.", "dim"))


def _which(audited: Audited) -> str:
    return "" if audited.times == 1 else f", call {audited.number} of {audited.times}"


def audit_document(report: AuditReport) -> Document:
    """What the document of `replay` has beside the rest after an audit."""
    return {
        "audit": {
            "called": report.count,
            "not_called": report.not_called,
            "differing": [
                {
                    "step": audited.step.id,
                    "recorded": audited.recorded,
                    "name": audited.step.name,
                    "call": audited.number,
                    "calls": audited.times,
                    "differences": [difference_document(each) for each in audited.differences],
                }
                for audited in report.differing
            ],
        }
    }
