"""Experimenting: one experiment in a process of its own, until it has ended or its time is up."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from flight_recorder.diagnose.experiment import Change, Experiment, Ran, Result
from flight_recorder.diagnose.judging import judged
from flight_recorder.model.session import Session
from flight_recorder.model.value import Value
from flight_recorder.plan.budget import Budget, spent
from flight_recorder.plan.override import Override
from flight_recorder.record.opening import new_session_id
from flight_recorder.replay.launch import Cold, Options, ReplayProcess
from flight_recorder.replay.messages import Done, Plan, Refused
from flight_recorder.store.drain import drained_session

PAUSE_S = 0.1

_TIME_UP = "its time was up"
_NOT_REACHED = "the program did not come to the session"

Tick = Callable[[float], None]
"""Called every now and then with the seconds that an experiment has taken so far."""


class Laboratory(msgspec.Struct, frozen=True):
    """Where experiments on *failed* are made: the store in *home*; *tick* is told of the time."""

    home: Path
    failed: Session
    tick: Tick

    def run(self, experiment: Experiment, budget: Budget, limit_s: float) -> tuple[Ran, int]:
        """Make *experiment*; return what came of it, and how many steps of *budget* it took.

        What the program prints goes nowhere. It is ended after *limit_s* seconds, and by Ctrl-C.
        """
        id = new_session_id()
        began = time.perf_counter()
        why = self._replay(id, self._options(experiment, budget), began + limit_s)
        replayed = drained_session(self.home, id)
        seconds = time.perf_counter() - began
        if replayed is None:
            return Ran(experiment, Result.UNCLEAR, "", why or _NOT_REACHED, seconds), 0
        result, doubt = judged(self.failed, experiment, replayed)
        if why == _TIME_UP:  # whatever the program made of being ended
            result, doubt = Result.UNCLEAR, why
        return Ran(experiment, result, id, doubt, seconds), spent(budget, replayed)

    def _options(self, experiment: Experiment, budget: Budget) -> Options:
        forced = experiment.steps if experiment.change is Change.SAME_CODE else ()
        return Options(forced, overrides=self._overrides(experiment), budget=budget, old_code=experiment.old_code)

    def _overrides(self, experiment: Experiment) -> dict[str, Override]:
        by_name: dict[str, dict[int, Value]] = {}
        for id, value in experiment.answers.items():
            by_name.setdefault(self.failed.steps[id].name, {})[id] = value
        return {name: Override(None, values) for name, values in by_name.items()}

    def _replay(self, id: str, options: Options, end_s: float) -> str:
        """Let the process run; return why it did not make a session, or come to its end, as far as it is known."""
        nowhere = subprocess.DEVNULL
        begin = Cold(nowhere, is_watched=True, stderr=nowhere)
        began = time.perf_counter()
        why = ""
        with ReplayProcess(self.home, self.failed.id, self.failed.launch, id, options, begin=begin) as process:
            try:
                for message in process.messages_and_pauses(PAUSE_S):
                    match message:
                        case Plan():
                            process.go()
                        case Refused(why=why) | Done(error=why):
                            pass
                    self.tick(time.perf_counter() - began)
                    if time.perf_counter() > end_s:
                        process.end()
                        return _TIME_UP
                process.leave()
            except BaseException:
                process.end()
                raise
        return why
