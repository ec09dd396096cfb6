"""Debug: a diagnosis as the text of `flight-recorder debug`."""

from collections.abc import Iterator

from flight_recorder.diagnose.experiment import Verification
from flight_recorder.diagnose.findings import Candidate, Confidence, Diagnosis, RootCause
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step
from flight_recorder.render.evidence import evidence_blocks, next_step
from flight_recorder.render.plan import overridden_lines
from flight_recorder.render.terminal import NAME, STATUS_STYLES, Text, joined, line
from flight_recorder.render.text import outcome_text, status_word
from flight_recorder.render.verified import experiment_lines

MAX_TIMELINE = 30
EDGE = 10  # of a longer timeline: so many at its beginning and at its end
MAX_REASONS = 3
MAX_POSSIBLE = 3

_IN_THE_LINES = frozenset({"flow", "value", "anomaly"})  # what the two lines of a direct match say by themselves
_BESIDE = frozenset({"raised", "wrong", "length"})  # the first two are in the lines too; the third convinces nobody


def debug_text(
    diagnosis: Diagnosis,
    width: int | None = None,
    *,
    is_last: bool = False,
    verification: Verification | None = None,
) -> Text:
    """Return root cause, way to the failure, timeline, hint and next command.

    Lines are cut to *width* cells when one is given. *is_last* says that `last` is a name of the session;
    *verification* has the experiments on it.
    """
    head = [*overridden_lines(diagnosis.session), *_head(diagnosis)]
    timeline = [line(("Timeline:", "bold")), *_timeline(diagnosis)] if diagnosis.session.steps else []
    experiments = [] if verification is None else list(experiment_lines(verification, width))
    blocks = [head, *evidence_blocks(diagnosis, width), experiments, timeline]
    parts = [joined(block, width) for block in blocks if block]
    # The hint is a sentence, to be read to its end: it is wrapped by the terminal, not cut.
    advice = [line(("Hint: ", "bold"), diagnosis.hint)]
    following = next_step(diagnosis, "last" if is_last else diagnosis.session.id[:8])
    advice += [line(("Next: ", "bold"), following)] if following else []
    return joined([*parts, joined(advice)], between="\n\n")


def _head(diagnosis: Diagnosis) -> Iterator[Text]:
    root = diagnosis.root_cause
    if root is None or diagnosis.failure is None:
        return
    steps = diagnosis.session.steps
    if root.confidence is Confidence.UNSURE:
        yield from _possible(diagnosis)
        return
    yield line((_heading(root), "bold"))
    blamed = steps[root.step]
    if blamed.id == diagnosis.failure.id:
        yield _call(blamed, outcome_text(blamed))
    else:
        yield _call(blamed, outcome_text(blamed))
        yield _call(diagnosis.failure, _short_outcome(diagnosis.failure))
    if not _says_it_all(root, diagnosis.candidates[0]):
        yield from _reasons(diagnosis.candidates[0], is_wrong=diagnosis.wrong is not None)


def _heading(root: RootCause) -> str:
    if root.confidence is Confidence.CONFIRMED:
        return "Root cause (confirmed):"
    is_match = root.confidence is Confidence.STRONG and root.is_direct
    return "Probable root cause (direct match):" if is_match else "Probable root cause:"


def _possible(diagnosis: Diagnosis) -> Iterator[Text]:
    yield line(("Possible root causes:", "bold"))
    for candidate in diagnosis.candidates[:MAX_POSSIBLE]:
        step = diagnosis.session.steps[candidate.step]
        yield _call(step, outcome_text(step))
        yield from list(_reasons(candidate, is_wrong=diagnosis.wrong is not None))[:1]
    failed = diagnosis.failure
    if failed is not None and all(each.step != failed.id for each in diagnosis.candidates[:MAX_POSSIBLE]):
        yield line(("Failed in: ", "bold"), (failed.name, NAME), f"(...) {outcome_text(failed)}")


def _says_it_all(root: RootCause, candidate: Candidate) -> bool:
    kinds = {evidence.kind for evidence in candidate.evidence if evidence.weight > 0}
    return root.is_direct and root.confidence is Confidence.STRONG and kinds <= _IN_THE_LINES


def _reasons(candidate: Candidate, *, is_wrong: bool) -> Iterator[Text]:
    kinds = {each.kind for each in candidate.evidence}
    beside = _BESIDE | {"flow"} if is_wrong and "value" in kinds else _BESIDE
    reasons = [each.text for each in candidate.evidence if each.weight > 0 and each.kind not in beside]
    for reason in reasons[:MAX_REASONS]:
        yield line((f"    {reason}", "dim"))


def _call(step: Step, outcome: str) -> Text:
    return line("  ", (step.name, NAME), f"(...) {outcome}")


def _short_outcome(step: Step) -> str:
    return f"-> {step.failure.type_name}" if step.failure is not None else outcome_text(step)


def _timeline(diagnosis: Diagnosis) -> Iterator[Text]:
    session = diagnosis.session
    steps = [step for step in session.steps.values() if step.id not in diagnosis.passed_on]
    shown = set(_shown(diagnosis, steps))
    hidden = 0
    for step in steps:
        if step.id in shown:
            yield from _gap(session, hidden)
            hidden = 0
            yield _entry(step, _depth(session, step, diagnosis.passed_on))
        else:
            hidden += 1
    yield from _gap(session, hidden)


def _shown(diagnosis: Diagnosis, steps: list[Step]) -> list[int]:
    """The steps that a timeline has room for: all, or head, tail, and those that the diagnosis speaks of."""
    ids = [step.id for step in steps]
    if len(ids) <= MAX_TIMELINE:
        return ids
    matter = [candidate.step for candidate in diagnosis.candidates[:MAX_POSSIBLE]]
    failed = [diagnosis.failure.id] if diagnosis.failure is not None else []
    return [*ids[:EDGE], *matter, *failed, *ids[-EDGE:]]


def _gap(session: Session, hidden: int) -> Iterator[Text]:
    if hidden:
        steps = "1 step" if hidden == 1 else f"{hidden} steps"
        yield line((f"  … {steps} not shown (flight-recorder show {session.id[:8]})", "dim"))


def _entry(step: Step, depth: int) -> Text:
    word = status_word(step)
    note = " (overridden)" if step.is_overridden else " (cached)" if step.source is not None else ""
    return line(
        f"  [{step.started_ns / 1e9:08.3f}] ",
        (f"[{word}]".ljust(7), STATUS_STYLES[word]),
        "  " * depth,
        (step.name, NAME),
        f" {outcome_text(step)}",
        (note, "dim"),
    )


def _depth(session: Session, step: Step, left_out: frozenset[int]) -> int:
    return sum(1 for above in session.ancestors(step) if above.id not in left_out)
