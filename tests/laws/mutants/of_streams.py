"""Mutants of streams: what passes in both directions, and what a body does when it runs after all."""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from flight_recorder.model.step import Closed, Returned
from flight_recorder.model.stream import Changed, Sent
from flight_recorder.record.passing import Passing
from flight_recorder.record.playback import Departed, Ended, Playback, Repeated
from tests.laws.model import Feature
from tests.laws.mutants.mutant import Mutant, put, with_only


def _sent_not_compared() -> None:
    expect = Playback._expect

    def any_value(self: Playback, at: int, kind: type, what: str, given: Any) -> int:
        if kind is Sent and isinstance(self._peek(at), Sent):
            return at + 1
        return expect(self, at, kind, what, given)

    put(Playback, "_expect", any_value)


def _change_not_compared() -> None:
    put(Playback, "_expect_item", lambda self: self.position + isinstance(self._peek(self.position), Changed))


def _ends_where_it_was_left() -> None:
    end = Playback._end

    def ended(self: Playback, thrown: BaseException | None) -> Ended:
        return Ended(self.step.outcome) if isinstance(self.step.outcome, Closed) else end(self, thrown)

    put(Playback, "_end", ended)


def _begins_again() -> None:
    put(Playback, "repeated", lambda _self: iter(()))


def _sent_not_put_in_again() -> None:
    repeated = Playback.repeated

    def without(self: Playback) -> Iterator[Repeated]:
        for passed in repeated(self):
            yield replace(passed, sent=None)

    put(Playback, "repeated", without)


def _held_objects_not_seen() -> None:
    put(Passing, "_tie", lambda _self, _why: None)
    put(Playback, "trouble", lambda _self, _sent: "")
    put(Playback, "trouble_at_end", lambda _self: "")


def _left_streams_never_answer() -> None:
    answer = Playback.answer

    def answered(self: Playback, sent: object, thrown: BaseException | None) -> Any:
        if not isinstance(self.step.outcome, Returned):
            raise Departed("it was not taken whole")
        return answer(self, sent, thrown)

    put(Playback, "answer", answered)


def _of_streams(apply: Callable[[], None]) -> Mutant:
    return with_only(apply, Feature.STREAMS)


MUTANTS = {
    "what is sent into a stream is not compared": _of_streams(_sent_not_compared),
    "what is made of an item is not compared": _of_streams(_change_not_compared),
    "a stream that was left early ends there": _of_streams(_ends_where_it_was_left),
    "a stream that is taken further begins again": _of_streams(_begins_again),
    "what was sent is not sent again to a stream that is taken further": _of_streams(_sent_not_put_in_again),
    "an object that a stream and its consumer hold is not seen": _of_streams(_held_objects_not_seen),
    "a stream that was left early never answers": _of_streams(_left_streams_never_answer),
}
