"""Diff: two sessions side by side, as text."""

from collections.abc import Iterator, Sequence

from flight_recorder.codec.excerpt import around
from flight_recorder.llm.reading import chat_of
from flight_recorder.model.session import Session
from flight_recorder.plan.divergence import Comparison, Detail, Divergence, Row, detail
from flight_recorder.render.differences import code_lines, indented, input_lines, outcome_lines
from flight_recorder.render.requests import chat_difference
from flight_recorder.render.terminal import NAME, STATUS_STYLES, Piece, Style, Text, joined, line, padded
from flight_recorder.render.text import outcome_text
from flight_recorder.render.times import duration_text

ID_CHARS = 8
MAX_SAME = 3  # rows that are the same, one after the other; more are folded into one line
MAX_NAME_CELLS = 40
MAX_OUTCOME_CHARS = 60
MIN_OUTCOME_CELLS = 16
MAX_SEARCHED_CHARS = 2_000  # of an outcome: so far the place is looked for where two differ

_MARKS = {Divergence.SAME: "=", Divergence.NEW: "+", Divergence.MISSING: "-"}
_WORDS = {
    Divergence.SAME: "",
    Divergence.NEW: "",
    Divergence.MISSING: "",
    Divergence.OVERRIDDEN: "set",
    Divergence.INPUT: "input",
    Divergence.CODE: "code",
    Divergence.FAILED: "failed",
    Divergence.OUTPUT: "output",
}
_STYLES: dict[str, Style] = {"=": "dim", "+": "green", "-": "red", "~": "yellow"}
_WORD_CELLS = max(map(len, _WORDS.values()))


def diff_text(comparison: Comparison, width: int | None = None) -> Text:
    """Return both sessions, the first divergence and a line for each step; lines are cut to *width* cells."""
    lines = [*_heads(comparison.a, comparison.b), line("")]
    if comparison.is_same:
        lines.append(line(f"No difference in {_steps(len(comparison.rows))}."))
        return joined(lines, width)
    return joined(
        [*lines, *_first(comparison), *_prompts(comparison.rows), line(""), *_table(comparison.rows, width)], width
    )


def _heads(a: Session, b: Session) -> Iterator[Text]:
    for letter, session, other in (("A", a, b), ("B", b, a)):
        status = str(session.status)
        notes = ["overridden"] if session.is_overridden else []
        notes += [_steps(len(session.steps))]
        notes += [duration_text(session.duration_ns)] if session.duration_ns is not None else []
        if session.replay_of is not None:
            is_other = session.replay_of == other.id
            notes.append(f"replay of {('B' if letter == 'A' else 'A') if is_other else session.replay_of[:ID_CHARS]}")
        yield line(
            (letter, "bold"),
            f"  {session.id[:ID_CHARS]}  ",
            (session.entry, NAME),
            ": ",
            (status, STATUS_STYLES[status]),
            f", {', '.join(notes)}",
        )


def _first(comparison: Comparison) -> Iterator[Text]:
    if comparison.first is None:
        return
    row = comparison.rows[comparison.first]
    yield line(("First divergence: ", "bold"), (row.pair.name, NAME), f", {_where(row)}: {_kind(row)}")
    found = detail(comparison, row)
    yield from indented(_details(row, found))
    yield from indented(line(hint) for hint in _hints(comparison, row, found))


def _prompts(rows: Sequence[Row]) -> Iterator[Text]:
    """Yield what models were asked otherwise, as texts are compared: the first of such requests."""
    for row in rows:
        if row.divergence is not Divergence.INPUT or row.pair.a is None or row.pair.b is None:
            continue
        one, other = chat_of(row.pair.a), chat_of(row.pair.b)
        if one is not None and other is not None:
            yield line(("First prompt that differs: ", "bold"), (row.pair.name, NAME), f", {_where(row)}")
            yield from indented(chat_difference(one, other))
            return


def _where(row: Row) -> str:
    one, other = row.pair.a, row.pair.b
    if one is None or other is None:
        return f"step {other.id} of B" if other is not None else f"step {one.id if one else 0} of A"
    return f"step {one.id} in both" if one.id == other.id else f"step {one.id} of A, step {other.id} of B"


def _kind(row: Row) -> str:
    match row.divergence:
        case Divergence.NEW:
            return "new, A did not call it"
        case Divergence.MISSING:
            return "missing, B did not call it"
        case Divergence.CODE if row.is_same_end:
            return f"{row.divergence}, and it ended alike"
    return str(row.divergence)


def _details(row: Row, found: Detail) -> Iterator[Text]:
    for step in (row.pair.a, row.pair.b):
        if row.pair.a is None or row.pair.b is None:
            yield from [line(outcome_text(step))] if step is not None else []
        elif step is not None and step.judgement is not None and step.is_overridden:
            yield line(step.judgement.detail)
    if found.code is not None:
        yield from code_lines(found.code)
    yield from input_lines(found.inputs)
    yield from outcome_lines(found.outcome)


def _hints(comparison: Comparison, row: Row, found: Detail) -> Iterator[str]:
    """Yield what the kind of a divergence means, where it is not plain from the rest."""
    one, other = row.pair.a, row.pair.b
    if one is None or other is None:
        return
    is_known = all(
        session.fingerprint_of(step) is not None for session, step in ((comparison.a, one), (comparison.b, other))
    )
    match row.divergence:
        case Divergence.OUTPUT | Divergence.FAILED if is_known:
            yield "Same code and inputs: what it depends on lies outside of them."
        case Divergence.INPUT if found.code is None and row.pair.depth:
            yield "No step before it differs: the difference comes from its caller, or from what that reads."


def _table(rows: Sequence[Row], width: int | None) -> Iterator[Text]:
    shown = list(_folded(rows))
    names = [_indent(row) + row.pair.name for row in shown if isinstance(row, Row)]
    cells = min(max(line(name).cell_len for name in names), MAX_NAME_CELLS if width is not None else 10_000)
    outcome = MAX_OUTCOME_CHARS
    if width is not None:
        outcome = max(MIN_OUTCOME_CELLS, min(outcome, (width - cells - _WORD_CELLS - 7) // 2))
    ended = [_outcomes(row, outcome) if isinstance(row, Row) else ("", "") for row in shown]
    middle = min(outcome, max(line(a).cell_len for a, _ in ended))
    head = line("  ", " " * _WORD_CELLS, " ", ("step", "dim"))
    yield _row_line(head, cells + _WORD_CELLS + 3, ("A", "dim"), middle, ("B", "dim"))
    for row, (a, b) in zip(shown, ended, strict=True):
        if isinstance(row, int):
            yield line((f"= {'':{_WORD_CELLS}} … {_steps(row)} the same", "dim"))
            continue
        mark = _MARKS.get(row.divergence, "~")
        style = _STYLES[mark]
        name = line(
            (f"{mark} {_WORDS[row.divergence]:{_WORD_CELLS}} ", style),
            _indent(row),
            (row.pair.name, "dim" if mark == "=" else NAME),
        )
        yield _row_line(
            name,
            cells + _WORD_CELLS + 3,
            (a, style if mark in "=-" else ""),
            middle,
            (b, style if mark == "+" else ""),
        )


def _row_line(name: Text, cells: int, a: Piece, middle: int, b: Piece) -> Text:
    return padded(name, cells) + line("  ") + padded(line(a), middle) + line("  ", b)


def _indent(row: Row) -> str:
    return "  " * row.pair.depth


def _outcomes(row: Row, limit: int) -> tuple[str, str]:
    """Return how both ended, cut to where they differ; the second is "" where both ended alike."""
    one, other = (
        "" if step is None else outcome_text(step, MAX_SEARCHED_CHARS).removeprefix("-> ")
        for step in (row.pair.a, row.pair.b)
    )
    if row.divergence is Divergence.SAME:
        return around(one, "", limit)
    return around(one, other, limit)


def _folded(rows: Sequence[Row]) -> Iterator[Row | int]:
    """Yield the rows; a long run of same ones as its length, but for the callers of the row that follows it."""
    run: list[Row] = []
    for row in rows:
        if row.divergence is Divergence.SAME:
            run.append(row)
            continue
        yield from _run(run, row.pair.depth)
        run = []
        yield row
    yield from _run(run, 0)


def _run(run: list[Row], depth: int) -> Iterator[Row | int]:
    if len(run) <= MAX_SAME:
        yield from run
        return
    callers = []
    for index in reversed(range(len(run))):
        if run[index].pair.depth < depth:
            callers.append(index)
            depth = run[index].pair.depth
    hidden_from = 0
    for index in [*reversed(callers), len(run)]:
        if index > hidden_from:
            yield index - hidden_from
        yield from run[index : index + 1]
        hidden_from = index + 1


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
