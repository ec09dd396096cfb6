"""Playback: a recorded stream answers its consumer, item by item, as long as the consumer does what was recorded.

Decided when the consumer comes back, not before: what it is going to ask for is not known. Nothing is written here.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from flight_recorder.codec.capture import Parts
from flight_recorder.codec.decode import decode
from flight_recorder.codec.identity import ids_of, telling_parts
from flight_recorder.codec.restore import restore
from flight_recorder.codec.tags import Node
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.failure import Failure
from flight_recorder.model.step import Closed, Pairs, Raised, Returned, Settled, Unfinished
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Stream, Thrown
from flight_recorder.model.value import Value
from flight_recorder.model.verdict import Serve
from flight_recorder.record.failing import thrown_in
from flight_recorder.record.lent import CaptureParts, Change, Lent, Loan, item_name, sent_name

FEW: Final = 4  # objects that passed: so few are all looked at before every item


class Departed(Exception):  # noqa: N818  # a signal, never seen outside
    """The recording has no answer to what the consumer does now; the message says why."""


class Gave(msgspec.Struct, frozen=True):
    """The recorded stream gave *item*."""

    item: Any


class Ended(msgspec.Struct, frozen=True):
    """The recorded stream ended by *outcome*: it returned *value*, or raised *error*."""

    outcome: Settled
    value: Any = None
    error: BaseException | None = None


class Repeated(msgspec.Struct, frozen=True):
    """What was made of the item before, and what was put in then; *item* came out."""

    change: Change | None
    sent: object
    thrown: BaseException | None
    item: Value


class Playback:
    """The recorded stream of a step that is served.

    *position* is how much of what passed has passed again, *lent* are the objects, and *change* is what the consumer
    had made of the item before when it last came back.
    """

    def __init__(self, verdict: Serve, inputs: Sequence[Parts], capture: CaptureParts, *, calls_steps: bool) -> None:
        self.step = verdict.step
        self.verdict = verdict
        self.judgement = verdict.judgement
        self.stream = verdict.step.stream or Stream(is_async=False)
        self.is_same_call = verdict.is_same_call
        self.position = 0
        self._written = 0
        self._capture_parts = capture
        self.lent = Lent(capture, {id for one in inputs for id in ids_of(one)})
        self.change: Change | None = None
        self._items = 0
        self._live = telling_parts(inputs) if verdict.is_same_call else []
        # What a body does when it is closed where it was not closed before cannot be known. It matters if that can
        # be a step; other effects of a served step are not repeated either.
        self._may_be_cut = not calls_steps and not verdict.under

    def answer(self, sent: object, thrown: BaseException | None) -> Gave | Ended:
        """Return what the recorded stream answered to this. Raises Departed."""
        is_closing = type(thrown) is GeneratorExit
        self.change = self.lent.came_back()
        try:
            at = self._expect_item()
        except Departed:
            if is_closing and self._may_be_cut:
                return Ended(Closed(), error=thrown)
            raise
        if thrown is not None:
            if is_closing and not isinstance(self._peek(at), Thrown):
                return self._closed(at, thrown)
            at = self._expect(at, Thrown, "an exception was thrown in", thrown_in(thrown, self._capture))
        elif sent is not None:
            captured, parts = self._capture_parts(sent)
            at = self._expect(at, Sent, "a value was sent", captured)
        try:
            answer = self._answer(at, thrown)
        except NotRebuildableError as problem:
            raise Departed(str(problem)) from problem
        if sent is not None and thrown is None and parts.met:
            self.lent.sent(Loan(at - 1, sent_name(self._items), captured, parts))
        self._pass(at, answer)
        return answer

    def trouble(self, sent: object) -> str:
        """Return why no copies can stand for what has passed, if now *sent* is sent; "" if they can."""
        if sent is not None and self.lent.has_any(self._capture_parts(sent)[1]):
            return f"{sent_name(self._items)} had passed before"
        if not self.lent.late and self._is_due():
            self.lent.look()
        return f"{self.lent.late} was changed later" if self.lent.late else ""

    def trouble_at_end(self) -> str:
        """Return why no copies can stand for what passed in all; "" if they can."""
        self.lent.look()
        return f"{self.lent.late} was changed later" if self.lent.late else ""

    def _is_due(self) -> bool:
        """Whether to look at all that has passed: each time while that is little, ever more rarely then."""
        return len(self.lent) <= FEW or self.position & (self.position - 1) == 0

    def newly_passed(self) -> tuple[Exchange, ...]:
        """Return what has passed since this was last asked."""
        passed = self.stream.exchanges[self._written : self.position]
        self._written = self.position
        return passed

    def repeated(self) -> Iterator[Repeated]:
        """Yield what went in so far, with the item that came out each time."""
        change, sent, thrown = None, None, None
        live = {loan.at: loan.object for loan in self.lent}  # what the consumer may still have, the body is given too
        for at, exchange in enumerate(self.stream.exchanges[: self.position]):
            match exchange:
                case Changed(value=value, shared=shared):
                    change = value, shared
                case Sent(value=value):
                    sent = live[at] if at in live else decode(value)
                case Thrown(failure=failure):
                    thrown = decode(failure.value)
                case Item(value=value):
                    yield Repeated(change, sent, thrown, value)
                    change, sent, thrown = None, None, None

    def _peek(self, at: int) -> Exchange | None:
        return self.stream.exchanges[at] if at < len(self.stream.exchanges) else None

    def _capture(self, value: object) -> Value:
        return self._capture_parts(value)[0]

    def _pass(self, at: int, answer: Gave | Ended) -> None:
        self.position = at
        match answer, self._peek(at):
            case Gave(item=item), Item(value=value):
                self.position = at + 1
                self._items += 1
                if value.data[:1] in b"[{":  # only an array or an object has parts
                    self.lent.gave(Loan(at, item_name(self._items), *self._capture_parts(item)))

    def _expect_item(self) -> int:
        """Return the position from which it matters what is put in, if the item in hand is as it was then."""
        now = self.change
        match self._peek(self.position):
            case Changed(value=value, shared=shared):
                if now is not None and value.equals(now[0]) and shared == now[1]:
                    return self.position + 1
            case _ if now is None:
                return self.position
        raise Departed("its consumer made something else of an item")

    def _expect(self, at: int, kind: type[Sent | Thrown], what: str, given: Value | Failure) -> int:
        """Return the position behind what the consumer put in, if that is what it put in then."""
        match self._peek(at):
            case Sent(value=recorded) if kind is Sent and isinstance(given, Value) and recorded.equals(given):
                return at + 1
            case Thrown(failure=recorded) if kind is Thrown and isinstance(given, Failure):
                if _are_equal(recorded, given):
                    return at + 1
        raise Departed(f"{what} that was not in the recording")

    def _answer(self, at: int, thrown: BaseException | None) -> Gave | Ended:
        match self._peek(at):
            case Item(value=value, shared=shared):
                return Gave(self._object(value, shared))
            case None:
                return self._end(thrown)
        raise Departed("something was put in here in the recording")

    def _end(self, thrown: BaseException | None) -> Ended:
        match self.step.outcome:
            case Returned(value=value, shared=shared) as outcome:
                return Ended(outcome, self._object(value, shared))
            case Raised(failure=failure) as outcome:
                return Ended(outcome, error=self._error(failure, thrown))
            case Closed():
                raise Departed(f"more was asked for than the {len(self.stream.items)} items in the recording")
            case Unfinished():
                raise Departed("the recording ends here")

    def _error(self, failure: Failure, thrown: BaseException | None) -> BaseException:
        last = self._peek(len(self.stream.exchanges) - 1)
        if thrown is not None and isinstance(last, Thrown) and _are_equal(last.failure, failure):
            return thrown  # it went through the body as it came
        error: object = decode(failure.value)
        if not isinstance(error, BaseException):
            raise NotRebuildableError("the recorded failure does not hold an exception")
        return error

    def _closed(self, at: int, thrown: BaseException) -> Ended:
        outcome = self.step.outcome
        if isinstance(outcome, Closed) and not outcome.was_left and self._peek(at) is None:
            self.position = at
            return Ended(outcome, error=thrown) if outcome.value is None else Ended(outcome, decode(outcome.value))
        if self._may_be_cut:
            return Ended(Closed(), error=thrown)
        raise Departed("it was closed where it was not closed in the recording")

    def _object(self, value: Value, shared: Pairs) -> Any:
        if not shared or not self._live:
            return decode(value)
        # Only the parts that this item refers to: there may be as many parts as there are items.
        wanted = sorted({target for _, target in shared if target >= 0})
        renumbered = tuple((node, wanted.index(target) if target >= 0 else target) for node, target in shared)
        parts: list[tuple[object, Node]] = [self._live[target] for target in wanted]
        return restore([value], renumbered, [Parts(None, parts)]).values[0]


def _are_equal(one: Failure, other: Failure) -> bool:
    return one.type == other.type and one.message == other.message and one.value.equals(other.value)
