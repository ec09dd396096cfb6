"""Plan: what a replay is going to do, and what came of it, as text."""

from collections import Counter

from flight_recorder.codec.preview import to_plain
from flight_recorder.model.forecast import Forecast, Planned, Role
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Returned, Step
from flight_recorder.render.safe import safe
from flight_recorder.render.terminal import Style, Text, in_lines, joined, line
from flight_recorder.render.text import json_text
from flight_recorder.render.times import duration_text

MAX_EFFECTS = 5
_VERBS = {Decision.RERUN: "Re-running", Decision.MAY_RERUN: "May re-run", Decision.PROTECTED: "Protected"}
_STYLES: dict[str, Style] = {
    "Re-running": "yellow",
    "May re-run": "dim yellow",
    "Protected": "magenta",
    "Overriding": "bold magenta",
}


def plan_text(forecast: Forecast, *, is_detailed: bool = False, is_audit: bool = False) -> Text:
    """Return the plan: a line for each step that runs, is protected or overridden, equal lines folded.

    When it *is_detailed*, what decided each follows it, and the callers that run too are named. What is served
    is counted; where that *is_audit*, it says that it is called as well.
    """
    plan = [line(("Replay plan:", "bold"))]
    shown = [planned for planned in forecast.planned if _is_shown(planned, forecast)]
    lines = (
        (_verb(planned), _words(planned) + _done(planned), _detail(planned) if is_detailed else "")
        for planned in shown
    )
    for (verb, words, detail), count in Counter(lines).items():
        plan.append(line((f"  {verb}: ", _STYLES[verb]), f"{words}{_times(count)}"))
        plan += [line(f"      {detail}")] if detail else []
    if is_detailed:
        callers = (planned for planned in forecast.planned if planned.role is Role.SPINE and planned not in shown)
        for (name, detail), count in Counter((planned.name, planned.detail) for planned in callers).items():
            plan.append(line(("  Also running: ", "yellow"), f"{name} ({detail}){_times(count)}"))
    cached = [planned for planned in forecast.planned if planned.decision is Decision.CACHED and not planned.reason]
    if cached:
        saved = sum(planned.saved_ns for planned in cached)
        plan.append(line(("  Cached: ", "green"), f"{_steps(len(cached))} ({duration_text(saved)} recorded)"))
        if is_audit:
            what = "this calls every step again, but protected ones and streams"
            plan.append(line(("  Audit: ", "bold yellow"), what))
    if not shown and not cached:
        plan.append(line("  Nothing to do."))
    return joined(plan)


def _times(count: int) -> str:
    return f" x{count}" if count > 1 else ""


def result_text(replayed: Session | None, error: str) -> Text:
    """Return what came of a replay: the word, the final result or the failure, and what was saved."""
    if replayed is None:
        why = f": {error}" if error else "."
        return joined(
            [line(("DIVERGED", "bold red")), line(f"The program ended before it reached the recorded entry{why}")]
        )
    result = [*_ending(replayed), *overridden_lines(replayed)]
    saved = saved_ns(replayed)
    if saved:
        served = sum(1 for step in replayed.steps.values() if _was_spared(step))
        steps = _steps(len(replayed.steps))
        result.append(line(f"Saved {duration_text(saved)}: {served} of {steps} served from the recording."))
    return joined(result)


def _ending(replayed: Session) -> list[Text]:
    """Return how a replay ended: the word, and what there is to say of it."""
    final = line(f"Final result: {final_result(replayed)}")
    match replayed.status:
        case Status.SUCCESS:
            return [line(("SUCCESS", "bold green")), final]
        case Status.HELD:
            return [line(("HELD", "bold magenta")), in_lines(held_detail(replayed))]
        case _:
            failed = [line(("FAILED", "bold red")), line(failure_line(replayed))]
            return failed if replayed.unmet is None else [*failed, final]


def final_result(session: Session) -> str:
    """Return what the entry returned, as JSON on one line."""
    root = session.root
    if root is None or not isinstance(root.outcome, Returned):
        return "null"
    return json_text(to_plain(root.outcome.value))


def held_detail(session: Session) -> str:
    """Return why a replay was held, and what to do then."""
    for step in session.steps.values():
        match step.judgement:
            case Judgement(reason=Reason.HELD, detail=detail):
                return detail
            case Judgement(reason=Reason.DIVERGED, detail=detail):
                return (
                    f"stream {step.name!r}: {detail}.\n"
                    "  What was done with the items that were taken cannot be taken back. "
                    f"Add --from {step.name} to run it from its beginning."
                )
    return ""


def overridden_names(session: Session) -> list[str]:
    """Return the names of the steps that a user's values answered, each once."""
    return list(dict.fromkeys(step.name for step in session.steps.values() if step.is_overridden))


def overridden_lines(session: Session) -> list[Text]:
    """Return a line that names the overridden steps; none when there are none."""
    names = overridden_names(session)
    return (
        [line(("Overridden", "bold magenta"), f": {', '.join(names)} did not run; the user gave a value")]
        if names
        else []
    )


def failure_line(session: Session) -> str:
    """Return the failure of the entry on one line."""
    if session.unmet is not None:
        return f"Wrong result: {safe(session.unmet.summary)}"
    root = session.root
    return safe(root.failure.summary) if root is not None and root.failure is not None else "the entry did not finish"


def saved_ns(session: Session) -> int:
    """Return the recorded time of what a replay served; what lies under a served step is part of its time.

    What an audit called again took its time.
    """
    return sum(
        step.judgement.saved_ns
        for step in session.steps.values()
        if step.judgement is not None
        and step.judgement.audit is None
        and (step.parent is None or not _was_spared(session.steps[step.parent]))
    )


def _was_spared(step: Step) -> bool:
    """Whether *step* was served, and its function not called."""
    return step.source is not None and (step.judgement is None or step.judgement.audit is None)


def _verb(planned: Planned) -> str:
    return "Overriding" if _is_overridden(planned) else _VERBS[planned.decision]


def _is_overridden(planned: Planned) -> bool:
    return planned.decision is Decision.CACHED and planned.reason == Reason.OVERRIDDEN


def _is_shown(planned: Planned, forecast: Forecast) -> bool:
    if planned.decision is Decision.CACHED:
        return _is_overridden(planned)
    only_spine = all(
        other.role is Role.SPINE
        for other in forecast.planned
        if other.decision is Decision.RERUN or _is_overridden(other)
    )
    return planned.role is not Role.SPINE or only_spine


def _detail(planned: Planned) -> str:
    """Return what decided, where the line itself does not say it all."""
    if planned.decision not in (Decision.RERUN, Decision.MAY_RERUN) or planned.detail == planned.reason:
        return ""
    said_before = planned.role in (Role.NONE, Role.ROOT_CAUSE) or planned.detail.startswith("it ")
    return planned.detail if said_before or not planned.detail else f"{planned.reason}: {planned.detail}"


def _words(planned: Planned) -> str:
    if _is_overridden(planned):
        return f"{planned.name} ({planned.detail})"
    if planned.decision is Decision.PROTECTED:
        if planned.step is None:
            return f"{planned.name} ({planned.detail}; runs for the first time)"
        if planned.reason:
            return f"{planned.name} ({planned.detail})"
        return f"{planned.name} (served from the recording)"
    match planned.role:
        case Role.ROOT_CAUSE:
            return f"{planned.name} ({planned.role} -- {planned.reason})"
        case Role.DOWNSTREAM:
            return f"{planned.name} ({planned.role})"
    return f"{planned.name} ({planned.reason})" if planned.reason else planned.name


def _done(planned: Planned) -> str:
    """Return ` — wrote out.csv, ran git`: what the step that runs is going to do again, perhaps."""
    if not planned.effects:
        return ""
    more = len(planned.effects) - MAX_EFFECTS
    told = ", ".join(map(safe, planned.effects[:MAX_EFFECTS]))
    return f" — {told}, and {more} more" if more > 0 else f" — {told}"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
