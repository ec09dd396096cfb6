"""Server: takes the place of what begins sessions, in the process that replays.

The chosen session is replayed: its calls are put to a decider. Other sessions that the program began in the
recorded process are answered whole from their recordings, and the program ends where it would begin one that
was not recorded.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from flight_recorder.config import Config, Project
from flight_recorder.diagnose.diagnosis import diagnose
from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.event import Event
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.forecast import Forecast
from flight_recorder.model.judgement import Decision, Judgement
from flight_recorder.model.session import Mode, Session
from flight_recorder.model.step import Call, Unfinished
from flight_recorder.model.verdict import Serve, Verdict
from flight_recorder.plan.audit import Auditor
from flight_recorder.plan.budget import Budget
from flight_recorder.plan.decide import Decider, Wishes
from flight_recorder.plan.forecast import forecast
from flight_recorder.plan.validity import Validity
from flight_recorder.record.auditing import Audits
from flight_recorder.record.deciding import Decide
from flight_recorder.record.launching import launch_here
from flight_recorder.record.learning import Learner
from flight_recorder.record.opening import Lineage, OpenSession, begin_session
from flight_recorder.record.recording import Recording
from flight_recorder.record.registry import Registered, all_steps
from flight_recorder.record.secrecy import secrets_of
from flight_recorder.replay.asking import AskedWhenLoaded, OneAtATime
from flight_recorder.replay.putting_back import put_back, put_back_as_made
from flight_recorder.replay.recordings import Recordings
from flight_recorder.replay.spending import Spending

Agree = Callable[[Forecast], None]
"""Shows the plan, and returns when the user agreed; ends the process when not."""


EXIT_HELD = 3


class Experimenting(msgspec.Struct, frozen=True):
    """What makes a replay an experiment: the code that is put back, by step, and what may run."""

    old_code: Mapping[str, Fingerprint]
    budget: Budget


class Way(msgspec.Struct, frozen=True):
    """How a session is replayed. With *is_audit* the functions of served steps are called as well, and compared."""

    wishes: Wishes
    agree: Agree
    is_audit: bool = False
    experiment: Experimenting | None = None


class ProgramStopped(SystemExit):
    """Ends the program before a session that is not to be replayed."""


class ReplayServer:
    """Begins the sessions of a process that replays *session*.

    *recordings* are the sessions that belong to it; *home* is where they lie. *unit* tells the part of the program
    that runs, *replay* is the id of the session that is made, and *way* how.
    """

    def __init__(
        self,
        home: Path,
        session: Session,
        recordings: Recordings,
        unit: Callable[[], str],
        replay: str,
        way: Way,
    ) -> None:
        self._home = home
        self._session = session
        self._recordings = recordings
        self._unit = unit
        self.replay = replay
        self._way = way
        self.stopped_before = ""  # the entry of a session that was not recorded
        self._opened: OpenSession | None = None  # the replay, once it has begun
        self._check_put_back: Callable[[], None] = _nothing
        self.refused = ""  # why what was asked for cannot be done, which only showed at the entry

    def __call__(self, config: Config, entry: Registered, mode: Mode) -> OpenSession | None:
        """Begin the next session of the program: replayed, answered, or the end of the program."""
        # As recorded: what counts as the project's code must not depend on where the command was called.
        config = replace(config, home=self._home, project=Project(self._session.launch.root))
        id = self._recordings.next(self._unit(), entry.name)
        if self._recordings.is_chosen(id):
            return self._begin(config, entry)
        if id is None:
            self.stopped_before = entry.name
            raise ProgramStopped(0)
        if mode is Mode.TRACE:  # what a traced block did is not served: it runs, unrecorded
            return None
        return _answered(config, entry, self._recordings.load(id))

    def discard(self) -> None:
        """Leave nothing of the replay behind: the user did not agree to it, or it cannot be as it was asked for."""
        if self._opened is not None:
            self._opened.discard()

    def _begin(self, config: Config, entry: Registered) -> OpenSession:
        experiment = self._way.experiment
        if experiment is not None:
            self._put_back(entry, experiment.old_code)
        learner = Learner(config.project, secrets_of(config))
        decider, asking = self._decider_of(entry, learner)
        is_overridden = bool(self._way.wishes.overrides)
        lineage = Lineage(self.replay, self._session.id, is_overridden, launch_here(self._session.launch))
        if experiment is not None:
            spending = OneAtATime(asking(Spending(decider, experiment.budget)))
            opened = self._opened = begin_session(config, entry, Mode.EXPERIMENT, learner, spending, lineage)
            opened.after = _stop_program
            return opened
        decide = OneAtATime(asking(Auditor(decider) if self._way.is_audit else decider))
        opened = self._opened = begin_session(config, entry, Mode.REPLAY, learner, decide, lineage)
        if self._way.is_audit:
            Audits(opened.recording)
        return opened

    def _decider_of(self, entry: Registered, learner: Learner) -> tuple[Decider, Callable[[Decide], Decide]]:
        """Return what answers the calls, and what makes of it what asks before the first of them.

        Where the program is there already, the user has agreed to the plan then.
        """
        plan = Forecast(())
        decider = Decider(
            self._session,
            learner.named,
            self._way.wishes,
            lambda: self._recordings.relatives,
            lambda: plan.first_runs,
        )

        def agree() -> None:
            nonlocal plan
            self._or_refused(self._check_put_back)
            learner.learn_all()
            plan = self._plan(entry, learner, decider.validity)
            self._way.agree(plan)

        if entry.is_block and len(self._session.steps) > 1:
            return decider, lambda decide: AskedWhenLoaded(decide, agree)
        learner.learn(entry)
        agree()
        return decider, lambda decide: decide

    def _plan(self, entry: Registered, learner: Learner, validity: Validity) -> Forecast:
        first: set[str] = set()
        protected = {step.name for step in all_steps() if step.is_protected}
        if protected and not self._is_experiment:  # nobody agrees to the plan of an experiment
            # What the chain did matters for protected steps alone; without any it need not be read.
            called = _called((self._session, *self._recordings.relatives))
            # What stands outside of functions may call any of them.
            reachable = protected if entry.is_block else _reachable(entry, learner)
            first = protected & (reachable - called)
        return forecast(self._session, validity, self._way.wishes, self._root_cause(validity), first)

    @property
    def _is_experiment(self) -> bool:
        return self._way.experiment is not None

    def _put_back(self, entry: Registered, old_code: Mapping[str, Fingerprint]) -> None:
        if entry.is_block:  # whose functions are not there, or no steps yet
            self._check_put_back = put_back_as_made(old_code)
        else:
            self._or_refused(lambda: put_back(old_code))

    def _or_refused(self, put: Callable[[], None]) -> None:
        try:
            put()
        except ReplayRefusedError as problem:
            self.refused = str(problem)
            self.discard()
            raise ProgramStopped(0) from problem  # which the program's own handlers are not for

    def _root_cause(self, validity: Validity) -> int | None:
        """Return the step that diagnosis blames; None where the plan has nothing to say of it: no code changed."""
        if self._is_experiment or not any(map(validity.code_change, self._session.steps.values())):
            return None
        blamed = diagnose(self._session).root_cause
        return blamed.step if blamed else None


def _nothing() -> None:
    """Nothing was to be put back."""


def _stop_program() -> None:
    """End the program with the session of an experiment: what follows it did not run in the failed one either."""
    raise ProgramStopped(0)


def _called(sessions: Iterable[Session]) -> set[str]:
    return {step.name for session in sessions for step in session.steps.values() if step.is_genuine}


def _reachable(entry: Registered, learner: Learner) -> set[str]:
    found: set[str] = set()
    waiting = [entry.name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [step for fingerprint in learner.named(name) for step in fingerprint.steps]
    return found


class _NoJournal:
    """Stands for the journal of a session that is answered, and leaves no record."""

    is_in_child = False

    def append(self, event: Event) -> None:
        """Let *event* go."""

    def is_intact(self) -> bool:
        """Nothing can be lost."""
        return True

    def close(self) -> None:
        """Nothing is open."""

    def delete(self) -> None:
        """There is nothing to delete."""


def _answered(config: Config, entry: Registered, session: Session) -> OpenSession:
    """Return a session whose entry is answered from *session*, and which is not recorded again.

    Where the entry's outcome has no exact object its function runs, and its calls are answered by the usual rule.
    """
    learner = Learner(config.project, secrets_of(config))
    learner.learn(entry)
    learner.learn_all()
    journal = _NoJournal()
    decide = _WholeAnswer(session, Decider(session, learner.named, Wishes()))
    return OpenSession(session.id, Recording(journal.append, decide, config.project, learner), journal)


class _WholeAnswer:
    """Answers the entry from *session* if it ended; what is called without that by the usual rule."""

    def __init__(self, session: Session, decider: Decider) -> None:
        self._session = session
        self._decider = decider
        self.withdraw = decider.withdraw

    def __call__(self, id: int, call: Call, fingerprint: Fingerprint | None) -> Verdict:
        root = self._session.root
        if call.parent is None and root is not None and not isinstance(root.outcome, Unfinished):
            under = tuple(self._session.under(root))
            return Serve(root, under, Judgement(Decision.CACHED), self._session.fingerprints)
        return self._decider(id, call, fingerprint)
