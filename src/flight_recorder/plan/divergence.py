"""Divergence: where two sessions begin to differ, and how each pair of steps does. Pure."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from flight_recorder.model.difference import Difference
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step
from flight_recorder.plan.alignment import Pair, align
from flight_recorder.plan.code import CodeChange, step_change
from flight_recorder.plan.inputs import InputChange, input_changes
from flight_recorder.plan.match import key_of
from flight_recorder.plan.outcomes import is_same_outcome, outcome_differences


class Divergence(StrEnum):
    """How a pair of steps differs. Of several, the one that comes first: what it was called with, before its end."""

    SAME = "same"
    MISSING = "missing"  # only in A
    NEW = "new"  # only in B
    OVERRIDDEN = "overridden"  # a value was put in the place of what one of them would have returned
    INPUT = "input differs"
    CODE = "code changed"
    FAILED = "failed"  # one failed, or did not finish, and the other did not; or they failed differently
    OUTPUT = "output differs"


class Row(msgspec.Struct, frozen=True):
    """A pair of steps and how they differ. *is_same_end* says that both ended alike."""

    pair: Pair
    divergence: Divergence
    is_same_end: bool = True


class Detail(msgspec.Struct, frozen=True):
    """All that differs in one pair of steps."""

    code: CodeChange | None = None
    inputs: tuple[InputChange, ...] = ()
    outcome: tuple[Difference, ...] = ()


class Comparison(msgspec.Struct, frozen=True):
    """Two sessions side by side. *first* is the index of the row in which they begin to differ, or None."""

    a: Session
    b: Session
    rows: tuple[Row, ...]
    first: int | None

    @property
    def is_same(self) -> bool:
        """Whether no step differs."""
        return all(row.divergence is Divergence.SAME for row in self.rows)


def compare(a: Session, b: Session) -> Comparison:
    """Return both sessions side by side, and where they begin to differ."""
    codes = _Codes(a, b)
    rows = tuple(_row(pair, codes) for pair in align(a, b))
    return Comparison(a, b, rows, _first(rows))


def detail(comparison: Comparison, row: Row) -> Detail:
    """Return all that differs in the pair of *row*."""
    one, other = row.pair.a, row.pair.b
    if one is None or other is None:
        return Detail()
    return Detail(
        step_change(comparison.a, one, comparison.b, other),
        input_changes(one.call, other.call),
        outcome_differences(one, other),
    )


class _Codes:
    """Whether the code of a pair differs."""

    def __init__(self, a: Session, b: Session) -> None:
        self._a = a
        self._b = b

    def differ(self, one: Step, other: Step) -> bool:
        before, after = self._a.fingerprint_of(one), self._b.fingerprint_of(other)
        if before is None or after is None:
            return False
        is_other = before.digest != after.digest
        return is_other or (one.entered != other.entered and step_change(self._a, one, self._b, other) is not None)


def _row(pair: Pair, codes: _Codes) -> Row:
    one, other = pair.a, pair.b
    if one is None or other is None:
        return Row(pair, Divergence.NEW if one is None else Divergence.MISSING, is_same_end=False)
    is_same_end = is_same_outcome(one, other)
    return Row(pair, _divergence(one, other, codes, is_same_end), is_same_end)


def _divergence(one: Step, other: Step, codes: _Codes, is_same_end: bool) -> Divergence:
    if one.is_overridden != other.is_overridden or (one.is_overridden and not is_same_end):
        return Divergence.OVERRIDDEN
    if _inputs(one) != _inputs(other):
        return Divergence.INPUT
    if codes.differ(one, other):
        return Divergence.CODE
    if is_same_end:
        return Divergence.SAME
    is_value = isinstance(one.outcome, Returned) and isinstance(other.outcome, Returned)
    return Divergence.OUTPUT if is_value else Divergence.FAILED


def _inputs(step: Step) -> object:
    key = key_of(step.call, step.call.ignored)
    if key is not None:
        return key
    # Values without a stable form count as equal here when they look equal: nothing is served on the strength of it.
    return tuple(sorted((name, value.data) for name, value in step.inputs.items() if name not in step.call.ignored))


_AT_THE_END = (Divergence.FAILED, Divergence.OUTPUT)


def _first(rows: Sequence[Row]) -> int | None:
    """Return the index of the first row that differs, in the order in which things happened.

    A step begins before those that it calls, and ends after them. Changed code alone is a divergence only where
    something came of it; if nothing came of any, the first of it.
    """
    differs = _differs_below(rows)
    first_code: int | None = None
    running: list[int] = []
    for index, row in enumerate(rows):
        ended = _ended(rows, running, row.pair.depth)
        if ended is not None:
            return ended
        if row.divergence is Divergence.CODE and row.is_same_end and not differs[index]:
            first_code = index if first_code is None else first_code
        elif row.divergence not in (Divergence.SAME, *_AT_THE_END):
            return index
        running.append(index)
    ended = _ended(rows, running, 0)
    return first_code if ended is None else ended


def _ended(rows: Sequence[Row], running: list[int], depth: int) -> int | None:
    """Take the steps off *running* that ended before one at *depth* begins; return the first that ended otherwise."""
    while running and rows[running[-1]].pair.depth >= depth:
        index = running.pop()
        if rows[index].divergence in _AT_THE_END:
            return index
    return None


def _differs_below(rows: Sequence[Row]) -> list[bool]:
    """Return for each row whether a row below it differs in more than its code."""
    differs = [False] * len(rows)
    above: list[int] = []
    for index, row in enumerate(rows):
        while above and rows[above[-1]].pair.depth >= row.pair.depth:
            above.pop()
        if row.divergence is not Divergence.SAME and not (row.divergence is Divergence.CODE and row.is_same_end):
            for caller in reversed(above):
                if differs[caller]:
                    break
                differs[caller] = True
        above.append(index)
    return differs
