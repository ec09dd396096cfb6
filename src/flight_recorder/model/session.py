"""Session: one recorded execution, a tree of steps, complete in itself. Pure."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from flight_recorder.model.expectation import Expectation
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.start import Start, Traced, Unstartable
from flight_recorder.model.step import Kind, Step


class Status(StrEnum):
    """How a session stands."""

    SUCCESS = "success"  # the entry returned
    FAILED = "failed"  # the entry raised, or returned what does not meet `expect=`
    UNFINISHED = "unfinished"  # no end was written: still running, or the process died
    HELD = "held"  # a replay that stopped before a protected step


class Mode(StrEnum):
    """How the steps came to be."""

    RUN = "run"  # fr.run: registered steps
    TRACE = "trace"  # fr.trace, flight-recorder run: every call of the project's own code
    REPLAY = "replay"
    EXPERIMENT = "experiment"  # a replay of `debug --verify`: to learn from, not to build on


class Launch(msgspec.Struct, frozen=True):
    """How the program was started, and how a replay starts it again.

    *unit* is the part of the program that the session began in, "" where the program has no parts: a test, a cell of
    a notebook, an answered request. A replay counts the sessions of each unit.
    """

    start: Start = Unstartable()
    unit: str = ""
    argv: tuple[str, ...] = ()  # sys.argv, when the recorder was imported
    cwd: str = ""  # likewise: a program may go elsewhere
    executable: str = ""
    python: str = ""  # 3.11.7
    platform: str = ""
    hash_seed: str = ""  # PYTHONHASHSEED, "" when unset
    time_zone: str = ""  # TZ, "" when unset
    locale: str = ""  # LC_ALL or LANG
    root: str = ""  # the project's root
    flags: tuple[str, ...] = ()  # interpreter options to pass again: -O, -X utf8, ...
    traced: Traced | None = None  # None: the steps are those that were registered


class Hot(msgspec.Struct, frozen=True, array_like=True):
    """A function that was called so often that it was no step from some time on.

    It was called *calls* times more, which took *ns*, at least: of what is called ever more often that is not counted
    to the end.
    """

    name: str
    calls: int
    ns: int


class Session(msgspec.Struct, frozen=True):
    """One recorded execution.

    *steps* are in the order in which they began, keyed by id; the first is the entry. *process* is shared by the
    sessions of one process, and *index* counts them from 0 in the order of their beginning. *unmet* is set when the
    entry returned, and its result was not as expected.
    """

    id: str
    entry: str
    mode: Mode
    status: Status
    started_at_ns: int  # since the epoch
    duration_ns: int | None
    launch: Launch
    process: str = ""
    index: int = 0
    replay_of: str | None = None
    is_overridden: bool = False
    unmet: Expectation | None = None
    hot: tuple[Hot, ...] = ()
    steps: dict[int, Step] = {}
    fingerprints: dict[str, Fingerprint] = {}  # by step name; see Call.fingerprint

    @property
    def root(self) -> Step | None:
        """The entry's step; None when the session died before it began."""
        return next(iter(self.steps.values()), None)

    def without_boundaries(self) -> "Session":
        """Return what the program's own code did: the same without requests that left it."""
        outside = {id for id, step in self.steps.items() if step.call.kind is Kind.BOUNDARY}
        if not outside:
            return self
        steps = {
            id: msgspec.structs.replace(step, children=tuple(one for one in step.children if one not in outside))
            for id, step in self.steps.items()
            if id not in outside
        }
        return msgspec.structs.replace(self, steps=steps)

    def fingerprint_of(self, step: Step) -> Fingerprint | None:
        """The fingerprint of the function that *step* called; None when none was taken."""
        return self.fingerprints.get(step.call.fingerprint or step.name)

    def children(self, step: Step) -> list[Step]:
        """The steps that *step* called itself, in the order in which they began."""
        return [self.steps[child] for child in step.children]

    def under(self, step: Step) -> Iterator[Step]:
        """Every step below *step*, in the order in which they began within each caller."""
        waiting = list(reversed(step.children))  # not by recursion: a program may nest deeper than Python lets us
        while waiting:
            below = self.steps[waiting.pop()]
            yield below
            waiting.extend(reversed(below.children))

    def callers_first(self) -> Iterator[Step]:
        """Every step, each after the one that called it."""
        for step in self.steps.values():
            if step.parent not in self.steps:
                yield step
                yield from self.under(step)

    def ancestors(self, step: Step) -> Iterator[Step]:
        """The caller of *step*, its caller, and so on up to the entry, or to one whose beginning was lost."""
        while step.parent in self.steps:
            step = self.steps[step.parent]
            yield step
