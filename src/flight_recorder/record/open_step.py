"""Open step: a call that has begun, until it returns or raises. Writes down how it ended, and what it changed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from flight_recorder.codec.capture import Parts, capture_parts
from flight_recorder.codec.identity import ids_of, shared_outcome, without_identity
from flight_recorder.model.event import Finished
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.step import Pairs, Raised, Returned, Step, Unfinished
from flight_recorder.model.value import Value
from flight_recorder.record.binding import Arguments
from flight_recorder.record.context import Scope
from flight_recorder.record.entered import Covered, end_track
from flight_recorder.record.given import classes_in, classes_of_outcome
from flight_recorder.record.places import Before
from flight_recorder.record.restoring import RecordedError
from flight_recorder.record.seen import UNSURE

if TYPE_CHECKING:
    from flight_recorder.record.recording import Recording

UNCHANGING = frozenset({type(None), bool, int, float, str, bytes, complex})


class OpenStep:
    """A step that has begun. *served* says that the recording answers it and its function must not run."""

    __slots__ = (
        "answer",
        "arguments",
        "caller",
        "covered",
        "id",
        "ids",
        "inputs",
        "places",
        "recording",
        "scope",
        "served",
        "stands_for",
    )

    def __init__(self, recording: "Recording", id: int, scope: Scope, caller: Scope) -> None:
        self.recording = recording
        self.id = id
        self.scope = scope
        self.caller = caller
        self.covered: Covered | None = None
        self.served = False
        self.answer: object = None
        self.arguments: Arguments | None = None
        self.inputs: dict[str, Value] = {}
        self.places: dict[str, Before] = {}
        self.stands_for: Step | None = None
        self.ids: dict[
            str, list[int]
        ] = {}  # of the parts of each input: objects that died may share theirs with others

    def result(self) -> object:
        """Return the recorded value, or raise the recorded exception, of a step that is served."""
        answer, self.answer = self.answer, None
        if isinstance(answer, RecordedError):
            raise answer.error
        return answer

    def items(self) -> Iterable[object]:
        """Return what a served stream gives: the items of a recorded list, or the one value."""
        answer = self.result()
        return answer if isinstance(answer, list | tuple) else (answer,)

    def returned(self, value: object) -> None:
        """Write down that the step returned *value*."""
        recording = self.recording
        if recording.is_open:
            try:
                mutated, parts = self._mutated()
                output, output_parts = self._output(value)
                outcome = Returned(output, mutated, self._shared([*parts, output_parts]))
                self.end(outcome)
            except Exception as error:  # noqa: BLE001 - contained: the user's program must not notice
                recording.guard.trip(error)
        self.arguments = None

    def raised(self, error: BaseException) -> None:
        """Write down that the step raised *error*."""
        recording = self.recording
        if recording.is_open:
            try:
                mutated, parts = self._mutated()
                outcome = Raised(recording.failure(error, self.id), mutated, self._shared(parts))
                self.end(outcome)
            except Exception as problem:  # noqa: BLE001 - contained: the user's program must not notice
                recording.guard.trip(problem)
        self.arguments = None

    def end(self, outcome: Returned | Raised) -> None:
        """Write down *outcome*."""
        at_ns = self.recording.now()
        self.give(outcome)
        self.recording.sink(Finished(self.id, at_ns, outcome, entered=self._entered()))

    def give(self, outcome: Returned | Raised | Unfinished) -> None:
        """Note what the caller is given objects of."""
        classes = classes_of_outcome(outcome)
        if classes:
            self.caller.given |= classes

    def _entered(self) -> tuple[str, ...]:
        """Return the keys of the functions that the step was seen to enter, which are in the journal then."""
        track, seen = self.scope.track, self.recording.learner.seen
        found: dict[str, Fingerprint] = {}
        if track is not None:
            end_track(track)
            if track.entered:
                track.leave_out(self.recording.learner.codes_given(self.inputs.values()))
            found = seen.of_track(track)
        classes = classes_in(self.inputs.values()) | self.scope.given
        if classes and self.covered is not None:
            found.update(seen.of_classes(classes, self.covered, track))
        for key, fingerprint in found.items():
            self.recording.write_learned(key, fingerprint)
        return (*found, UNSURE) if track is not None and track.is_unsure else tuple(found)

    def _output(self, value: object) -> tuple[Value, Parts]:
        """Return *value* captured; what has no value of its own is told by this step, which made it, from now on."""
        settings = self.recording.settings
        output, parts = capture_parts(value, settings)
        if output.is_comparable or not all(one.is_comparable for one in self.inputs.values()):
            return output, parts
        namer = self.recording.makings.namer(self.id, self.stands_for)
        return capture_parts(value, replace(settings, name_opaque=namer))

    def _mutated(self) -> tuple[dict[str, Value], list[Parts]]:
        """Return the after-state of each argument that the step changed, and its parts."""
        changed: dict[str, Value] = {}
        parts = []
        for name, argument in (self.arguments or {}).items():
            before = self.inputs[name]
            if type(argument) in UNCHANGING or not before.is_comparable:
                continue
            after, of_argument = capture_parts(argument, self.recording.settings)
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
