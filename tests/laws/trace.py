"""Trace: every call of a step that a run from scratch made. Plain data from `reference`, judged by `oracle`."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Made:
    """One call of a step. *inputs*, *value* and *changed* are texts that are equal for equal values."""

    id: int
    name: str
    parent: int | None
    inputs: dict[str, str]
    is_stable: bool = True  # equal texts of its inputs mean equal inputs
    shared: str = ""  # which of its inputs, or parts of them, are one object
    state: dict[str, str] = field(default_factory=dict)  # globals and closure cells, as it found them
    functions: list[str] = field(default_factory=list)  # of the program, that it was given
    touched: list[str] = field(default_factory=list)  # those of them that it names
    is_protected: bool = False
    is_counter: bool = False
    is_stream: bool = False
    asked: list[str] = field(
        default_factory=list
    )  # of a stream, each time: what was made of the item before, and put in
    closing: str | None = None  # of a stream that was closed: what had been made of its last item
    is_tied: bool = False  # a stream's body and its consumer held one object, and it mattered
    calls_steps: bool = False  # its function names steps
    outcome: str = "unfinished"  # "returned", "raised" or "held"
    value: str = ""
    is_exact: bool = True  # what it returned can be made again from its content
    changed: dict[str, str] = field(default_factory=dict)  # arguments that it changed
    error: int = -1  # number of the exception object
    linked: list[int] = field(default_factory=list)  # numbers of what that was raised from, or groups
    is_answered: bool = False  # from an earlier run: its function did not run

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...], str]:
        """Equal for calls of one step with equal inputs."""
        return self.name, tuple(self.inputs.items()), self.shared

    @property
    def is_left(self) -> bool:
        """Whether it is a stream that was still open when the session ended: what it gave until then counts."""
        return self.is_stream and self.outcome == "unfinished"

    def departs_from(self, record: "Made") -> bool:
        """Whether more was asked of it than of the stream *record*, or something else; closing it counts at times."""
        if not self.is_stream:
            return False
        if self.asked != record.asked[: len(self.asked)]:
            return True
        if self.closing is None or not self.calls_steps:
            return False
        return self.asked != record.asked or self.closing != record.closing


@dataclass(slots=True)
class Trace:
    """Calls in the order in which they began, and what was printed: (id of the call or None, text), in order."""

    calls: list[Made] = field(default_factory=list)
    printed: list[tuple[int | None, str]] = field(default_factory=list)

    def children(self, made: Made) -> list[Made]:
        """Return the calls that *made* made itself."""
        return [one for one in self.calls if one.parent == made.id]

    def under(self, made: Made) -> list[Made]:
        """Return every call below *made*."""
        inside = {made.id}
        found = []
        for one in self.calls[made.id + 1 :]:
            if one.parent in inside:
                inside.add(one.id)
                found.append(one)
        return found

    def as_json(self) -> Any:
        """Return what `from_json` takes."""
        return asdict(self)


def from_json(document: Any) -> Trace:
    """Return the trace that was written as *document*."""
    return Trace([Made(**one) for one in document["calls"]], [(by, text) for by, text in document["printed"]])


@dataclass(frozen=True, slots=True)
class About:
    """What the reference is told: by name, what steps and helpers consist of and the globals they write."""

    versions: dict[str, str] = field(default_factory=dict)
    behaviours: dict[str, str] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)  # the module of each global that steps write
    touched: dict[str, list[str]] = field(
        default_factory=dict
    )  # by step or helper: those that it, or a step it may call, names
    callers: list[str] = field(default_factory=list)  # the steps that name others


@dataclass(frozen=True, slots=True)
class Earlier:
    """What runs before this one settled: the calls of the replayed session, and of the others of its chain.

    *stale* names the steps whose code is not what it was in the replayed session; *ending* are the ids of the calls
    that the failure which ended it came through.
    """

    calls: list[Made]
    relatives: list[list[Made]] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    ending: list[int] = field(default_factory=list)

    def as_json(self) -> Any:
        """Return what `earlier_from_json` takes."""
        return asdict(self)


def earlier_from_json(document: Any) -> Earlier:
    """Return what was written as *document*."""
    relatives = [[Made(**one) for one in calls] for calls in document["relatives"]]
    return Earlier([Made(**one) for one in document["calls"]], relatives, document["stale"], document["ending"])


class Answers:
    """Gives the recorded outcomes of protected steps and of counting ones, each once, in order."""

    def __init__(self, earlier: Earlier | None) -> None:
        self._earlier = earlier
        self._used: set[int] = set()  # by the identity of the call

    def of(self, made: Made) -> tuple[str, Any]:
        """Return (verdict, value): "run", "held", "returned" with a value or "raised" with its text."""
        if self._earlier is None:
            return "run", None
        return self._protected(made, self._earlier) if made.is_protected else self._counted(made, self._earlier)

    def _protected(self, made: Made, earlier: Earlier) -> tuple[str, Any]:
        """The outcome of an equal call, else of the session's next one; never to run again once it was begun."""
        was_begun = False
        for calls in (earlier.calls, *earlier.relatives):
            recorded = [one for one in calls if one.name == made.name]
            was_begun = was_begun or bool(recorded)
            unused = [one for one in recorded if id(one) not in self._used and one.outcome == "returned"]
            equal = [one for one in unused if one.key == made.key]
            if equal or (unused and calls is earlier.calls):
                return self._give((equal or unused)[0])
        return ("held" if was_begun else "run"), None

    def _counted(self, made: Made, earlier: Earlier) -> tuple[str, Any]:
        """Recorded outcomes of equal calls, in order; the last again where all were equal; else a new one."""
        if made.name in earlier.stale:
            return "run", None
        ended = [
            one for one in earlier.calls if one.outcome in ("returned", "raised") and one.id not in earlier.ending
        ]
        equal = [one for one in ended if one.key == made.key]
        unused = [one for one in equal if id(one) not in self._used]
        if unused:
            return self._give(unused[0])
        if equal and len({(one.outcome, one.value) for one in equal}) == 1:
            return self._give(equal[0])
        return "run", None

    def _give(self, made: Made) -> tuple[str, Any]:
        self._used.add(id(made))
        if made.outcome == "raised":
            return "raised", made.value
        return "returned", int(made.value)
