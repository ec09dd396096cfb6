"""Recording: one session while it runs. A call goes in, a verdict is asked for, events come out.

Recording is the replay of an empty session: there is one path for both, and while recording the verdict is
always "run". Nothing here raises into the user's program but what a replay means to raise there: a recorded
exception that is served, and `ReplayHeld`.
"""

from collections.abc import Callable, Sequence
from itertools import count
from sys import _getframe as _frame_at  # now: a program may take it away, for a test of its own say
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.structs import replace

from flight_recorder.codec.capture import NO_PARTS, Parts, capture, capture_named, capture_parts
from flight_recorder.codec.decode import decode
from flight_recorder.codec.identity import ids_of, shared_inputs
from flight_recorder.config import Project
from flight_recorder.errors import NotRebuildableError
from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.event import Ended, Event, Finished, Learned, Touched
from flight_recorder.model.expectation import Expectation
from flight_recorder.model.failure import Failure
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.session import Hot, Status
from flight_recorder.model.step import Call, Effect, Kind, Returned, Site, Step, Unfinished
from flight_recorder.model.value import Value
from flight_recorder.model.verdict import Answer, Hold, Run, Serve
from flight_recorder.plan.decide import hold_message
from flight_recorder.record.allowance import Allowance
from flight_recorder.record.binding import Arguments
from flight_recorder.record.context import Scope, owner_here
from flight_recorder.record.copying import started_event
from flight_recorder.record.deciding import Decide, RunEverything
from flight_recorder.record.failing import failure_of, origin_of, passed_on
from flight_recorder.record.guard import Guard
from flight_recorder.record.learning import Learner
from flight_recorder.record.making import Makings
from flight_recorder.record.open_step import OpenStep
from flight_recorder.record.places import Before, look, with_recorded_logs
from flight_recorder.record.playback import Playback
from flight_recorder.record.registry import Registered
from flight_recorder.record.secrecy import kept_expectation, kept_fingerprint, kept_judgement, returns_secret
from flight_recorder.record.served import recorded_answer, write_recorded
from flight_recorder.record.sites import site_of
from flight_recorder.record.taken import Captured, changeable
from flight_recorder.redaction import Redaction

if TYPE_CHECKING:
    from flight_recorder.record.auditing import Audits
    from flight_recorder.record.heat import Heat
    from flight_recorder.record.quick import Begin, Quick, Return

Sink = Callable[[Event], None]


class ReplayHeld(BaseException):
    """Ends a replay before a protected step. Not an Exception: the program's own handlers are not for it."""


class ReplayDiverged(ReplayHeld):
    """Ends a replay in which a stream cannot go on as the program was told; another one has to run it."""


class Recording:
    """One session while it runs."""

    def __init__(self, sink: Sink, decide: Decide, project: Project, learner: Learner, home: str = "") -> None:
        self.guard = Guard()
        self.sink = sink
        self.decide = decide
        self.project = project
        self.makings = Makings()
        self.settings = replace(learner.settings, name_opaque=self.makings.name_of)
        self.learner = learner
        self.audits: Audits | None = None  # of a replay that is audited
        self.quick: Quick | None = None  # of what is no replay; it takes the place of these two
        self.begin: Begin = self.begin_any
        self.returned: Return = _returned
        self._written: set[str] = set()  # keys of the fingerprints in the journal
        self.next_id = count(1).__next__
        self.effects: dict[int, set[Effect]] = {}  # by id of the step
        self._home = home
        self.allowance = Allowance()
        self.heats: dict[str, Heat] = {}  # of what is no step any more, by name
        self.streams: dict[int, Callable[[], None]] = {}  # what notes that a stream was left open, by id of its step
        self.began_ns = perf_counter_ns()

    @property
    def is_open(self) -> bool:
        """Whether events are still taken."""
        return self.guard.is_open

    def contained(self, write: Callable[[], None]) -> None:
        """Call *write* if events are still taken. Its failure ends the recording, and never reaches the program."""
        self.guard.contain(write)

    def is_own_file(self, path: str) -> bool:
        """Whether *path*, which is absolute if we opened it, lies where this is recorded.

        Nothing of the system's is asked: a program may have that forbidden where it must not wait.
        """
        return self._home != "" and path.startswith(self._home)

    def number_from(self, first: int) -> None:
        """Give the next steps the ids *first*, *first* + 1, …"""
        self.next_id = count(first).__next__

    def now(self) -> int:
        """Nanoseconds since the session began."""
        return perf_counter_ns() - self.began_ns

    def capture(self, value: object) -> Value:
        """Return *value* as canonical bytes; never raises."""
        return capture(value, self.settings)

    def capture_parts(self, value: object) -> tuple[Value, Parts]:
        """Return *value* as canonical bytes, with its parts; never raises."""
        return capture_parts(value, self.settings)

    def capture_named(self, name: str, value: object) -> Value:
        """Return *value* as canonical bytes, or only that it was redacted when *name* is to be kept out."""
        return capture_named(name, value, self.settings)[0]

    def failure(self, error: BaseException, step: int) -> Failure:
        """Return *error* as data, whole if it was first seen in *step*."""
        origin = origin_of(error, self, step)
        if origin is not None:
            return passed_on(error, origin, self.settings)
        return failure_of(error, self.settings, self.project.owns)

    def root_scope(self) -> Scope:
        """Return the scope in which the entry is called."""
        return Scope(self, None, (), owner_here())

    def begin_any(
        self, step: Registered, caller: Scope, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> OpenStep | None:
        """Write down that a call of *step* began, and whether it is served; None when it is not recorded.

        Raises ReplayHeld, and RecursionError where the stack is too full to decide; in a replay only.
        """
        if not self.guard.is_open:
            return None
        try:
            quick = None if step.is_block or step.is_boundary else self.quick
            before_ns = 0 if step.heat is None else perf_counter_ns()
            plain = None if quick is None else quick.begin(step, caller, args, kwargs)
            if plain is not None or step.heat is None:
                return plain or self._begin(step, caller, args, kwargs)
            opened = self._begin(step, caller, args, kwargs)
            self.allowance.began(opened, step.heat, before_ns)
            return opened
        except RecursionError:
            if not isinstance(self.decide, RunEverything):
                raise  # a call of the program's own would raise it next; nothing may run undecided
            return None
        except Exception as error:  # contained: the user's program must not notice
            if was_interrupted(error):
                raise
            self.guard.trip(error)
            return None

    def _begin(self, step: Registered, caller: Scope, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenStep:
        owner = owner_here()
        branch = caller.branch_here(owner)
        arguments = step.bind(args, kwargs)
        fingerprint_key, fingerprint = ("", None) if step.is_boundary else self.learn(step)
        inputs, parts = self._capture_inputs(step, arguments)
        places = {} if step.is_boundary else self._look_at_places(step, inputs, parts)
        ids = {name: ids_of(part) for name, part in parts.items()}
        key = self._key(step, args, kwargs)
        call = Call(
            name=step.name,
            function=step.function_name,
            parent=caller.id,
            inputs=inputs,
            ignored=step.ignored | {name for name, one in places.items() if not one.shared.is_compared},
            key=key,
            branch=branch,
            is_protected=step.is_protected,
            kind=_kind(step),
            fingerprint=fingerprint_key,
            shared=shared_inputs([id for one in ids.values() for id in one]),
        )
        id = self.next_id()
        captured = Captured(inputs, ids, changeable(arguments, step.ignored), step.is_protected)
        opened = OpenStep(caller, id, branch, owner, captured)
        opened.places = places
        opened.returns_secret = returns_secret(step.function_name, self.settings.secrets)
        verdict = self.decide(id, call, fingerprint)
        site = site_of(_frame_at(1).f_back)
        match verdict:
            case Run():
                opened.stands_for = verdict.stands_for
                self._started(opened.id, call, site, verdict.judgement)
            case Serve(step=recorded) if recorded.stream is not None:
                self._started(id, call, site, verdict.judgement)
                self._touched(id, recorded)
                calls_steps = fingerprint is not None and bool(fingerprint.steps)
                opened.playback = Playback(verdict, list(parts.values()), self.capture_parts, calls_steps=calls_steps)
                opened.served, opened.stands_for = True, recorded
            case Serve():
                self._serve(opened, call, site, verdict, list(parts.values()))
            case Answer():
                self._answer(opened, call, site, verdict)
            case Hold():
                self._hold(opened, call, site, verdict.detail)
        if step.is_boundary:
            opened.origin = None  # of a failure: that is the step which asks
        elif opened.playback is not None:
            opened.covered = self.learner.covered(step)
        elif not opened.served:
            opened.begin_track(self.learner.covered(step))
        return opened

    def _key(self, step: Registered, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Value | None:
        return None if step.key is None else self.capture(step.key(*args, **kwargs))

    def learn(self, step: Registered) -> tuple[str, Fingerprint]:
        """Return the key and fingerprint of *step*, written to the journal when they are new there."""
        if step.is_marked:
            self.learner.look_around()
        key, fingerprint = self.learner.learn(step)
        self.write_learned(key, fingerprint)
        return ("" if key == step.name else key), fingerprint

    def learned_as(self, name: str, fingerprint: Fingerprint) -> str:
        """Return the key of *fingerprint*, which a step called *name* was recorded with, in the journal of now."""
        key = self.learner.key_of(name, fingerprint)
        self.write_learned(key, fingerprint)
        return key

    def keep_out(self, redaction: Redaction) -> None:
        """Write nothing of what *redaction* tells, from now on: a recorder was made while the session runs."""
        secrets = self.settings.secrets
        if secrets is not None:
            secrets.extend(redaction.names, redaction.patterns, redaction.maskers)
        if self.quick is not None:
            self.quick = self.quick.made_anew()

    def demote(self, step: Registered, heat: "Heat") -> None:
        """Make the function of *step* no step any more: it is hot."""
        self.heats[step.name] = heat
        if not step.is_boundary:
            self.learner.demote(step)

    def write_learned(self, key: str, fingerprint: Fingerprint) -> None:
        """Write *fingerprint* to the journal unless it is there."""
        if key not in self._written:
            self._written.add(key)
            self.sink(Learned(key, kept_fingerprint(fingerprint, self.settings.secrets)))

    def _capture_inputs(self, step: Registered, arguments: Arguments) -> tuple[dict[str, Value], dict[str, Parts]]:
        """Return the arguments as values, and the parts of those that are compared."""
        inputs: dict[str, Value] = {}
        parts: dict[str, Parts] = {}
        for name, argument in arguments.items():
            inputs[name], parts[name] = capture_named(name, argument, self.settings)
            if name in step.ignored:
                parts[name] = NO_PARTS
        return inputs, parts

    def _look_at_places(
        self, step: Registered, inputs: dict[str, Value], parts: dict[str, Parts]
    ) -> dict[str, Before]:
        """Return what is in the places that *step* shares with others, by label, and add it to its inputs."""
        found: dict[str, Before] = {}
        for shared in self.learner.places(step, inputs.values()):
            label = shared.place.label
            seen = look(shared, self.settings)
            if seen is None or label in inputs:
                continue
            found[label] = before = seen[0]
            if before.value is not None:
                inputs[label], parts[label] = before.value, seen[1] if shared.is_compared else NO_PARTS
        return found

    def _answer(self, opened: OpenStep, call: Call, site: Site | None, verdict: Answer) -> None:
        """Answer with what the user gave; hold when no object can be made of it: nothing else was asked for."""
        try:
            opened.answer, opened.served = decode(verdict.value), True
        except NotRebuildableError as problem:
            self._hold(opened, call, site, f"step {call.name!r} cannot be {verdict.judgement.detail}: {problem}.")
        self._started(opened.id, call, site, verdict.judgement)
        opened.give(Returned(verdict.value))
        # Captured again: what the user gave may hold a secret, and was for the program alone.
        self.sink(Finished(opened.id, self.now(), Returned(self.capture(opened.answer))))

    def _hold(self, opened: OpenStep, call: Call, site: Site | None, detail: str) -> NoReturn:
        self._started(opened.id, call, site, Judgement(Decision.PROTECTED, Reason.HELD, detail))
        raise ReplayHeld(detail)

    def _serve(self, opened: OpenStep, call: Call, site: Site | None, verdict: Serve, parts: Sequence[Parts]) -> None:
        """Answer from the recording; run after all when the recorded outcome has no object any more."""
        outcome = verdict.step.outcome
        try:
            answer = recorded_answer(opened, verdict, parts)
        except NotRebuildableError as problem:
            if call.is_protected:
                self._hold(opened, call, site, hold_message(call, f"cannot be answered: {problem}"))
            self.decide.withdraw(verdict.step)
            opened.stands_for = verdict.step
            is_of_input = not isinstance(outcome, Unfinished) and bool(outcome.mutated)
            reason = Reason.MUTATED_INPUT if is_of_input else Reason.OPAQUE_OUTPUT
            judgement = Judgement(Decision.RERUN, reason, str(problem), twin=verdict.step.id)
            self._started(opened.id, call, site, judgement)
            return
        audits = self.audits if verdict.is_audited else None
        if audits is None:
            answer()
        self._started(opened.id, with_recorded_logs(call, opened.places, verdict.step), site, verdict.judgement)
        self._touched(opened.id, verdict.step)
        if audits is None:
            write_recorded(opened, verdict, self.sink)
        else:
            audits.begin(opened, verdict, parts)

    def entered_again(self, step: Step) -> tuple[str, ...]:
        """Return the keys that the functions which the recorded *step* entered have now, written to the journal."""
        found = dict(learned for key in step.entered for learned in self.learner.seen.same_again(key))
        for key, fingerprint in found.items():
            self.write_learned(key, fingerprint)
        return tuple(found)

    def _started(self, id: int, call: Call, site: Site | None, judgement: Judgement | None) -> None:
        kept = kept_judgement(judgement, self.settings.secrets)
        self.sink(started_event(id, call, call.parent, self.now(), site, kept))

    def _touched(self, id: int, recorded: Step) -> None:
        """Write that the step *id* is served for what the *recorded* one did outside, too."""
        for effect in recorded.effects:
            self.sink(Touched(id, effect))

    def end(self, status: Status, unmet: Expectation | None = None) -> None:
        """Write the end of the session, and take no further events."""
        if not self.guard.is_open:
            return
        try:
            for leave_open in list(self.streams.values()):
                leave_open()
            hot = tuple(Hot(name, heat.calls, heat.ns) for name, heat in self.heats.items())
            self.sink(Ended(self.now(), status, kept_expectation(unmet, self.settings.secrets), hot))
        except Exception as error:  # contained: the user's program must not notice
            if was_interrupted(error):
                raise
            self.guard.trip(error)
        self.guard.is_open = False


def _kind(step: Registered) -> Kind:
    return Kind.BOUNDARY if step.is_boundary else Kind.BLOCK if step.is_block else Kind.FUNCTION


def _returned(opened: OpenStep, value: object) -> None:
    opened.returned(value)
