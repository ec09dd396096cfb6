"""Auditing: the function of a step that is served is called as well, and compared with the recording.

Nothing of that call stays. The program goes on with what was recorded, and so does the new session, which is that of
a replay without an audit but for what was found. Only where all is equal the program keeps what the call gave and
changed: nothing could be told apart, and other tasks may be at work on the same objects. See
docs/decisions/0015-audit.md.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from flight_recorder.codec.capture import Parts, capture_parts
from flight_recorder.codec.refill import undo_of
from flight_recorder.errors import NotRebuildableError
from flight_recorder.fingerprint.attributes import ABSENT
from flight_recorder.model.difference import Difference
from flight_recorder.model.event import Event, Exchanged, Finished, Started, Streamed, Touched, Withdrawn
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.step import Outcome, Raised, Settled, Unfinished
from flight_recorder.model.value import Value
from flight_recorder.model.verdict import Serve
from flight_recorder.plan.audit import audit_differences
from flight_recorder.record.places import is_same_addition
from flight_recorder.record.recording import Recording, ReplayHeld
from flight_recorder.record.restoring import restored_outcome
from flight_recorder.record.served import recorded_answer, write_recorded

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep

Undo = Callable[[], None]
Found = tuple[Difference, ...]


class Audits:
    """The audits of one recording: what they found, and what they keep out of sight."""

    def __init__(self, recording: Recording) -> None:
        self._sink = recording.sink
        # Both for good: a thread or task that a call left behind goes on calling steps.
        self._audited: set[int] = set()
        self._hidden: set[int] = set()  # steps that were called below an audited one
        self._found: dict[int, Found] = {}  # of those, by the id of the recorded step
        recording.audits, recording.sink = self, self._pass_on

    def begin(self, opened: "OpenStep", verdict: Serve, parts: Sequence[Parts]) -> None:
        """Audit *opened*, whose function is going to be called; *parts* are those of its inputs."""
        self._audited.add(opened.id)
        opened.stands_for = verdict.step
        opened.audit = Audit(self, opened, verdict, parts)

    def write_recorded(self, opened: "OpenStep", verdict: Serve, found: Found) -> None:
        """Write what was recorded of *opened* and under it, with what was *found*; if it is in sight."""
        if opened.id in self._hidden:
            self._keep(verdict, found)
        else:
            judgement = structs.replace(verdict.judgement, audit=found)
            write_recorded(opened, verdict, self._sink, judgement, self._found)

    def write_ran(self, opened: "OpenStep", verdict: Serve, fresh: Settled, judgement: Judgement) -> None:
        """Write that *opened* ran and could not be answered; if it is in sight."""
        if judgement.audit is not None and opened.id in self._hidden:
            self._keep(verdict, judgement.audit)
        opened.write_end(fresh, judgement)

    def _keep(self, verdict: Serve, found: Found) -> None:
        self._found[verdict.step.id] = self._found.get(verdict.step.id) or found  # one record may answer equal calls

    def _pass_on(self, event: Event) -> None:
        """Write *event*, unless it tells of a step below an audited one: of those the recorded ones are written."""
        match event:
            case Started(step=step, parent=parent) if parent in self._audited or parent in self._hidden:
                self._hidden.add(step)
            case Started() | Finished() | Streamed() | Exchanged() | Touched() | Withdrawn() if (
                event.step in self._hidden
            ):
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
        opened, recorded = self._opened, self._verdict.step
        same_logs = {name for name in opened.places if self._is_same_log(name, fresh)}
        found = audit_differences(recorded, _with_changes_of(recorded.outcome, fresh, same_logs))
        if error is not None and not isinstance(error, Exception | ReplayHeld | BaseExceptionGroup):
            # What differs then says nothing of the step.
            detail = f"called again, and ended by {type(error).__name__}"
            self._ran(fresh, Reason.CUT_OFF, detail, None if found else found)
            return
        try:
            self._answer(same_logs, is_same=not found)
        except NotRebuildableError as problem:
            self._ran(fresh, Reason.OPAQUE_OUTPUT, str(problem), found)
            return
        opened.leave_track()
        self._audits.write_recorded(opened, self._verdict, found)

    def _ran(self, fresh: Settled, reason: Reason, detail: str, found: Found | None) -> None:
        judgement = Judgement(Decision.RERUN, reason, detail, twin=self._verdict.step.id, audit=found)
        self._audits.write_ran(self._opened, self._verdict, fresh, judgement)

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
        assert not isinstance(outcome, Unfinished)  # nothing could have been answered with it
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
