"""Events: the facts that a journal holds, one after the other. Pure.

A session is Opened, learns the fingerprint of each function (Learned), and then steps are Started and
Finished until it has Ended. A step that a replay answered is Finished with the id of its source. A step whose result
is taken item by item says so (Streamed), and each thing that passes is an event of its own (Exchanged).
"""

import msgspec

from flight_recorder.model.expectation import Expectation
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.session import Hot, Launch, Mode, Status
from flight_recorder.model.step import Effect, Kind, Pairs, Settled, Site
from flight_recorder.model.stream import Exchange
from flight_recorder.model.value import Value


class Opened(msgspec.Struct, frozen=True, array_like=True, tag="opened"):
    """The session began."""

    session: str
    entry: str
    mode: Mode
    at_ns: int  # since the epoch; every other time counts from here
    launch: Launch
    process: str
    index: int
    replay_of: str | None = None
    is_overridden: bool = False


class Learned(msgspec.Struct, frozen=True, array_like=True, tag="learned"):
    """The fingerprint of the function behind a step's name, taken before any step ran.

    Two functions registered under one name are told apart: the second is learned as `name#2`. A function that a
    step was seen to enter, though its fingerprint does not name it, is learned when that step ends.
    """

    name: str
    fingerprint: Fingerprint


class Started(msgspec.Struct, frozen=True, array_like=True, tag="started"):
    """A step began. Written before the function runs, so that later mutation of its arguments cannot show."""

    step: int
    parent: int | None
    at_ns: int
    name: str
    function: str
    inputs: dict[str, Value]
    ignored: tuple[str, ...] = ()
    key: Value | None = None
    branch: tuple[int, ...] = ()
    is_protected: bool = False
    kind: Kind = Kind.FUNCTION
    site: Site | None = None
    judgement: Judgement | None = None
    fingerprint: str = ""  # the name of its Learned, when it is not the step's own
    shared: Pairs = ()


class Finished(msgspec.Struct, frozen=True, array_like=True, tag="finished"):
    """A step ended. *source* is the recorded step whose outcome was served; None when the function ran.

    *judgement* takes the place of that in Started: what an audit finds is known only now. None leaves that as it is.
    """

    step: int
    at_ns: int
    outcome: Settled
    source: int | None = None
    entered: tuple[str, ...] = ()  # names of the Learned of the functions that only running it showed; see Step
    judgement: Judgement | None = None


class Streamed(msgspec.Struct, frozen=True, array_like=True, tag="streamed"):
    """A step turned out to give its result item by item."""

    step: int
    is_async: bool


class Exchanged(msgspec.Struct, frozen=True, array_like=True, tag="exchanged"):
    """Something passed between a stream and its consumer; *number* counts that from 0."""

    step: int
    number: int
    exchange: Exchange


class Touched(msgspec.Struct, frozen=True, array_like=True, tag="touched"):
    """A step did something outside of the program, or is about to."""

    step: int
    effect: Effect


class Withdrawn(msgspec.Struct, frozen=True, array_like=True, tag="withdrawn"):
    """A stream that was being served runs after all, from its beginning, for the reason in *judgement*.

    What was copied of it until now does not count: what passed, and the steps under it with ids below *before*.
    """

    step: int
    before: int
    judgement: Judgement


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="ended"):
    """The session ended. *unmet* is what its result was expected to be, and was not."""

    at_ns: int
    status: Status
    unmet: Expectation | None = None
    hot: tuple[Hot, ...] = ()


Event = Opened | Learned | Started | Finished | Streamed | Exchanged | Touched | Withdrawn | Ended
