"""Open step: a call that has begun, until it returns or raises. Writes down how it ended, and what it changed."""

from collections.abc import Callable, Iterable, Mapping
from time import perf_counter_ns
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import structs
from msgspec.structs import replace

from flight_recorder.codec.capture import NO_PARTS, Parts, capture_named, capture_parts, taken_out
from flight_recorder.codec.identity import ids_of, shared_outcome, without_identity
from flight_recorder.model.event import Finished
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.step import Branch, Closed, Pairs, Raised, Returned, Settled, Step
from flight_recorder.model.value import Form, Value
from flight_recorder.record.allowance import size_of
from flight_recorder.record.binding import Arguments
from flight_recorder.record.context import Scope
from flight_recorder.record.entered import end_track, track_step
from flight_recorder.record.given import classes_in, classes_of_outcome
from flight_recorder.record.places import Before
from flight_recorder.record.playback import Playback
from flight_recorder.record.restoring import RecordedError
from flight_recorder.record.secrecy import is_text
from flight_recorder.record.seen import UNSURE
from flight_recorder.record.taken import Captured, is_changeable
from flight_recorder.record.tracks import Covered

if TYPE_CHECKING:
    from flight_recorder.record.auditing import Audit
    from flight_recorder.record.heat import Heat


class OpenStep(Scope):
    """A step that has begun. *served* says that the recording answers it.

    Then its function must not run; where there is an *audit* it has run when that is said. *origin* is the step that
    raised the exception which it passes on: itself, or one below it, if what that raised is served; None of a
    boundary. *covered* is the code that its fingerprint covers; None where that does not matter.
    """

    __slots__ = ("_captured", "caller", "covered", "is_protected", "origin")

    id: int
    origin: int | None
    covered: Covered | None
    # Of the class, and not set for each step: few steps have them.
    served = False
    returns_secret = False
    answer: object = None
    stands_for: Step | None = None
    playback: Playback | None = None  # of a stream that is served
    audit: "Audit | None" = None  # until its function has ended
    places: Mapping[str, Before] = MappingProxyType({})
    heat: "Heat | None" = None  # of a function that nobody registered: what the call takes is measured
    paid_ns = runs_from_ns = 0
    own_ns: int | None = None  # of a stream, that in which its body ran
    _namer: Callable[[object], str | None] | None = None

    def __init__(self, caller: Scope, id: int, branch: Branch, owner: int, captured: Captured) -> None:
        super().__init__(caller.recording, id, branch, owner)
        self.caller = caller
        self.is_protected = captured.is_protected
        self.origin = id
        self.covered = None
        self._captured = captured

    @property
    def inputs(self) -> dict[str, Value]:
        """The values of its arguments, and of places, as they were when it began."""
        return self._captured.inputs

    @property
    def ids(self) -> dict[str, list[int]]:
        """The ids of the parts of each input: objects that died may share theirs with others."""
        return self._captured.ids

    @property
    def arguments(self) -> Arguments:
        """The arguments that it could change."""
        return self._captured.arguments

    def forget_arguments(self) -> None:
        """Keep the arguments no longer."""
        self._captured.arguments = {}

    def result(self) -> object:
        """Return the recorded value, or raise the recorded exception, of a step that is served."""
        answer, self.answer = self.answer, None
        if isinstance(answer, RecordedError):
            raise answer.error
        return answer

    def items(self) -> Iterable[object]:
        """Return what a stream gives that is answered with one value: the items of a list, or the value itself."""
        answer = self.result()
        return answer if isinstance(answer, list | tuple) else (answer,)

    @property
    def is_entry(self) -> bool:
        """Whether the session ends when it returns."""
        return self.caller.id is None

    @property
    def can_stream(self) -> bool:
        """Whether a generator that it returns is taken as its stream: not of the entry, nor in an audit."""
        return not self.is_entry and self.audit is None

    def returned(self, value: object) -> None:
        """Write down that the step returned *value*."""
        self._finish(lambda: self._returned(value))

    def raised(self, error: BaseException) -> None:
        """Write down that the step raised *error*."""
        self._finish(lambda: self._raised(error), error)

    def closed(self, *, was_left: bool = False) -> None:
        """Write down that a stream was closed by its consumer, or was left open when the session ended."""
        self._finish(lambda: Closed(None, self.changed()[0], was_left=was_left))

    def closed_with(self, value: object) -> None:
        """Write down that a stream was closed by its consumer, and returned *value* then."""
        self._finish(lambda: Closed(self.output(value)[0], self.changed()[0]))

    def _finish(self, outcome: Callable[[], Settled], error: BaseException | None = None) -> None:
        heat = self.heat
        ran_to_ns, before_ns = (0, 0) if heat is None else (self.recording.allowance.clock(), perf_counter_ns())
        self.recording.guard.contain(lambda: self._end(outcome(), error), lambda: self._end_late(error))
        self.forget_arguments()
        if heat is not None:
            self.recording.contained(lambda: self.recording.allowance.ended(self, heat, ran_to_ns, before_ns))

    def _end(self, outcome: Settled, error: BaseException | None) -> None:
        audit, self.audit = self.audit, None
        if audit is None:
            self.write_end(outcome)
        else:
            audit.end(outcome, error)

    def _end_late(self, error: BaseException | None) -> None:
        """Write down what the step raised when the stack was too full for it; what it returned may have changed."""
        if error is not None:
            failure = self.recording.failure(error, self.id)
            not_exact = structs.replace(failure.value, form=Form.OPAQUE)  # so that it runs again
            self.write_end(Raised(structs.replace(failure, value=not_exact)))

    def write_end(self, outcome: Settled, judgement: Judgement | None = None) -> None:
        """Write down that the function ran, and ended with *outcome*; *judgement* is what is known of it only now."""
        at_ns = self.recording.now()
        if self.heat is not None:
            self.recording.allowance.pay(self, 0, size_of(outcome))
        self.give(outcome)
        self.recording.sink(Finished(self.id, at_ns, outcome, entered=self._entered(), judgement=judgement))

    def give(self, outcome: Settled) -> None:
        """Note what the caller is given objects of."""
        classes = classes_of_outcome(outcome)
        if classes:
            self.caller.given |= classes

    def begin_track(self, covered: Covered) -> None:
        """Note from now on the functions that the step enters, beyond those that its fingerprint has *covered*."""
        self.covered = covered
        self.track = track_step(self.recording, self.caller.track, covered, self.is_protected)

    def leave_track(self) -> None:
        """Note no more functions that the step enters: it is answered with what was recorded."""
        track, self.track = self.track, None
        if track is not None:
            end_track(track)

    def _entered(self) -> tuple[str, ...]:
        """Return the keys of the functions that the step was seen to enter, which are in the journal then."""
        track, seen = self.track, self.recording.learner.seen
        found: dict[str, Fingerprint] = {}
        if track is not None:
            end_track(track)
            if track.entered:
                track.leave_out(self.recording.learner.codes_given(self.inputs.values()))
            found = seen.of_track(track)
        if self.covered is not None:
            found = found | seen.of_all(self.recording.learner.hot_below(self.covered), track)
        classes = classes_in(self.inputs.values()) | self.given
        if classes and self.covered is not None:
            found.update(seen.of_classes(classes, self.covered, track))
        for key, fingerprint in found.items():
            self.recording.write_learned(key, fingerprint)
        return (*found, UNSURE) if track is not None and track.is_unsure else tuple(found)

    def _returned(self, value: object) -> Returned:
        mutated, parts = self.changed()
        output, output_parts = self.output(value)
        parts.append(output_parts)
        return Returned(output, mutated, self._shared(parts), self.recording.learner.keeper.kept(parts))

    def _raised(self, error: BaseException) -> Raised:
        mutated, parts = self.changed()
        return Raised(self.recording.failure(error, self.id), mutated, self._shared(parts))

    def output(self, value: object) -> tuple[Value, Parts]:
        """Return *value* captured; what has no value of its own is told by this step, which made it, from now on."""
        settings = self.recording.settings
        output, parts = capture_parts(value, settings)
        if self.returns_secret and settings.secrets is not None and is_text(value):
            return taken_out(output, settings.secrets), NO_PARTS
        if output.is_comparable or not all(one.is_comparable for one in self.inputs.values()):
            return output, parts
        if self._namer is None:
            self._namer = self.recording.makings.namer(self.id, self.stands_for)
        return capture_parts(value, replace(settings, name_opaque=self._namer))

    def changed(self) -> tuple[dict[str, Value], list[Parts]]:
        """Return the after-state of each argument that the step changed, and its parts."""
        changed: dict[str, Value] = {}
        parts = []
        for name, argument in self.arguments.items():
            before = self.inputs[name]
            if not is_changeable(argument) or not before.is_comparable:
                continue
            after, of_argument = capture_named(name, argument, self.recording.settings)
            if after.data != before.data or ids_of(of_argument) != self.ids[name]:
                changed[name] = after
                parts.append(of_argument)
        for name, before_call in self.places.items():
            now = before_call.after(self.recording.settings)
            if now is not None:
                changed[name] = now[0]
                parts.append(now[1] if before_call.shared.is_compared else without_identity(now[1]))
        return changed, parts

    def _shared(self, outcome: list[Parts]) -> Pairs:
        return shared_outcome([id for ids in self.ids.values() for id in ids], outcome)
