"""Serving a stream: its items come from the recording until the consumer does what was not recorded.

Then the function runs after all, from the beginning, with what was put in until now, and must give the items that
the consumer already holds: on from there the stream is what it gives. Where it gives others, or an argument has been
changed meanwhile, what the consumer did with them cannot be taken back, and the replay ends here; see
docs/decisions/0013-streams.md.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Final, NoReturn

from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.event import Withdrawn
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.step import Closed
from flight_recorder.model.stream import Item
from flight_recorder.model.value import Value
from flight_recorder.record.context import current, leave
from flight_recorder.record.copying import Copy
from flight_recorder.record.doubles import Doubles, doubles_of
from flight_recorder.record.lent import Change
from flight_recorder.record.open_step import OpenStep
from flight_recorder.record.passing import Passing
from flight_recorder.record.playback import Departed, Ended, Gave, Playback, Repeated
from flight_recorder.record.recording import ReplayDiverged, ReplayHeld
from flight_recorder.record.secrecy import kept_judgement
from flight_recorder.record.taking import END, RecordedTaking

_DEPARTED: Final = object()
_SMALL_BYTES = 2_000  # arguments up to this size are looked at before every item, larger ones ever more rarely

Again = Callable[[], Any]
"""Calls the step's function as it was called: gives its generator, or an awaitable of one."""


class ServedTaking(RecordedTaking):
    """Gives what *playback* has for the step *opened*, or what its function gives when it must run *again*."""

    def __init__(self, opened: OpenStep, playback: Playback, again: Again, *, is_async: bool) -> None:
        super().__init__(opened, None, is_async=is_async)
        self._playback: Playback | None = playback
        self._again = again
        self._why = ""
        self._error: BaseException | None = None
        self._copy = Copy(playback.verdict, opened)
        self._caught_up_with: Playback | None = None
        self._doubles: Doubles | None = None
        self._is_small = sum(len(value.data) for value in opened.inputs.values()) <= _SMALL_BYTES

    def resume(self) -> Any:
        """Return the next item, or END; raises what was recorded, or what the body raises now."""
        if self._playback is not None:
            answer = self._answer(self._playback)
            if self._error is not None:
                raise self._raised()
            if answer is not _DEPARTED:
                return answer
            self._catch_up(self._playback)
        return super().resume()

    async def aresume(self) -> Any:
        """Return the next item, or END; raises what was recorded, or what the body raises now."""
        if self._playback is not None:
            answer = self._answer(self._playback)
            if self._error is not None:
                raise self._raised()
            if answer is not _DEPARTED:
                return answer
            await self._acatch_up(self._playback)
        return await super().aresume()

    # Given from the recording -------------------------------------------------------------------------------------

    def _answer(self, playback: Playback) -> Any:
        """Return the item, END or _DEPARTED; leaves what is to be raised in *_error*."""
        self._consumer = None
        if self._is_due(playback.position) and self._has_changed_arguments(playback):
            self._diverge(playback, "an argument was changed while it was taken")
        if self.opened.recording.is_open and (trouble := playback.trouble(self.sent)):
            self._diverge(playback, trouble)
        try:
            answer = playback.answer(self.sent, self.thrown)
        except Departed as way:
            if self.opened.recording.is_open and (trouble := playback.trouble_at_end()):
                self._diverge(playback, trouble)
            if self.opened.recording.is_open or type(self.thrown) is not GeneratorExit:
                self._why = str(way)
                return _DEPARTED
            answer = Ended(Closed(), error=self.thrown)  # the session is over: there is nobody to run a body for
        self._put_in()
        match answer:
            case Gave(item=item):
                self._write_up_to(playback)
                return item
            case Ended():
                if self._has_changed_arguments(playback):
                    self._diverge(playback, "an argument was changed while it was taken")
                if self.opened.recording.is_open and (trouble := playback.trouble_at_end()):
                    self._diverge(playback, trouble)
                self._finish(playback, answer)
                self._result, self._error = answer.value, answer.error
                return END

    def _raised(self) -> BaseException:
        """Return what is to be raised; nothing here keeps it."""
        try:
            return self._error  # type: ignore[return-value]  # asked for when it is there
        finally:
            self._error = None

    def _is_due(self, position: int) -> bool:
        return self._is_small or position & (position - 1) == 0

    def _has_changed_arguments(self, playback: Playback) -> bool:
        return self.opened.recording.is_open and playback.is_same_call and bool(self.opened.changed()[0])

    def _write_up_to(self, playback: Playback) -> None:
        """Write down what has passed again, and the steps under the stream that had begun by then."""
        recording = self.opened.recording
        for exchange in playback.newly_passed():
            if isinstance(exchange, Item):
                recording.contained(partial(self._write_copies, exchange.at_ns))
            self.passing.again(exchange)

    def _write_copies(self, recorded_ns: int | None) -> None:
        recording = self.opened.recording
        for event in self._copy.up_to(recorded_ns, recording.now()):
            recording.sink(event)

    def _finish(self, playback: Playback, ended: Ended) -> None:
        self._forget()
        recording = self.opened.recording
        self._write_up_to(playback)

        def write() -> None:
            if ended.outcome is playback.step.outcome:
                self._write_copies(None)
            for event in self._copy.cut_off():
                recording.sink(event)
            recording.sink(self._copy.end(ended.outcome, recording.now()))

        recording.contained(write)
        self.opened.forget_arguments()
        self._playback = None

    def _leave_open(self) -> None:
        if self._playback is None:
            super()._leave_open()
        else:
            self._finish(self._playback, Ended(Closed(was_left=True)))

    # Run after all -------------------------------------------------------------------------------------

    def _catch_up(self, playback: Playback) -> None:
        """Bring the function to where the recording has brought the consumer. Raises ReplayHeld, ReplayDiverged."""
        put_in = self._begin_again(playback)
        inner = self._called()
        if type(inner) is not GeneratorType:
            self._diverge(playback, "it can only be started anew where it was called")
        self.inner = inner
        with self._diverging(playback):
            for passed in playback.repeated():
                self._put_in_again(playback, passed)
                self._check(playback, super().resume(), passed.item)
            self._caught_up(playback)
        self.sent, self.thrown = put_in

    async def _acatch_up(self, playback: Playback) -> None:
        """Bring the function to where the recording has brought the consumer. Raises ReplayHeld, ReplayDiverged."""
        put_in = self._begin_again(playback)
        inner = self._called()
        if type(inner) is not AsyncGeneratorType:
            token = current.set(self.opened)
            try:
                inner = await inner
            finally:
                leave(token)
        self.inner = inner
        with self._diverging(playback):
            for passed in playback.repeated():
                self._put_in_again(playback, passed)
                self._check(playback, await super().aresume(), passed.item)
            self._caught_up(playback)
        self.sent, self.thrown = put_in

    def _begin_again(self, playback: Playback) -> tuple[Any, BaseException | None]:
        """Note that the function runs after all; return what the consumer has just put in."""
        if playback.judgement.decision is Decision.PROTECTED:
            self._hold(playback)
        self._playback = None
        self._withdraw(playback, Reason.TAKEN_FURTHER, self._why)
        self.opened.recording.decide.withdraw(playback.step)
        if self.opened.covered is not None:
            self.opened.begin_track(self.opened.covered)
        self.passing = Passing(self.opened, is_async=self.is_async)
        return self._put_in()

    def _called(self) -> Any:
        token = current.set(self.opened)
        try:
            return self._again()
        finally:
            leave(token)

    def _put_in_again(self, playback: Playback, passed: Repeated) -> None:
        self._become(playback, passed.change)
        self.sent, self.thrown = passed.sent, passed.thrown

    def _become(self, playback: Playback, change: Change | None) -> None:
        """Let the body see what the consumer has made of an item: the body holds another one, like it."""
        if change is None:
            return
        try:
            self.passing.become(change)
        except NotRebuildableError as problem:
            self._diverge(playback, f"its consumer changed an item, and the body cannot be shown that: {problem}")

    def _caught_up(self, playback: Playback) -> None:
        """Show the body the present change, and note which objects the body and the consumer have one each of."""
        self._become(playback, playback.change)
        self._caught_up_with = playback
        self._doubles = doubles_of(playback.lent, self.passing.lent, self.opened.recording.capture_parts)

    def _passed(self, item: Any, *, is_closing: bool) -> Any:
        self._compare_doubles(self._result if item is END else item)
        return super()._passed(item, is_closing=is_closing)

    def _failed(self, error: BaseException, *, is_closing: bool) -> None:
        self._compare_doubles(None)
        super()._failed(error, is_closing=is_closing)

    def _compare_doubles(self, given: object) -> None:
        playback, doubles, recording = self._caught_up_with, self._doubles, self.opened.recording
        if playback is None or doubles is None or not doubles.pairs or not recording.is_open:
            return
        why = doubles.difference(recording.capture_parts(given)[1])
        if why:
            self._diverge(playback, why)

    def _check(self, playback: Playback, item: Any, recorded: Value) -> None:
        if self.passing.is_tied:
            self._diverge(playback, "it keeps what it gives, as it did not in the recording")
        if item is END or not self.passing.last.equals(recorded):
            self._diverge(playback, "it gives other items than those that were taken already")

    @contextmanager
    def _diverging(self, playback: Playback) -> Iterator[None]:
        """Let what the body raises in the block end the replay: in the recording it had given an item."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the program's own, which is not the consumer's to see here
            self._diverge(playback, f"it raised {type(error).__name__} before it had given what was taken already")

    def _diverge(self, playback: Playback, why: str) -> NoReturn:
        if playback.judgement.decision is Decision.PROTECTED:
            self._hold(playback, why)
        self._playback = None
        self._forget()
        self._withdraw(playback, Reason.DIVERGED, why)
        raise ReplayDiverged(f"stream {playback.step.name!r}: {why}")

    def _hold(self, playback: Playback, why: str = "") -> NoReturn:
        self._playback = None
        self._forget()
        name = playback.step.name
        message = (
            f"step {name!r} is protected (replayable=False), and its recorded stream cannot go on:"
            f" {why or self._why}.\n"
            f"  Replay stopped there; nothing was done. Answer it with --stub {name}=[...], a list of all its items."
        )
        judgement = Judgement(Decision.PROTECTED, Reason.HELD, message, twin=playback.judgement.twin)
        self._write_withdrawal(judgement)
        raise ReplayHeld(message)

    def _withdraw(self, playback: Playback, reason: Reason, why: str) -> None:
        self._write_withdrawal(Judgement(Decision.RERUN, reason, why, twin=playback.step.id))

    def _write_withdrawal(self, judgement: Judgement) -> None:
        recording = self.opened.recording
        kept = kept_judgement(judgement, recording.settings.secrets) or judgement
        recording.contained(lambda: recording.sink(Withdrawn(self.opened.id, recording.next_id(), kept)))
