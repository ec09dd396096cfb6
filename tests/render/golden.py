"""Goldens: what every answer looks like. `python -m tests.render.golden` writes them anew, to be read in the diff."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from flight_recorder.diagnose.diagnosis import diagnose
from flight_recorder.model.session import Mode, Session, Status
from flight_recorder.plan.audit import AuditReport, audit_report
from flight_recorder.plan.divergence import compare
from flight_recorder.plan.explain import explain_forecast, explain_replay
from flight_recorder.render.as_json import (
    debug_document,
    forecast_document,
    list_document,
    replay_document,
    show_document,
)
from flight_recorder.render.audit import audit_document, audit_text
from flight_recorder.render.checkup import checkup_text
from flight_recorder.render.checkup_json import checkup_document
from flight_recorder.render.debug import debug_text
from flight_recorder.render.diff import diff_text
from flight_recorder.render.diff_json import diff_document
from flight_recorder.render.explain import explain_text
from flight_recorder.render.listing import list_table
from flight_recorder.render.plan import plan_text, result_text
from flight_recorder.render.repaired import done_document, done_text, outcome_text
from flight_recorder.render.repaired import plan_text as plan_of
from flight_recorder.render.sessions import session_tree, step_page
from flight_recorder.render.terminal import COLOURED, PLAIN, Text, joined, to_string
from tests.render import made, made_checkups, made_experiments, made_ways

FOLDER = Path(__file__).parent / "golden"
WIDTH = 80
WIDE = 120
NOW_NS = made.AT_NS + 5 * 60 * 1_000_000_000


@dataclass(frozen=True)
class Summary:
    """A session in a list, as the store gives it."""

    id: str
    entry: str
    mode: Mode
    status: Status
    started_at_ns: int
    duration_ns: int | None
    step_count: int
    index: int
    replay_of: str | None
    is_overridden: bool
    failure: str | None


def summary(session: Session) -> Summary:
    """The summary of *session*."""
    failure = session.root.failure if session.root is not None else None
    return Summary(
        session.id,
        session.entry,
        session.mode,
        session.status,
        session.started_at_ns,
        session.duration_ns,
        len(session.steps),
        session.index,
        session.replay_of,
        session.is_overridden,
        failure.summary if failure is not None else None,
    )


def plain(text: Text) -> str:
    """What a pipe gets: text without colour."""
    return to_string(text, PLAIN) + "\n"


def coloured(text: Text) -> str:
    """What a terminal gets, with its escape sequences."""
    return to_string(text, COLOURED) + "\n"


SUMMARIES = [
    summary(made.what_if()),
    summary(made.demo_replayed()),
    summary(made.demo()),
    summary(made.killed()),
    summary(made.hostile()),
    summary(replace(made.demo_replayed(), mode=Mode.EXPERIMENT)),
]

TEXTS: dict[str, Callable[[], Text]] = {
    "debug-demo": lambda: debug_text(diagnose(made.demo()), WIDTH),
    "debug-killed": lambda: debug_text(diagnose(made.killed()), WIDTH),
    "debug-held": lambda: debug_text(diagnose(made.held()), WIDTH),
    "debug-success": lambda: debug_text(diagnose(made.demo_replayed()), WIDTH),
    "debug-long": lambda: debug_text(diagnose(made.long_and_deep()), WIDTH),
    "debug-hostile": lambda: debug_text(diagnose(made.hostile()), WIDTH),
    "debug-way": lambda: debug_text(diagnose(made_ways.long_way()), WIDTH, is_last=True),
    "debug-way-wide": lambda: debug_text(diagnose(made_ways.long_way()), WIDE),
    "debug-unsure": lambda: debug_text(diagnose(made_ways.two_sides()), WIDTH),
    "debug-verified": lambda: debug_text(
        diagnose(made.demo(), conclusion=made_experiments.CONFIRMING.conclusion),
        WIDTH,
        verification=made_experiments.CONFIRMING,
    ),
    "debug-stopped": lambda: debug_text(
        diagnose(made.demo(), conclusion=made_experiments.STOPPED.conclusion),
        WIDTH,
        verification=made_experiments.STOPPED,
    ),
    "show-experiment": lambda: session_tree(replace(made.what_if(), mode=Mode.EXPERIMENT), WIDTH),
    "debug-wrong-result": lambda: debug_text(diagnose(made_ways.wrong_invoice()), WIDTH),
    "debug-cut-off": lambda: debug_text(diagnose(made_ways.cut_off_group()), WIDTH),
    "result-wrong": lambda: result_text(made_ways.wrong_invoice(), ""),
    "list": lambda: list_table(SUMMARIES, NOW_NS, WIDTH),
    "show-demo": lambda: session_tree(made.demo(), WIDTH),
    "show-replay": lambda: session_tree(made.demo_replayed(), WIDTH),
    "show-killed": lambda: session_tree(made.killed(), WIDTH),
    "show-hostile": lambda: session_tree(made.hostile(), WIDTH),
    "step-failed": lambda: step_page(made.demo(), made.demo().steps[3]),
    "step-passed-on": lambda: step_page(made.demo(), made.demo().steps[1]),
    "step-rerun": lambda: step_page(made.demo_replayed(), made.demo_replayed().steps[2]),
    "step-hostile": lambda: step_page(made.hostile(), made.hostile().steps[1]),
    "plan-demo": lambda: plan_text(made.FORECAST),
    "plan-full": lambda: plan_text(made.FULL_FORECAST),
    "diff-demo": lambda: diff_text(compare(made.demo(), made.demo_replayed()), WIDTH),
    "diff-wide": lambda: diff_text(compare(made.demo(), made.demo_replayed()), WIDE),
    "diff-pipe": lambda: diff_text(compare(made.demo(), made.demo_replayed())),
    "diff-same": lambda: diff_text(compare(made.demo(), made.demo()), WIDTH),
    "diff-long": lambda: diff_text(compare(made.long_and_deep(), made.long_and_deep(edited=True)), WIDTH),
    "diff-hostile": lambda: diff_text(compare(made.hostile(), made.demo()), WIDTH),
    "explain-demo": lambda: explain_text(explain_replay(made.demo(), made.demo_replayed()), width=WIDTH),
    "explain-what-if": lambda: explain_text(explain_replay(made.demo(), made.what_if()), width=WIDTH),
    "explain-plan": lambda: explain_text(
        explain_forecast(made.demo(), made.FULL_FORECAST), is_forecast=True, width=WIDTH
    ),
    "audit-differs": lambda: audit_text(audit_report(made.demo(), made.demo_audited()), WIDTH),
    "audit-same": lambda: audit_text(AuditReport(12, 0, ()), WIDTH),
    "plan-audit": lambda: plan_text(made.FULL_FORECAST, is_audit=True),
    "result-audit": lambda: result_text(made.demo_audited(), ""),
    "plan-detailed": lambda: plan_text(made.FULL_FORECAST, is_detailed=True),
    "result-what-if": lambda: result_text(made.what_if(), ""),
    "show-what-if": lambda: session_tree(made.what_if(), WIDTH),
    "debug-what-if": lambda: debug_text(diagnose(made.what_if()), WIDTH),
    "diff-what-if": lambda: diff_text(compare(made.demo(), made.what_if()), WIDTH),
    "result-success": lambda: result_text(made.demo_replayed(), ""),
    "result-failed": lambda: result_text(made.demo(), ""),
    "result-held": lambda: result_text(made.held(), ""),
    "result-diverged": lambda: result_text(None, "SyntaxError: invalid syntax"),
    "doctor-well": lambda: checkup_text(made_checkups.WELL, WIDTH),
    "doctor-damaged": lambda: joined(
        [checkup_text(made_checkups.DAMAGED, WIDTH), plan_of(made_checkups.DAMAGED, WIDTH)]
    ),
    "doctor-elsewhere": lambda: joined(
        [checkup_text(made_checkups.ELSEWHERE, WIDTH), plan_of(made_checkups.ELSEWHERE, WIDTH)]
    ),
    "doctor-repaired": lambda: joined([done_text(made_checkups.DONE, WIDTH), outcome_text(made_checkups.WELL)]),
}

DOCUMENTS: dict[str, Callable[[], object]] = {
    "debug-demo": lambda: debug_document(diagnose(made.demo())),
    "debug-killed": lambda: debug_document(diagnose(made.killed())),
    "debug-verified": lambda: debug_document(
        diagnose(made.demo(), conclusion=made_experiments.CONFIRMING.conclusion), made_experiments.CONFIRMING
    ),
    "debug-wrong-result": lambda: debug_document(diagnose(made_ways.wrong_invoice())),
    "debug-unsure": lambda: debug_document(diagnose(made_ways.two_sides())),
    "debug-success": lambda: debug_document(diagnose(made.demo_replayed())),
    "list": lambda: list_document(SUMMARIES),
    "show-demo": lambda: show_document(made.demo(), None),
    "step-failed": lambda: show_document(made.demo(), [made.demo().steps[3]]),
    "replay-success": lambda: replay_document(made.demo_replayed(), made.demo().id, ""),
    "replay-explained": lambda: replay_document(
        made.demo_replayed(), made.demo().id, "", explain_replay(made.demo(), made.demo_replayed())
    ),
    "replay-what-if": lambda: replay_document(made.what_if(), made.demo().id, ""),
    "replay-failed": lambda: replay_document(made.demo(), made.demo().id, ""),
    "replay-held": lambda: replay_document(made.held(), made.demo().id, ""),
    "replay-diverged": lambda: replay_document(None, made.demo().id, "SyntaxError: invalid syntax"),
    "audit": lambda: audit_document(audit_report(made.demo(), made.demo_audited())),
    "diff-demo": lambda: diff_document(compare(made.demo(), made.demo_replayed())),
    "forecast": lambda: forecast_document(made.FULL_FORECAST, made.demo().id),
    "doctor-damaged": lambda: checkup_document(made_checkups.DAMAGED),
    "doctor-repaired": lambda: [done_document(each) for each in made_checkups.DONE],
}


def goldens() -> dict[str, str]:
    """Every golden by the name of its file."""
    files = {}
    for name, text in TEXTS.items():
        files[f"{name}.txt"] = plain(text())
        files[f"{name}.ansi"] = coloured(text())
    for name, document in DOCUMENTS.items():
        files[f"{name}.json"] = json.dumps(document(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return files


def main() -> None:
    """Write every golden, and remove those that are no longer made."""
    FOLDER.mkdir(exist_ok=True)
    files = goldens()
    for path in FOLDER.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
