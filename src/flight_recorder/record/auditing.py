"""Auditing: the function of a step that is served is called as well, and what comes of it compared with the recording.

Nothing of that call stays. The program goes on with what was recorded, and so does the new session, which is that of a
replay without an audit but for what was found. Only where all is equal the program keeps what the call gave and
changed: nothing could be told apart, and other tasks may be at work on the same objects.
"""

from collections.abc import Callable, Sequence
from inspect import isasyncgenfunction, isgeneratorfunction
from typing import TYPE_CHECKING

from msgspec import structs

from flight_recorder.codec.capture import Parts, capture_parts
from flight_recorder.codec.refill import undo_of
from flight_recorder.errors import NotRebuildableError
from flight_recorder.fingerprint.attributes import ABSENT
from flight_recorder.model.difference import Difference
from flight_recorder.model.event import Event, Exchanged, Finished, Started, Streamed, Withdrawn
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.step import Outcome, Raised, Settled, Unfinished
from flight_recorder.model.value import Value
from flight_recorder.model.verdict import Serve
from flight_recorder.plan.audit import audit_differences
from flight_recorder.record.places import is_same_addition
from flight_recorder.record.recording import Recording, ReplayHeld
from flight_recorder.record.registry import Registered
from flight_recorder.record.restoring import restored_outcome
from flight_recorder.record.served import recorded_answer, write_recorded

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep

Undo = Callable[[], None]


class Audits:
    """The audits of one recording: what they found, and what they keep out of sight."""

    def __init__(self, recording: Recording) -> None:
        self._sink = recording.sink
        self._running: set[int] = set()
        self.hidden: set[int] = set()  # steps that were called below an audited one
        self.found: dict[int, tuple[Difference, ...]] = {}  # by the id of the recorded step
        recording.audits, recording.sink = self, self._pass_on

    def begin(self, opened: "OpenStep", verdict: Serve, parts: Sequence[Parts]) -> None:
        """Audit *opened*, whose function is going to be called; *parts* are those of its inputs."""
        self._running.add(opened.id)
        opened.stands_for = verdict.step
        opened.audit = Audit(self, opened, verdict, parts)

    def leave(self, step: int) -> None:
        """What was recorded under *step* can be written now."""
        self._running.discard(step)

    def can_audit(self, step: Registered) -> bool:
        """Whether a call of *step* has done its work when it returns: not so that of a generator function."""
        return not (isgeneratorfunction(step.function) or isasyncgenfunction(step.function))

    def _pass_on(self, event: Event) -> None:
        """Write *event*, unless it tells of a step below an audited one: of those the recorded ones are written."""
        match event:
            case Started(step=step, parent=parent) if parent in self._running or parent in self.hidden:
                self.hidden.add(step)
            case Started() | Finished() | Streamed() | Exchanged() | Withdrawn() if event.step in self.hidden:
                return
            case _:
                self._sink(event)


class Audit:
    """One call that is audited, until it ends."""

    __slots__ = ("_audits", "_opened", "_parts", "_undo_arguments", "_undo_places", "_verdict")

    def __init__(self, audits: Audits, opened: "OpenStep", verdict: Serve, parts: Sequence[Parts]) -> None:
        self._audits = audits
        self._opened = opened
        self._verdict = verdict
        self._parts = parts
        self._undo_arguments = undo_of(parts)
        self._undo_places = {name: _undo_of_place(opened, name) for name in opened.places}

    def end(self, fresh: Settled, error: BaseException | None) -> None:
        """Compare *fresh*, the outcome of the call, with the recorded one, and answer with that.

        Where nothing differs, the value that the call returned is as good, and the step is not answered. What *error*
        cut off, as Ctrl-C or a timeout does, is left so.
        """
        opened, audits, recorded = self._opened, self._audits, self._verdict.step
        is_cut_off = error is not None and not isinstance(error, Exception | ReplayHeld | BaseExceptionGroup)
        same_logs = {name for name in opened.places if self._is_same_log(name, fresh)}
        found = audit_differences(recorded, _with_changes_of(recorded.outcome, fresh, same_logs))
        audits.leave(opened.id)
        try:
            if is_cut_off:
                raise NotRebuildableError(f"the audit of it was cut off by {type(error).__name__}")
            self._answer(same_logs, is_same=not found)
        except NotRebuildableError as problem:
            reason = Reason.UNFINISHED if is_cut_off else Reason.OPAQUE_OUTPUT
            judgement = Judgement(Decision.RERUN, reason, str(problem), twin=recorded.id, audit=found)
            opened.write_end(fresh, judgement)
            return
        audits.found[recorded.id] = found
        if opened.id not in audits.hidden:
            judgement = structs.replace(self._verdict.judgement, audit=found)
            write_recorded(opened, self._verdict, judgement, audits.found)

    def _answer(self, same_logs: set[str], *, is_same: bool) -> None:
        """Leave everything as the recorded call left it. Raises NotRebuildableError."""
        opened, outcome = self._opened, self._verdict.step.outcome
        if not is_same:
            self._undo_arguments()
            for name, undo in self._undo_places.items():
                if name not in same_logs:
                    undo()
            recorded_answer(opened, self._verdict, self._parts, same_logs)()
            return
        opened.give(outcome)
        if isinstance(outcome, Raised):
            # Not the one that was raised now: its traceback leads through steps that are in no session.
            restored = restored_outcome(outcome, None, opened.recording.learner.keeper.live)
            opened.answer, opened.served = restored.values[-1], True

    def _is_same_log(self, name: str, fresh: Settled) -> bool:
        """Whether the call added to the log in the place *name* what the recorded one added."""
        before, recorded = self._opened.places[name], self._verdict.step
        if before.shared.is_compared or isinstance(recorded.outcome, Unfinished):
            return False
        return is_same_addition(
            (recorded.inputs.get(name), recorded.outcome.mutated.get(name)), (before.value, fresh.mutated.get(name))
        )


def _undo_of_place(opened: "OpenStep", name: str) -> Undo:
    """Return what puts back the object that is in a place now, with the content that it has now."""
    place = opened.places[name].shared.place
    held = place.read()
    undo_content = undo_of([] if held is ABSENT else [capture_parts(held, opened.recording.settings)[1]])

    def undo() -> None:
        if place.read() is not held:
            place.put_back(held)
        undo_content()

    return undo


def _with_changes_of(recorded: Outcome, fresh: Settled, names: set[str]) -> Settled:
    """Return *fresh* with what *recorded* says of the places *names*: they count as equal."""
    if not names or isinstance(recorded, Unfinished):
        return fresh
    mutated: dict[str, Value] = {name: value for name, value in fresh.mutated.items() if name not in names}
    mutated |= {name: value for name, value in recorded.mutated.items() if name in names}
    return structs.replace(fresh, mutated=mutated)
