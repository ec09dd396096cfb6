"""JSON: the documents of `--json`. Their shapes are fixed; tests/render holds them."""

import math
from collections.abc import Sequence
from typing import Any

from flight_recorder.codec.preview import to_plain
from flight_recorder.diagnose.experiment import Verification
from flight_recorder.diagnose.findings import Diagnosis
from flight_recorder.model.expectation import WRONG_RESULT
from flight_recorder.model.failure import Failure
from flight_recorder.model.forecast import Forecast
from flight_recorder.model.judgement import Decision
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Closed, Raised, Returned, Step, Unfinished
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Thrown, Tied
from flight_recorder.model.value import Value
from flight_recorder.plan.explain import Explanation
from flight_recorder.render.explain_json import with_reasons
from flight_recorder.render.plan import held_detail, overridden_names, saved_ns
from flight_recorder.render.summary import Summary
from flight_recorder.render.text import outcome_text, step_status
from flight_recorder.render.times import iso_time, seconds
from flight_recorder.render.verified import experiments_document

Document = dict[str, Any]


def list_document(summaries: Sequence[Summary]) -> Document:
    """The document of `list`."""
    return {
        "sessions": [
            {
                "id": summary.id,
                "entry": summary.entry,
                "mode": str(summary.mode),
                "status": str(summary.status),
                "started_at": iso_time(summary.started_at_ns),
                "duration_s": seconds(summary.duration_ns),
                "steps": summary.step_count,
                "index": summary.index,
                "replay_of": summary.replay_of,
                "overridden": summary.is_overridden,
                "failure": summary.failure,
            }
            for summary in summaries
        ]
    }


def session_head(session: Session) -> Document:
    """What every document says of its session."""
    return {
        "id": session.id,
        "entry": session.entry,
        "status": str(session.status),
        "started_at": iso_time(session.started_at_ns),
        "duration_s": seconds(session.duration_ns),
        "steps": len(session.steps),
        **({"overridden": True} if session.is_overridden else {}),
    }


def show_document(
    session: Session, steps: Sequence[Step] | None, why: Sequence[Explanation] | None = None
) -> Document:
    """The document of `show`: every step, or the chosen ones in full; with *why*, what decided about each."""
    chosen = list(session.steps.values()) if steps is None else steps
    documents = [_step(step, is_full=steps is not None) for step in chosen]
    hot = [{"name": one.name, "calls": one.calls, "duration_s": seconds(one.ns)} for one in session.hot]
    return {"session": session_head(session), "steps": with_reasons(documents, why), **({"hot": hot} if hot else {})}


def debug_document(diagnosis: Diagnosis, verification: Verification | None = None) -> Document:
    """The document of `debug`; with *verification*, the experiments too."""
    session = diagnosis.session
    failed = diagnosis.failure
    blamed = diagnosis.root_cause
    return {
        "session": session_head(session),
        "failure": failed and {"step": failed.id, "name": failed.name, "error": _error(diagnosis, failed)},
        "root_cause": blamed
        and {
            "step": blamed.step,
            "name": blamed.name,
            "confidence": str(blamed.confidence),
            "explanation": blamed.explanation,
        },
        "candidates": [
            {
                "step": candidate.step,
                "name": candidate.name,
                "score": round(candidate.score, 3),
                "evidence": [{"kind": evidence.kind, "text": evidence.text} for evidence in candidate.evidence],
            }
            for candidate in diagnosis.candidates
        ],
        **({"would_decide": list(diagnosis.undecided)} if diagnosis.undecided else {}),
        "hint": diagnosis.hint,
        "timeline": [
            {
                "step": step.id,
                "parent": step.parent,
                "name": step.name,
                "status": step_status(step),
                "start_s": seconds(step.started_ns),
                "duration_s": seconds(step.duration_ns),
                "outcome": outcome_text(step).removeprefix("-> "),
            }
            for step in session.steps.values()
        ],
        **({} if verification is None else experiments_document(verification)),
    }


def _error(diagnosis: Diagnosis, failed: Step) -> Document | None:
    """The exception, or what stands in its place where a result is wrong without one."""
    if diagnosis.wrong is not None:
        return {"type": WRONG_RESULT, "message": diagnosis.wrong.message}
    failure = failed.failure
    return None if failure is None else {"type": failure.type_name, "message": failure.message}


def forecast_document(forecast: Forecast, recorded: str, why: Sequence[Explanation] | None = None) -> Document:
    """The document of `replay --dry-run`: the forecast in the shape of a replay; with *why*, what decided."""
    return {
        "status": "planned",
        "session": None,
        "replayed": recorded,
        "result": None,
        "error": None,
        "steps": with_reasons(
            [
                {
                    "step": planned.step,
                    "name": planned.name,
                    "decision": str(planned.decision),
                    "reason": planned.reason,
                    "detail": planned.detail,
                    "effects": list(planned.effects),
                }
                for planned in forecast.planned
            ],
            why,
        ),
        "saved_s": seconds(sum(planned.saved_ns for planned in forecast.planned)),
    }


def replay_document(
    replayed: Session | None, recorded: str, error: str, why: Sequence[Explanation] | None = None
) -> Document:
    """The document of `replay`; with *why*, what decided about each step.

    *error* is what ended the program where it did not reach the entry. Overridden steps are named when there are any.
    """
    if replayed is None:
        return {
            "status": "diverged",
            "session": None,
            "replayed": recorded,
            "result": None,
            "error": {"type": error.partition(":")[0], "message": error, "traceback": ""},
            "steps": [],
            "saved_s": 0.0,
        }
    root = replayed.root
    returned = root.outcome.value if root is not None and isinstance(root.outcome, Returned) else None
    overridden = overridden_names(replayed)
    return {
        "status": "failed" if replayed.status is Status.UNFINISHED else str(replayed.status),
        "session": replayed.id,
        "replayed": recorded,
        "result": None if returned is None else plain(returned),
        "error": _replay_error(replayed),
        "steps": with_reasons(
            [
                {
                    "step": step.id,
                    "name": step.name,
                    "decision": str(step.judgement.decision if step.judgement else Decision.RERUN),
                    "reason": step.judgement.reason if step.judgement else "",
                    "detail": step.judgement.detail if step.judgement else "",
                }
                for step in replayed.steps.values()
            ],
            why,
        ),
        "saved_s": seconds(saved_ns(replayed)),
        **({"overridden": overridden} if overridden else {}),
    }


def _replay_error(replayed: Session) -> Document | None:
    if replayed.status is Status.HELD:
        return {"type": "ReplayHeld", "message": held_detail(replayed), "traceback": ""}
    if replayed.unmet is not None:
        return {"type": WRONG_RESULT, "message": replayed.unmet.summary, "traceback": ""}
    root = replayed.root
    if root is None or root.failure is None or replayed.status is Status.SUCCESS:
        return None
    origin = replayed.steps.get(root.failure.origin) if root.failure.origin is not None else root
    failure = origin.failure if origin is not None and origin.failure is not None else root.failure
    return {"type": failure.type_name, "message": failure.message, "traceback": failure.traceback}


def plain(value: Value) -> object:
    """Return *value* as strict JSON: what JSON cannot say stands as text."""
    return _strict(to_plain(value))


def _strict(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {key: _strict(item) for key, item in value.items()}
        case list():
            return [_strict(item) for item in value]
    return value


def _step(step: Step, *, is_full: bool) -> Document:
    document: Document = {
        "step": step.id,
        "parent": step.parent,
        "name": step.name,
        "kind": str(step.call.kind),
        "status": step_status(step),
        "start_s": seconds(step.started_ns),
        "duration_s": seconds(step.duration_ns),
        "inputs": {name: plain(value) for name, value in step.inputs.items()},
        "outcome": _outcome(step, is_full=is_full),
        "decision": str(step.judgement.decision) if step.judgement else None,
        "reason": step.judgement.reason if step.judgement else None,
        "detail": step.judgement.detail if step.judgement else None,
        "effects": [effect.text for effect in step.effects],
    }
    if is_full:
        document["protected"] = step.call.is_protected
        document["called_from"] = step.site and {
            "file": step.site.file,
            "line": step.site.line,
            "function": step.site.function,
        }
    return document


def _outcome(step: Step, *, is_full: bool) -> Document:
    if step.stream is None:
        return _ending(step, is_full=is_full)
    stream: Document = {"items": len(step.stream.items)}
    if is_full:
        stream["passed"] = [_passed(exchange) for exchange in step.stream.exchanges]
    return {"stream": stream, **_ending(step, is_full=is_full)}


def _passed(exchange: Exchange) -> Document:
    at_s = seconds(exchange.at_ns)
    match exchange:
        case Item(value=value):
            return {"kind": "item", "at_s": at_s, "value": plain(value), "form": str(value.form)}
        case Changed(value=value):
            return {"kind": "changed", "at_s": at_s, "value": plain(value), "form": str(value.form)}
        case Sent(value=value):
            return {"kind": "sent", "at_s": at_s, "value": plain(value), "form": str(value.form)}
        case Thrown(failure=failure):
            return {"kind": "thrown", "at_s": at_s, "error": _failure(failure, is_full=False)}
        case Tied(why=why):
            return {"kind": "tied", "at_s": at_s, "why": why}


def _ending(step: Step, *, is_full: bool) -> Document:
    match step.outcome:
        case Returned(value=value, mutated=mutated):
            document: Document = {"value": plain(value), "form": str(value.form)}
        case Raised(failure=failure, mutated=mutated):
            document = {"error": _failure(failure, is_full=is_full)}
        case Closed(was_left=was_left, mutated=mutated):
            document = {"closed": "left open" if was_left else "early"}
        case Unfinished():
            return {}
    if mutated:
        document["changed_arguments"] = {name: plain(value) for name, value in mutated.items()}
    return document


def _failure(failure: Failure, *, is_full: bool) -> Document:
    document: Document = {"type": failure.type_name, "message": failure.message, "origin": failure.origin}
    if is_full:
        document["traceback"] = failure.traceback
        document["notes"] = list(failure.notes)
        document["frames"] = [
            {
                "file": frame.file,
                "line": frame.line,
                "function": frame.function,
                "source": frame.source,
                "locals": {name: plain(value) for name, value in frame.locals.items()},
            }
            for frame in failure.frames
        ]
    return document
