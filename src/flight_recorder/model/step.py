"""Step: one call with its outcome. Pure."""

from enum import StrEnum

import msgspec

from flight_recorder.model.failure import Failure
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.stream import Stream
from flight_recorder.model.value import Value


class Kind(StrEnum):
    """What running the step meant."""

    FUNCTION = "function"  # our process ran code
    BOUNDARY = "boundary"  # the program left itself: LLM, HTTP, clock, random
    BLOCK = "block"  # a part of the program that is no call: what a traced session begins with


Pairs = tuple[tuple[int, int], ...]

_PLACES = ("global ", "closure ", "attribute ")

Branch = tuple[int, ...]
"""A path of tasks and threads, each by its number among those that its creator started."""


Kept = tuple[tuple[int, str, int], ...]
"""(number of a node, name of a place, number of a part of what is there), as in `record.keeping`."""


class Returned(msgspec.Struct, frozen=True, array_like=True, tag="returned"):
    """The call returned *value*. *mutated* holds the after-state of each argument that it changed.

    *shared* tells which nodes of these, *mutated* first, were objects of the caller's or stand twice: pairs of a
    node's number and what it is, as in `codec.identity`. *kept* tells which were objects that a global holds.
    """

    value: Value
    mutated: dict[str, Value] = {}
    shared: Pairs = ()
    kept: Kept = ()


class Raised(msgspec.Struct, frozen=True, array_like=True, tag="raised"):
    """The call raised. *mutated* and *shared* as for Returned."""

    failure: Failure
    mutated: dict[str, Value] = {}
    shared: Pairs = ()


class Closed(msgspec.Struct, frozen=True, array_like=True, tag="closed"):
    """The consumer closed the stream before its end. *mutated* and *shared* as for Returned.

    *value* is what the body returned when it was told to end; None when it simply ended. *was_left* says that nobody
    told it: the session ended while the stream waited to be asked for more.
    """

    value: Value | None = None
    mutated: dict[str, Value] = {}
    shared: Pairs = ()
    was_left: bool = False


class Unfinished(msgspec.Struct, frozen=True, array_like=True, tag="unfinished"):
    """The call has not ended: still running, or the process died in it."""


Settled = Returned | Raised | Closed
Outcome = Settled | Unfinished


def is_place(name: str) -> bool:
    """Whether an input of this name is no parameter but a place that the function uses: `global shop.CACHE`."""
    return name.startswith(_PLACES)


class Site(msgspec.Struct, frozen=True, array_like=True):
    """Where a step was called from: the nearest frame that is not ours."""

    file: str
    line: int
    function: str  # qualname


class Effect(msgspec.Struct, frozen=True, array_like=True):
    """What a step did outside of the program: it *did* that (wrote, ran, connected to …) to *what*."""

    did: str
    what: str

    @property
    def text(self) -> str:
        """`wrote out.csv`"""
        return f"{self.did} {self.what}"


class Call(msgspec.Struct, frozen=True):
    """The question that a step begins with: the outcome is not known yet.

    *inputs* are by parameter name, with defaults applied, in the signature's order; `ignored` names those that do
    not count when calls are compared. *branch* is the path of tasks and threads from the entry to here: two
    calls of equal branch happened one after the other; `key` is what `key=` gave, or None. *shared* tells which parts
    of the inputs are the same object: pairs of a part's number and that of its first meeting.
    """

    name: str
    function: str  # "module:qualname"
    parent: int | None
    inputs: dict[str, Value]
    ignored: frozenset[str] = frozenset()
    key: Value | None = None
    branch: Branch = ()
    is_protected: bool = False
    kind: Kind = Kind.FUNCTION
    fingerprint: str = ""  # key in Session.fingerprints, when it is not the name
    shared: Pairs = ()


class Step(msgspec.Struct, frozen=True):
    """One call with its outcome. Times are nanoseconds since the session began.

    *entered* are keys in Session.fingerprints: the project's functions that the step was seen to enter, though its
    own fingerprint does not name them and no step under it entered them for itself.
    """

    id: int
    call: Call
    outcome: Outcome
    started_ns: int
    ended_ns: int | None
    site: Site | None = None
    judgement: Judgement | None = None
    source: int | None = None  # id of the recorded step that answered, in the session that was replayed
    children: tuple[int, ...] = ()
    entered: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()  # what it did outside, as far as Python tells
    stream: Stream | None = None  # what passed, when the result is taken item by item; the outcome is how that ended

    @property
    def name(self) -> str:
        """The step's stable name."""
        return self.call.name

    @property
    def parent(self) -> int | None:
        """The id of the step that called this one; None for the entry."""
        return self.call.parent

    @property
    def inputs(self) -> dict[str, Value]:
        """The captured arguments by parameter name."""
        return self.call.inputs

    @property
    def is_overridden(self) -> bool:
        """Whether a user's value answered the call (`--set`, `--stub`), so that its function did not run."""
        judgement = self.judgement
        if judgement is None or judgement.decision is Decision.RERUN:
            return False
        return judgement.reason == Reason.OVERRIDDEN

    @property
    def is_genuine(self) -> bool:
        """Whether the step was really called: not held back, and not overridden."""
        is_held = self.judgement is not None and self.judgement.reason == Reason.HELD
        return not is_held and not self.is_overridden

    @property
    def failure(self) -> Failure | None:
        """The failure when the step raised, else None."""
        return self.outcome.failure if isinstance(self.outcome, Raised) else None

    @property
    def given(self) -> tuple[Value, ...]:
        """What the caller got from the step: what it returned, or the items of its stream and what that returned."""
        items = () if self.stream is None else tuple(item.value for item in self.stream.items)
        match self.outcome:
            case Returned(value=value) if self.stream is None or value.data != b"null":
                return (*items, value)
            case Closed(value=Value() as value):
                return (*items, value)
        return items

    @property
    def ran_ns(self) -> int:
        """How long its function took when it last ran, here or where it was served from; 0 when it never ended."""
        if self.source is not None and self.judgement is not None:
            return self.judgement.saved_ns
        return self.duration_ns or 0

    @property
    def duration_ns(self) -> int | None:
        """How long the step took; None while it has not ended."""
        return None if self.ended_ns is None else self.ended_ns - self.started_ns
