"""Oracle: what a replay must run, may run and must show. Written from the specification; knows nothing of the engine.

It is given what a run from scratch of the recorded program did (which is what the session holds), what a run from
scratch of the edited program does, and which steps consist of something else now. See docs/laws.md.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from tests.laws.render import Version
from tests.laws.trace import Made, Trace

Versions = dict[str, Version]


@dataclass(frozen=True, slots=True)
class Known:
    """A session as the oracle knows it: what happened in it, and what the steps consisted of."""

    trace: Trace
    versions: Versions


@dataclass(slots=True)
class Expected:
    """What a replay must do, by name of step. *free* are calls that may run or be served: see docs/laws.md."""

    executed: Counter[str] = field(default_factory=Counter)
    free: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    ids: set[int] = field(default_factory=set)  # of the calls of the run from scratch that must run
    free_ids: set[int] = field(default_factory=set)


class Standing(Enum):
    """Whether a recorded call can answer."""

    VALID = 2
    UNSURE = 1  # what it does is the same, and yet a replay may run it: a helper has moved, say
    INVALID = 0


def expected(old: Known, new: Known, forced: frozenset[str] = frozenset()) -> Expected:
    """Return what a replay of the session *old* under the program of *new* must do."""
    return _Walk(old, new, forced).result


class _Walk:
    def __init__(self, old: Known, new: Known, forced: frozenset[str]) -> None:
        self.result = Expected()
        self._old = old
        self._new = new
        self._forced = forced
        self._ending = ending(old.trace)
        self._under = {one.id: old.trace.under(one) for one in old.trace.calls}
        self._standing = {one.id: self._stand(one) for one in old.trace.calls}
        self._used: set[int] = set()
        self._by_key: dict[object, list[Made]] = {}
        self._by_makers: dict[str, list[Made]] = {}  # calls that were given handles
        for one in old.trace.calls:
            self._by_key.setdefault(one.key, []).append(one)
            self._by_makers.setdefault(_but_for_numbers(one), []).append(one)
        self._children: dict[int | None, list[Made]] = {}
        for one in new.trace.calls:
            self._children.setdefault(one.parent, []).append(one)
        for root in self._children.get(None, []):
            self._visit(root)

    def _visit(self, made: Made) -> None:
        standing, record = self._answer(made)
        if standing is Standing.VALID:
            self.result.served[made.name] += 1
            if record is not None:
                self._used.update((record.id, *(one.id for one in self._under[record.id])))
            return
        if standing is Standing.UNSURE:
            for one in (made, *self._new.trace.under(made)):
                self.result.free[one.name] += 1
                self.result.free_ids.add(one.id)
            return
        self.result.executed[made.name] += made.outcome != "held"
        self.result.ids.add(made.id)
        for child in self._children.get(made.id, []):
            self._visit(child)

    def _answer(self, made: Made) -> tuple[Standing, Made | None]:
        """Return how surely a recorded call answers *made*, and which."""
        if made.is_protected or made.is_counter:
            return (Standing.VALID if made.is_answered else Standing.INVALID), None
        if made.name in self._forced:
            return Standing.INVALID, None
        if not made.is_stable:
            return Standing.UNSURE, None
        equal = [(self._standing_for(one, made), one) for one in self._by_key.get(made.key, [])]
        unusable = [one for standing, one in equal if standing is Standing.INVALID and one.id not in self._used]
        ways = [
            (Standing.VALID, self._first_unused),
            (Standing.VALID, self._first_again),
            (Standing.UNSURE, self._first_unused),
            (Standing.UNSURE, self._first_again),
        ]
        if made.is_stream:  # how far it will be taken is not known when its own record is chosen to answer
            ways[1], ways[2] = ways[2], ways[1]
        for wanted, find in ways:
            found = find([one for standing, one in equal if standing is wanted])
            if found is not None and (found.id not in self._used or not unusable):
                is_again_in_doubt = made.is_stream and found.id in self._used and not _agree(one for _, one in equal)
                return Standing.UNSURE if is_again_in_doubt else wanted, found
        if any(self._standing[one.id] is not Standing.INVALID for one in self._made_likewise(made)):
            return Standing.UNSURE, None  # which of equal calls made a handle is for the engine to tell
        self._used.update(one.id for one in unusable[:1])
        return Standing.INVALID, None

    def _made_likewise(self, made: Made) -> list[Made]:
        """Return the recorded calls that are as *made*, but for which of equal calls made their handles."""
        key = _but_for_numbers(made)
        return self._by_makers.get(key, []) if key else []

    def _standing_for(self, record: Made, made: Made) -> Standing:
        """Return how surely *record* answers *made*: not surely where the state that it has to do with is another."""
        touched = {name for one in (record, *self._under[record.id]) for name in one.touched}
        # Calls that found another state may have left another one: between these nothing chooses.
        equal = self._by_key[made.key]
        is_same = all(one.state.get(name) == made.state.get(name) for name in touched for one in equal)
        is_same = is_same and record.touched == made.touched
        is_same = is_same and not any(self._is_in_doubt(below, touched) for below in self._under[record.id])
        standing = self._standing[record.id]
        if made.departs_from(record):
            others = [one for one in self._by_key[made.key] if not made.departs_from(one)]
            return Standing.UNSURE if others and standing is not Standing.INVALID else Standing.INVALID
        return standing if is_same or standing is Standing.INVALID else Standing.UNSURE

    def _is_in_doubt(self, below: Made, touched: set[str]) -> bool:
        """Whether a recorded call may have answered another one by now, so that who called it has to run.

        A protected one did, perhaps, where more calls of it are made now. And one whose equals found another state.
        """
        if below.is_protected:
            old, new = ([one.name for one in run.trace.calls] for run in (self._old, self._new))
            return new.count(below.name) > old.count(below.name)
        return any(
            one.state.get(name) != below.state.get(name) for name in touched for one in self._by_key[below.key]
        )

    def _first_unused(self, records: list[Made]) -> Made | None:
        """The first that has not answered yet."""
        return next((one for one in records if one.id not in self._used), None)

    def _first_again(self, records: list[Made]) -> Made | None:
        """Any of them, where all had the same outcome. A protected step under one did its work once."""
        if any(below.is_protected for one in records for below in self._under[one.id]):
            return None
        return records[0] if records and _agree(records) else None

    def _stand(self, record: Made) -> Standing:
        below = self._under[record.id]
        if any(one.name in self._forced for one in below):
            return Standing.INVALID
        has_ended = record.outcome in ("returned", "raised") or record.is_left
        if not has_ended or any(one.outcome == "unfinished" and not one.is_left for one in below):
            return Standing.INVALID
        if record.is_tied or record.id in self._ending.raised or record.value.startswith("CancelledError"):
            return Standing.INVALID
        asked = [record, *(one for one in below if not one.is_protected)]  # a protected one answers in any case
        versions = [(self._old.versions.get(one.name), self._new.versions.get(one.name)) for one in asked]
        given = [
            (self._old.versions.get(name), self._new.versions.get(name)) for one in asked for name in one.functions
        ]
        if any(new is None or old is None or old.needed != new.needed for old, new in versions):
            return Standing.INVALID
        is_unsure = (
            record.id in self._ending.linked
            or not record.is_exact
            or any(old.written != new.written for old, new in versions if old and new)
            or any(old.written != new.written for old, new in given if old and new)
        )
        return Standing.UNSURE if is_unsure else Standing.VALID


def _agree(records: Iterable[Made]) -> bool:
    return len({(one.outcome, one.value, tuple(one.asked), one.closing) for one in records}) <= 1


def _but_for_numbers(made: Made) -> str:
    """Return the key of a call that was given handles, but for the numbers of the calls that made them; else ""."""
    key = str(made.key)
    return re.sub(r" \d+>", ">", key) if "<made by " in key else ""


@dataclass(frozen=True, slots=True)
class Ending:
    """The calls that the failure which ended a session came through, and those whose failure only led to it."""

    raised: frozenset[int]
    linked: frozenset[int]


def ending(trace: Trace) -> Ending:
    """Return which calls had to do with the failure that ended the session."""
    root = trace.calls[0] if trace.calls else None
    if root is None or root.outcome != "raised":
        return Ending(frozenset(), frozenset())
    raised = frozenset(one.id for one in trace.calls if one.error == root.error)
    linked = frozenset(one.id for one in trace.calls if one.error in root.linked)
    return Ending(raised, linked - raised)


def printed(trace: Trace, wanted: Expected) -> Iterator[str]:
    """Yield what must be printed, in order: outside of steps, and by the steps that must run."""
    for by, text in trace.printed:
        if by is None or by in wanted.ids:
            yield text
