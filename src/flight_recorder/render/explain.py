"""Explain: why each step of a replay was served, or ran, as text."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from flight_recorder.model.judgement import Decision, Reason
from flight_recorder.model.words import listed
from flight_recorder.plan.code import CodeChange
from flight_recorder.plan.explain import Ending, Explanation
from flight_recorder.render.differences import code_lines, indented, input_lines, outcome_lines
from flight_recorder.render.terminal import NAME, Style, Text, joined, line
from flight_recorder.render.times import duration_text

_VERBS: dict[Decision, tuple[str, Style]] = {
    Decision.CACHED: ("served", "green"),
    Decision.RERUN: ("ran", "yellow"),
    Decision.PROTECTED: ("protected", "magenta"),
    Decision.MAY_RERUN: ("may run", "dim yellow"),
}
_FORESEEN = {Decision.CACHED: "is served", Decision.RERUN: "runs"}
MAX_NAMED = 3


def explain_text(explanations: Sequence[Explanation], *, is_forecast: bool = False, width: int | None = None) -> Text:
    """Return a block for each step; those of one name that say the same, one after the other, are one block."""
    shown: dict[tuple[str, ...], int | None] = {}  # changed code is shown in full once
    blocks = [(each, tuple(_body(each, shown))) for each in explanations]
    lines = [line(("Why:", "bold"))]
    for _, same in groupby(blocks, key=_sameness):
        found = list(same)
        group = [explanation for explanation, _ in found]
        lines.append(_head(group, is_forecast=is_forecast))
        lines += indented(found[0][1], 4)
        notes = [*_agreement(group[0]), *_sums(group)]
        lines += indented([line((", ".join(notes), "dim"))] if notes else [], 4)
    return joined(lines, width)


def _sameness(block: tuple[Explanation, tuple[Text, ...]]) -> tuple[str, ...]:
    one, body = block
    return one.name, _verb(one)[0], one.reason, *_agreement(one), *(text.plain for text in body)


def _head(group: Sequence[Explanation], *, is_forecast: bool) -> Text:
    one = group[0]
    verb, style = _verb(one)
    if is_forecast:
        verb = _FORESEEN.get(one.decision, verb) if verb != "overridden" else verb
    ids = [each.step for each in group if each.step is not None]
    which = "" if not ids else f", step {ids[0]}" if len(ids) == 1 else f", steps {ids[0]} to {ids[-1]}"
    times = f" x{len(group)}" if len(group) > 1 else ""
    reason = one.reason if one.reason not in (verb, Reason.OVERRIDDEN) else ""
    return line("  ", (one.name, NAME), f"{times}{which}: ", (verb, style), f" ({reason})" if reason else "")


def _verb(one: Explanation) -> tuple[str, Style]:
    if one.reason == Reason.OVERRIDDEN and one.decision is Decision.CACHED:
        return "overridden", "magenta"
    if one.reason == Reason.HELD:
        return "held", "bold magenta"
    return _VERBS[one.decision]


def _body(one: Explanation, shown: dict[tuple[str, ...], int | None]) -> Iterator[Text]:
    """Yield what decided: code, inputs, and what came of it."""
    if _says_more(one):
        yield from (line(text) for text in one.detail.split("\n"))
    if one.code is not None:
        yield from _code(one, one.code, shown)
    yield from _inputs(one)
    yield from _because(one)
    yield from _ending(one)
    if one.audit is not None:
        yield line("called again by the audit: " + ("what came of it differs" if one.audit else "nothing differs"))
        yield from outcome_lines(one.audit)


def _says_more(one: Explanation) -> bool:
    """Whether the detail says what the parts below do not."""
    if not one.detail or one.detail == one.reason:
        return False
    is_told_below = (one.reason == Reason.CODE_CHANGED and one.code is not None) or (
        one.inputs and one.reason in (Reason.INPUT_CHANGED, "protected")
    )
    return not is_told_below


def _code(one: Explanation, code: CodeChange, shown: dict[tuple[str, ...], int | None]) -> Iterator[Text]:
    key = (one.name, *code.sentences, *code.lines)
    if code.lines and key in shown:
        yield line(f"code changed as in step {shown[key]}")
        return
    shown[key] = one.step
    yield from code_lines(code)


def _inputs(one: Explanation) -> Iterator[Text]:
    yield from input_lines(one.inputs)
    if one.inputs and one.brought_by is not None:
        yield line(f"it is in what {one.brought_by.name}, step {one.brought_by.id}, gave in this replay")


def _because(one: Explanation) -> Iterator[Text]:
    """Yield which steps a caller ran for, where nothing of its own made it run."""
    if one.code is None and one.is_same_call and one.running and one.decision is Decision.RERUN:
        names = list(dict.fromkeys(one.running))
        yield line(f"under it ran {listed(names, MAX_NAMED)}")


def _ending(one: Explanation) -> Iterator[Text]:
    if one.decision is Decision.PROTECTED or one.ending is Ending.UNKNOWN:
        return
    if one.ending is Ending.EQUAL:
        yield line("returned an equal value: what follows from it is served")
        return
    if one.ending is Ending.FAILED_AGAIN:
        yield line("raised an equal exception again")
        return
    yield from outcome_lines(one.outcome)


def _agreement(one: Explanation) -> Iterator[str]:
    """Yield what is as it was."""
    if one.twin is None or _verb(one)[0] == "overridden":
        return
    if one.code is None and one.parts and one.reason != Reason.CODE_CHANGED:
        yield f"code unchanged ({_count(one.parts, 'part')})"
    if one.is_same_call:
        yield "inputs equal"


def _sums(group: Sequence[Explanation]) -> Iterator[str]:
    """Yield what is added up over a group of served steps."""
    along = sum(each.along for each in group)
    saved = sum(each.saved_ns for each in group)
    if along:
        yield f"{_count(along, 'step')} under it came along"
    if saved:
        yield f"saved {duration_text(saved)}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
