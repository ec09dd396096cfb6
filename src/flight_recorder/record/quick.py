"""Quick: a recorded call whose values are all plain, without making what only a replay asks for.

The same questions as in `recording` and `open_step`, each answered for the most common call: nothing decides
whether it runs, its step shares no place with others, and all that goes in and comes out is plain. Whatever is not so
takes the way that is right for everything, from where it shows: at the beginning of the call, or at its end.

Where the compiled part is installed, its `Lane` (speed/calls.c) does the same for calls of which nothing has to be
found out any more: this module tells it what it found, and takes all others.
"""

from collections.abc import Callable
from sys import _getframe as frame_at  # now: a program may take it away, for a test of its own say
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from flight_recorder.codec.plain import MAX_PARTS, PlainCapture
from flight_recorder.codec.survey import Plain
from flight_recorder.codec.writer import to_bytes
from flight_recorder.compiled import compiled
from flight_recorder.interrupted import was_interrupted
from flight_recorder.journal.packing import Template
from flight_recorder.record import context
from flight_recorder.record.context import NOTHING_GIVEN, Scope, owner_here
from flight_recorder.record.entered import REPORTS_ENTERED, end_track, watch
from flight_recorder.record.failing import OWN_FOLDER
from flight_recorder.record.plain_step import PlainStep
from flight_recorder.record.registry import Registered
from flight_recorder.record.secrecy import returns_secret
from flight_recorder.record.sites import outside, site_of
from flight_recorder.record.tracks import Track

if TYPE_CHECKING:
    from types import FrameType

    from flight_recorder.journal.writer import JournalWriter
    from flight_recorder.record.open_step import OpenStep
    from flight_recorder.record.opening import SessionJournal
    from flight_recorder.record.recording import Recording

Begin = Callable[[Registered, Scope, tuple[Any, ...], dict[str, Any]], "OpenStep | None"]
Return = Callable[["OpenStep", object], None]


class _Habit:
    """What is known of the calls of one step. *names* are its parameters; None where its calls are not for here.

    *positional* are the least and the most of them that can be given by their position. *seen* is what was known of
    the program then. *templates* are by where the step is called from: the id of a code object, and the place in it.
    The code is kept, so that its id remains its own.
    """

    __slots__ = ("covered", "fingerprint", "names", "positional", "seen", "templates")

    def __init__(self, recording: "Recording", step: Registered) -> None:
        learner = recording.learner
        self.fingerprint, _ = recording.learn(step)
        self.covered = learner.covered(step)
        secrets = recording.settings.secrets
        is_usual = step.key is None and not step.ignored and not learner.may_use_places(step)
        is_usual = is_usual and not learner.hot_below(self.covered)
        names = step.parameters if is_usual and not returns_secret(step.function_name, secrets) else None
        self.names = None if names is None or (secrets and any(map(secrets.is_secret_name, names))) else names
        code = getattr(step.function, "__code__", None) if names else None
        self.positional = (0, 0) if code is None else (code.co_posonlyargcount, code.co_argcount)
        self.seen = learner.changes
        self.templates: dict[tuple[int, int], tuple[int, object]] = {}


class Quick:
    """Records the plain calls of one recording into *journal*."""

    # What the lane asks for, and is the same for all.
    scope_type, step_type = Scope, PlainStep
    nothing_given = NOTHING_GIVEN
    max_parts, own_folder = MAX_PARTS, OWN_FOLDER
    encode = staticmethod(to_bytes)
    perf_counter_ns = staticmethod(perf_counter_ns)
    owner_here = staticmethod(owner_here)
    here, context = context.here, vars(context)
    watch, track_type, running, sessions = watch, Track, watch.running, watch.sessions

    def __init__(self, recording: "Recording", journal: "SessionJournal") -> None:
        settings = recording.settings
        capture = PlainCapture(settings.secrets, settings.max_size, settings.max_depth)
        self.recording = recording
        self.guard, self.overdue = recording.guard, recording.guard.overdue
        self.learner, self.keeper = recording.learner, recording.learner.keeper
        self.harmless, self.needles = capture.harmless, capture.needles
        self.max_size, self.max_depth = capture.max_size, capture.max_depth
        self.might_hold_secret = capture.might_hold_secret
        self.began_ns = recording.began_ns
        self.begin_otherwise: Begin = recording.begin_any
        self.end_otherwise: Return = self.returned
        self.begin_track = PlainStep.begin_track if REPORTS_ENTERED else None
        self._capture = capture.capture
        self._journal = journal
        self._writer: JournalWriter | None = None
        self._habits: dict[Registered, _Habit] = {}
        self._lane = None if compiled is None else compiled.Lane(self)
        if self._lane is None:
            recording.returned = self.returned
        else:
            recording.begin, recording.returned = self._lane.begin, self._lane.returned

    def made_anew(self) -> "Quick":
        """Return what takes this one's place, when something else than before must not be written."""
        return Quick(self.recording, self._journal)

    def begin(
        self, step: Registered, caller: Scope, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> PlainStep | None:
        """Write down that a call of *step* began, if it is one for here. Raises what `begin_any` contains."""
        if step.has_variables:  # there are as many of these steps as functions were made
            return None
        recording = self.recording
        habit = self._habits.get(step)
        if habit is None or habit.seen != self.learner.changes:
            habit = self._habits[step] = _Habit(recording, step)
        names = habit.names
        if names is None:
            return None
        if kwargs or len(args) != len(names) or len(args) > habit.positional[1]:
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
        if writer is not self._writer:
            self._go_on_with(writer)
        frame = outside(frame_at(1).f_back)
        code = None if frame is None else frame.f_code
        known = habit.templates.get((id(code), -1 if frame is None else frame.f_lasti))
        template = self._template(writer, step, habit, frame) if known is None else known[0]
        id_ = recording.next_id()
        opened = PlainStep(caller, id_, branch, owner, step.is_protected, habit.covered, names, args, plain)
        writer.start(
            template, writer.branch(branch), id_, caller.id, perf_counter_ns() - recording.began_ns, plain.data
        )
        opened.begin_track(habit.covered)
        return opened

    def _go_on_with(self, writer: "JournalWriter") -> None:
        """Use *writer*, the first one or one after a fork, which numbers templates anew."""
        self._writer = writer
        for habit in self._habits.values():
            habit.templates.clear()
        if self._lane is not None:
            self._lane.use(writer)

    def _template(self, writer: "JournalWriter", step: Registered, habit: _Habit, frame: "FrameType | None") -> int:
        """Return the number of the template of calls of *step* from where *frame* stands, and remember it."""
        template = Template(
            name=step.name,
            function=step.function_name,
            names=habit.names or (),
            is_protected=step.is_protected,
            site=site_of(frame),
            fingerprint=habit.fingerprint,
        )
        number = writer.template(template)
        if frame is not None:
            code, at = frame.f_code, frame.f_lasti
            habit.templates[id(code), at] = number, code
            if self._lane is not None:
                own = step.function, habit.names, *habit.positional, step.is_protected
                self._lane.know(step, code, at, *own, habit.covered, number, habit.seen)
        return number

    def returned(self, opened: "OpenStep", value: object) -> None:
        """Write down that *opened* returned *value*."""
        if type(opened) is not PlainStep or not self._has_ended(opened, value):
            opened.returned(value)

    def _has_ended(self, opened: PlainStep, value: object) -> bool:
        """Write down that *opened* returned *value*; return False, and write nothing, if that is not for here."""
        guard = self.guard
        if guard.overdue or not guard.is_open:
            return False
        try:
            output = self._output(opened.plain, value)
            if output is None or opened.given:
                return False
            if opened.track is not None and not self.end_track(opened.track):
                return False
            self._journal.writer().end(opened.id, perf_counter_ns() - self.began_ns, output.data[1:-1])
        except Exception as error:  # noqa: BLE001  # the next line raises what is the program's own
            self.pass_over(error)
            return False
        opened.forget_arguments()
        return True

    def _output(self, inputs: Plain, value: object) -> Plain | None:
        """Return *value* if it is plain, its containers are nobody else's, and the arguments are as they were."""
        if not inputs.is_unchanged():
            return None
        output = self._capture((value,))
        if output is None or output.shares_with(inputs) or self.keeper.may_keep(output):
            return None
        return output

    @staticmethod
    def end_track(track: Track) -> bool:
        """End *track*; return whether nothing is to be said of it."""
        end_track(track)
        return not track.entered and not track.is_unsure

    @staticmethod
    def pass_over(error: Exception) -> None:
        """Raise *error* if it is the program's own; the other way meets it too, and says what is to be done then."""
        if not isinstance(error, Exception) or (type(error) is not RecursionError and was_interrupted(error)):
            raise error
