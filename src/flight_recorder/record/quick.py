"""Quick: a recorded call whose values are all plain, without making what only a replay asks for.

The same questions as in `recording` and `open_step`, each answered for the most common call: nothing decides
whether it runs, its step shares no place with others, and all that goes in and comes out is plain. Whatever is not so
takes the way that is right for everything, from where it shows: at the beginning of the call, or at its end.
"""

from sys import _getframe as frame_at  # now: a program may take it away, for a test of its own say
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from flight_recorder.codec.plain import Plain, PlainCapture
from flight_recorder.interrupted import was_interrupted
from flight_recorder.journal.packing import Template
from flight_recorder.record.context import Scope, owner_here
from flight_recorder.record.entered import end_track
from flight_recorder.record.failing import OWN_FOLDER
from flight_recorder.record.open_step import OpenStep
from flight_recorder.record.registry import Registered
from flight_recorder.record.secrecy import returns_secret
from flight_recorder.record.sites import site_of
from flight_recorder.record.taken import PlainTaken

if TYPE_CHECKING:
    from types import FrameType

    from flight_recorder.journal.writer import JournalWriter
    from flight_recorder.record.opening import SessionJournal
    from flight_recorder.record.recording import Recording


class _Habit:
    """What is known of the calls of one step. *names* are its parameters; None where its calls are not for here.

    *seen* is what was known of the program then.
    """

    __slots__ = ("covered", "fingerprint", "names", "seen")

    def __init__(self, recording: "Recording", step: Registered) -> None:
        learner = recording.learner
        self.fingerprint, _ = recording.learn(step)
        self.covered = learner.covered(step)
        secrets = recording.settings.secrets
        is_usual = step.key is None and not step.ignored and not learner.may_use_places(step)
        names = step.parameters if is_usual and not returns_secret(step.function_name, secrets) else None
        self.names = None if names is None or (secrets and any(map(secrets.is_secret_name, names))) else names
        self.seen = learner.changes


class Quick:
    """Records the plain calls of one recording into *journal*."""

    def __init__(self, recording: "Recording", journal: "SessionJournal") -> None:
        settings = recording.settings
        self._recording = recording
        self._journal = journal
        self._capture = PlainCapture(settings.secrets, settings.max_size, settings.max_depth).capture
        self._habits: dict[Registered, _Habit] = {}

    def begin(
        self, step: Registered, caller: Scope, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> OpenStep | None:
        """Write down that a call of *step* began, if it is one for here. Raises as `Recording.begin` contains it."""
        recording = self._recording
        habit = self._habits.get(step)
        if habit is None or habit.seen != recording.learner.changes:
            habit = self._habits[step] = _Habit(recording, step)
        names = habit.names
        if names is None:
            return None
        if kwargs or len(args) != len(names):
            arguments = step.bind(args, kwargs)
            args = tuple(arguments.values())
            if tuple(arguments) != names:  # they do not fit, and the call is about to raise
                return None
        plain = self._capture(args)
        if plain is None:
            return None
        owner = owner_here()
        branch = caller.branch if owner == caller.owner else caller.branch_here(owner)
        writer = self._journal.writer()
        template = self._template(writer, step, habit, frame_at(2).f_back)  # the wrapper's caller, if any
        id = recording.next_id()
        scope = Scope(recording, id, branch, owner)
        taken = PlainTaken(self, names, args, plain)
        opened = OpenStep(recording, id, scope, caller, taken, is_protected=step.is_protected)
        writer.start(
            template, writer.branch(branch), id, caller.step, perf_counter_ns() - recording.began_ns, plain.data
        )
        opened.begin_track(habit.covered)
        return opened

    def _template(self, writer: "JournalWriter", step: Registered, habit: _Habit, frame: "FrameType | None") -> int:
        """Return the number of the template of calls of *step* from where *frame* stands."""
        code = None if frame is None else frame.f_code
        place = (step, id(code), -1 if frame is None else frame.f_lasti)
        known: tuple[int, object] | None = writer.places.get(place)
        if known is not None:
            return known[0]
        template = Template(
            name=step.name,
            function=step.function_name,
            names=habit.names or (),
            is_protected=step.is_protected,
            site=site_of(frame),
            fingerprint=habit.fingerprint,
        )
        number = writer.template(template)
        if code is None or not code.co_filename.startswith(OWN_FOLDER):  # else the place of the call lies further up
            writer.places[place] = number, code  # kept, so that its id remains its own
        return number

    def end(self, opened: OpenStep, plain: Plain, value: object) -> bool:
        """Write down that *opened* returned *value*; return False, and write nothing, if that is not for here."""
        recording = self._recording
        guard = recording.guard
        if guard.overdue or not guard.is_open:
            return False
        try:
            output = self._output(plain, value)
            scope = opened.scope
            if output is None or scope.given:
                return False
            track = scope.track
            if track is not None:
                end_track(track)
                if track.entered or track.is_unsure:
                    return False
            self._journal.writer().end(opened.id, perf_counter_ns() - recording.began_ns, output.data[1:-1])
        except Exception as error:  # the other way meets it too, and says what is to be done then
            if type(error) is not RecursionError and was_interrupted(error):
                raise
            return False
        return True

    def _output(self, plain: Plain, value: object) -> Plain | None:
        """Return *value* if it is plain, its containers are nobody else's, and the arguments are as they were."""
        if not plain.survey.is_unchanged():
            return None
        output = self._capture((value,))
        if output is None or output.survey.shares_with(plain.survey):
            return None
        return None if self._recording.learner.keeper.may_keep(output.survey) else output
