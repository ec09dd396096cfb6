"""Hints: a diagnosis in one sentence. With `render/text.py`, the place where the wording for people stands."""

from collections.abc import Sequence

from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.complaint import Complaint
from flight_recorder.diagnose.expect import expectation
from flight_recorder.diagnose.findings import Candidate
from flight_recorder.diagnose.in_flight import Flying, last_sign_ns
from flight_recorder.diagnose.look import Part
from flight_recorder.diagnose.ways import Producer
from flight_recorder.diagnose.wrong import ASKER, Wrong
from flight_recorder.model.judgement import Reason
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Step

MAX_KEYS = 4
MAX_SUMMARY_CHARS = 120
MAX_NAMED = 3


def hint_without_failure(session: Session, flying: Sequence[Flying], *, is_live: bool | None) -> str:
    """What is said of a session that no exception ended.

    *flying* are the steps that had not ended; *is_live* is whether its program still runs, None when nobody knows.
    """
    match session.status:
        case Status.SUCCESS:
            return "the session succeeded: there is nothing to explain"
        case Status.HELD:
            held = next((step for step in session.steps.values() if _is_held(step)), None)
            where = f" before {held.name}, which is protected" if held is not None else ""
            return f"the replay was stopped{where}; nothing failed"
    how = {
        None: "no end was recorded: the program died, or is still running",
        True: "no end was recorded yet: the program is still running",
        False: "no end was recorded: the program was killed, or ended itself at once",
    }[is_live]
    if session.status is Status.UNFINISHED and flying:
        names = _listed([each.path[-1] for each in flying])
        last = f"The last event is from {_shortly(last_sign_ns(session))} after the start"
        ran = (
            f", {_shortly(flying[0].ran_ns)} after {names} had begun" if flying[0].ran_ns else f", when {names} began"
        )
        return f"{how}, in {names}. {last}{ran if len(flying) == 1 else ''}"
    if session.status is Status.FAILED:
        return "the session failed outside its steps: no step raised the exception"
    return f"{how}, while no step was running"


def failed_hint(case: Case, blamed: Candidate, producer: Producer | None) -> str:
    """The sentence for a session that failed, about the first suspect."""
    crash = case.crash.step
    evidence = {each.kind: each.text for each in blamed.evidence}
    for kind in ("cut off", "recursion", "swapped", "not awaited", "handled", "mutated", "lost", "near miss"):
        if kind in evidence:
            return f"{blamed.name}: {evidence[kind]}"
    if blamed.step == crash.id or producer is None:
        return _about_itself(case, blamed, evidence)
    if case.wrong is not None:
        return _about_wrong(case.wrong, producer)
    if producer.distance == 0 and producer.asked.consumer.id == crash.id:
        return _about_producer(case, producer)
    return _about_distant(case, producer)


def explanation(blamed: Candidate) -> str:
    """The main reasons in one line, the strongest first."""
    reasons = [each.text for each in blamed.evidence if each.weight > 0]
    return "; ".join(reasons[:MAX_NAMED])


def _about_itself(case: Case, blamed: Candidate, evidence: dict[str, str]) -> str:
    for kind in ("attribute", "spelling", "made"):
        if kind in evidence:
            return f"{blamed.name}: {evidence[kind]}"
    if blamed.step != case.crash.step.id:
        return f"look at {blamed.name} first: {explanation(blamed)}"
    summary = _summary(case)
    if case.crash.root.type_name == "SystemExit":
        return f"{blamed.name} ended the program itself, {_exit_words(case.crash.root.message)}"
    if not case.crash.step.inputs or case.local:
        return f"the error is in {blamed.name} itself: {summary}"
    return f"the error is in {blamed.name} itself ({summary}): its inputs look as they should"


def _about_wrong(wrong: Wrong, producer: Producer) -> str:
    step, consumer = producer.step, producer.asked.consumer
    if producer.path is not None and consumer.id == ASKER:
        return f"{step.name} gave what is wrong: {_cut(wrong.text)}"
    took_on = consumer.name if consumer.id != ASKER else wrong.step.name
    return f"{step.name} returned {returned_text(producer)}; {took_on} took it on, and {_cut(wrong.text)}"


def _about_producer(case: Case, producer: Producer) -> str:
    step, asked, crash = producer.step, producer.asked, case.crash.step
    key = case.complained.key
    if case.complained.complaint is Complaint.MISSING_KEY and asked.part.keys() and producer.path is not None:
        return f"{step.name} returned {_lacking(asked.part, key)}, which {crash.name} reads"
    expected = expectation(case.code, asked.parameter) if case.code is not None and not asked.path else ""
    shown = returned_text(producer)
    if expected and not _is_expected(asked.part, expected):
        return f"{step.name} returned {shown}, but {crash.name} expects {expected}"
    return f"{step.name} returned {shown}, and {crash.name} failed on it: {_summary(case)}"


def _about_distant(case: Case, producer: Producer) -> str:
    consumer, crash = producer.asked.consumer, case.crash.step
    way = f"{consumer.name} took it on, and {crash.name}" if consumer.id != crash.id else crash.name
    return f"{producer.step.name} returned {returned_text(producer)}; {way} failed: {_summary(case)}"


def _summary(case: Case) -> str:
    return _cut(case.crash.failure.summary)


def _shortly(ns: int) -> str:
    return f"{ns // 1_000_000} ms" if ns < 1_000_000_000 else f"{ns / 1e9:.1f} s"


def _exit_words(code: str) -> str:
    return f"with exit status {code}" if code.lstrip("-").isdigit() else f"with the words {_cut(code)!r}"


def _cut(summary: str) -> str:
    return summary if len(summary) <= MAX_SUMMARY_CHARS else summary[: MAX_SUMMARY_CHARS - 1] + "…"


def returned_text(producer: Producer) -> str:
    """What a producer gave: the part that matters and where it stands, or all of it."""
    if producer.path:
        where = "".join(f"[{key!r}]" for key in producer.path)
        return f"{producer.asked.part.shown} at {where}"
    return producer.output.shown


def _lacking(part: Part, key: object) -> str:
    names = part.keys()
    shown = ", ".join(repr(name) for name in names[:MAX_KEYS]) + (", …" if len(names) > MAX_KEYS else "")
    article = "an" if part.kind[:1].lower() in "aeiou" else "a"
    return f"{article} {part.kind} without {key!r} (it has {shown})"


def _is_expected(part: Part, expected: str) -> bool:
    kinds = {"a dict": ("dict",), "a list": ("list", "tuple"), "text": ("str",), "a number": ("int", "float")}
    return part.kind in kinds.get(expected, ())


def _is_held(step: Step) -> bool:
    return step.judgement is not None and step.judgement.reason == Reason.HELD


def _listed(names: list[str]) -> str:
    shown = names[:MAX_NAMED]
    return ", ".join(shown) + (f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else "")
