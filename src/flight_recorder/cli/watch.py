"""`flight-recorder replay --watch`: replay again whenever a file that the session depends on is saved."""

import sys
import time
from pathlib import Path

import msgspec

from flight_recorder.cli.terminal import confirm, console, ended_by_signals, print_json_line
from flight_recorder.config import Project
from flight_recorder.model.forecast import Forecast
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Returned
from flight_recorder.record.opening import new_session_id
from flight_recorder.render.as_json import replay_document
from flight_recorder.render.plan import plan_text, result_text
from flight_recorder.render.terminal import Text, line
from flight_recorder.render.watch import (
    cold_line,
    refused_line,
    try_line,
    unagreed_line,
    waiting_line,
    watching_line,
)
from flight_recorder.replay.forking import Warm, can_fork
from flight_recorder.replay.launch import Begin, Cold, Options, ReplayProcess
from flight_recorder.replay.messages import Done, Loaded, Plan, Refused, UnderWay
from flight_recorder.replay.saves import PAUSE_S, Saves
from flight_recorder.replay.sources import sources_of
from flight_recorder.store.drain import drained_session

STDERR = 2


def watch_replays(home: Path, recorded: Session, options: Options, *, yes: bool, as_json: bool) -> None:
    """Replay now, after one question unless *yes*, and again at each save, until Ctrl-C; then return."""
    watch = _Watch(home, recorded, options, yes, as_json)
    with ended_by_signals():
        try:
            watch.run()
        except KeyboardInterrupt:
            watch.say(line("Stopped watching."))
        finally:
            watch.close()


class _Try(msgspec.Struct):
    """One replay: what it was begun for, and what came of it."""

    id: str
    changed: list[str]
    began_s: float = msgspec.field(default_factory=time.perf_counter)
    error: str = ""
    refused: str = ""
    unagreed: tuple[str, ...] = ()
    is_declined: bool = False
    under_way: tuple[str, ...] = ()
    saved: list[str] = []  # meanwhile; then it is ended, and begun again
    loaded: Loaded | None = None
    replayed: Session | None = None


class _Watch:
    """The state of a watch: what is replayed next, which files are looked after, and where replays are forked."""

    def __init__(self, home: Path, recorded: Session, options: Options, yes: bool, as_json: bool) -> None:
        self._home = home
        self._base = recorded  # the session of the chain that got furthest
        self._options = options
        self._yes = yes
        self._as_json = as_json
        self._stdout = STDERR if as_json else None
        self._agreed: frozenset[str] | None = None  # protected steps that may run for the first time
        self._project = Project(recorded.launch.root)
        self._saves = Saves(sources_of(recorded))
        self._warm: Warm | None = None
        self._warming: Warm | None = None  # takes the other's place when it has imported what that lacks
        self._is_cold = not can_fork()

    def run(self) -> None:
        """Replay now and at each save; return when the user does not agree to the plan."""
        one = self._replay([])
        if one.is_declined:
            self.say(line("Nothing was run."))
            return
        self.say(watching_line(_clock(), len(self._saves.files)))
        while True:
            saved = one.saved or self._saves.wait(and_new=one.replayed is None)
            one = self._replay([self._project.relative(file) for file in saved])

    def say(self, text: Text) -> None:
        """Print *text* for a person; with --json nothing but documents is printed."""
        if not self._as_json:
            console().print(text)

    def close(self) -> None:
        """End the processes that fork, if there are any."""
        for warm in (self._warm, self._warming):
            if warm is not None:
                warm.close()
        self._warm = self._warming = None

    # One replay ---------------------------------------------------------------------------------------------------

    def _replay(self, changed: list[str]) -> _Try:
        one = _Try(new_session_id(), changed)
        begin = self._begin()
        with ReplayProcess(
            self._home, self._base.id, self._base.launch, one.id, self._options, begin=begin
        ) as process:
            try:
                self._listen(process, one)
            except BaseException:
                process.end()
                raise
        if not one.is_declined:
            self._finish(one)
        return one

    def _begin(self) -> Begin:
        """Return what starts the next replay: a fork where that is safe."""
        warming = self._warming
        if warming is not None and (warming.is_ready() or self._warm is None):  # it is further than a cold start
            unsafe = warming.unsafe()
            if unsafe:
                self.close()
                self._is_cold = True
                self.say(cold_line(_clock(), unsafe))
            else:
                if self._warm is not None:
                    self._warm.close()
                self._warm, self._warming = warming, None
        return self._warm or Cold(self._stdout, is_watched=True)

    def _listen(self, process: ReplayProcess, one: _Try) -> None:
        for message in process.messages_and_pauses(PAUSE_S):
            match message:
                case None:
                    if self._is_outdated(one) and not one.under_way:
                        process.end()
                        return
                case Plan(forecast=forecast):
                    self._decide(process, one, forecast)
                case Done(error=error):
                    one.error = error
                case Refused(why=why):
                    one.refused = why
                case Loaded(files=files):
                    one.loaded = message
                    self._saves.follow(files)
                case UnderWay(steps=steps):
                    one.under_way = steps

    def _is_outdated(self, one: _Try) -> bool:
        """Whether something was saved since the replay began."""
        saved = self._saves.look()
        if saved and one.under_way and not one.saved:
            self.say(waiting_line(_clock(), [self._project.relative(file) for file in saved], one.under_way))
        one.saved += [file for file in saved if file not in one.saved]
        return bool(one.saved) and not saved  # once the burst of saves is over

    def _decide(self, process: ReplayProcess, one: _Try, forecast: Forecast) -> None:
        """Let the replay run if it was agreed to: the first by its plan, the others unless they do what is new."""
        if self._agreed is None:
            if not self._as_json:
                console().print(plan_text(forecast, is_detailed=not self._yes))
            one.is_declined = not (self._yes or confirm("Replay now, and at each save?"))
            self._agreed = forecast.first_runs
            sys.stdout.flush()
        elif not self._yes:
            one.unagreed = tuple(sorted(forecast.first_runs - self._agreed))
        if one.is_declined or one.unagreed:
            process.stop()
        else:
            process.go()

    # What came of it ----------------------------------------------------------------------------------------------

    def _finish(self, one: _Try) -> None:
        one.replayed = drained_session(self._home, one.id)
        took_s = time.perf_counter() - one.began_s
        if not one.saved:
            self._tell(one, took_s)
        if one.replayed is not None and _furtherness(one.replayed) >= _furtherness(self._base):
            self._base = one.replayed
        if one.loaded is not None:
            self._keep_warm(one.loaded)

    def _tell(self, one: _Try, took_s: float) -> None:
        if self._as_json:
            document = replay_document(one.replayed, self._base.id, one.error or one.refused)
            print_json_line({**document, "changed": one.changed, "took_s": round(took_s, 3)})
        elif one.refused:
            self.say(refused_line(_clock(), one.changed, one.refused))
        elif one.unagreed:
            self.say(unagreed_line(_clock(), one.changed, one.unagreed))
        elif not one.changed:
            self.say(result_text(one.replayed, one.error))
        else:
            self.say(try_line(_clock(), one.changed, took_s, one.replayed, one.error))

    def _keep_warm(self, loaded: Loaded) -> None:
        """Have a process with these libraries imported; it imports them while the user is typing."""
        if self._is_cold:
            return
        latest = self._warming or self._warm
        if latest is not None:
            kept = latest.loaded
            missing = [name for name in loaded.modules if name not in set(kept.modules)]
            if not missing and loaded.environment.keys() <= kept.environment.keys():
                return
            environment = {**kept.environment, **loaded.environment}
            loaded = Loaded((*kept.modules, *missing), loaded.files, loaded.search, environment)
        if self._warming is not None:
            self._warming.close()
        self._warming = Warm(self._base.launch, loaded, self._stdout)


def _furtherness(session: Session) -> tuple[bool, int]:
    """Return how far a session got: whether to its end, and how many of its steps have an outcome to be served."""
    done = sum(isinstance(step.outcome, Returned) for step in session.steps.values())
    return session.status is Status.SUCCESS, done


def _clock() -> str:
    return time.strftime("%H:%M:%S")
