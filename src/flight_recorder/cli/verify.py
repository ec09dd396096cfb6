"""Verify: the experiments of `flight-recorder debug --verify`, one after the other, within budget and time."""

import time
from pathlib import Path

import msgspec
from msgspec import structs

from flight_recorder.cli.progress import Progress
from flight_recorder.cli.terminal import ended_by_signals
from flight_recorder.diagnose.experiment import Conclusion, Experiment, Investigation, Ran, Result, Verification
from flight_recorder.diagnose.findings import Diagnosis
from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.session import Session, Status
from flight_recorder.plan.budget import Budget
from flight_recorder.render.verified import doing_text
from flight_recorder.replay.experimenting import Laboratory
from flight_recorder.replay.refusing import check_replayable, check_startable

DEFAULT_STEPS = 30

_INTERRUPTED = "interrupted"
_NO_TIME = "the time is up; --timeout S gives more"


class Limits(msgspec.Struct, frozen=True):
    """*steps* is what the user named as the budget; None: the default, and no step that leaves the program."""

    steps: int | None
    seconds: float


def verify(home: Path, diagnosis: Diagnosis, investigation: Investigation, limits: Limits) -> Verification:
    """Make the experiments that *investigation* asks for. Ctrl-C ends them, and what is known by then is returned."""
    failed, failing = diagnosis.session, diagnosis.failure
    why = _why_not(diagnosis) if failing is not None else "nothing failed in a step"
    if why or failing is None:
        return Verification((), Conclusion(), why)
    budget = Budget(
        DEFAULT_STEPS if limits.steps is None else limits.steps,
        limits.steps is not None,
        failing.id,
        frozenset(step.id for step in failed.ancestors(failing)),
    )
    return _Series(home, failed, budget, limits.seconds).carry_out(investigation)


def _why_not(diagnosis: Diagnosis) -> str:
    """Return why no experiment can be made on the session of *diagnosis*; "" when some can."""
    failed = diagnosis.session
    if diagnosis.wrong is not None:
        return "nothing was raised: experiments look whether an exception is gone, and not yet at a wrong result"
    if failed.status is not Status.FAILED:
        return f"the session is {failed.status}: only one that failed can be run again to see whether it does"
    if failed.is_overridden:
        return "a value in the session was put in by hand"
    try:
        check_startable(failed.id, failed.launch)
        check_replayable(failed)
    except ReplayRefusedError as refused:
        return str(refused)
    return ""


class _Series:
    """The experiments on one session, with what is left of budget and time."""

    def __init__(self, home: Path, failed: Session, budget: Budget, seconds: float) -> None:
        self._laboratory = Laboratory(home, failed, self._tick)
        self._budget = budget
        self._end_s = time.perf_counter() + seconds
        self._ran: list[Ran] = []
        self._stopped = ""
        self._progress = Progress("Experiment")
        self._doing = ""

    def carry_out(self, investigation: Investigation) -> Verification:
        """Make each experiment, and say what came of it, until the investigation has its conclusion."""
        try:
            experiment = next(investigation)
            while True:
                experiment = investigation.send(self._made(experiment))
        except StopIteration as end:
            return Verification(tuple(self._ran), end.value, self._stopped)

    def _made(self, experiment: Experiment) -> Ran:
        """Make *experiment*; when they were stopped, it is unclear: a conclusion is drawn from what is known."""
        left_s = self._end_s - time.perf_counter()
        if not self._stopped and left_s <= 0:
            self._stopped = _NO_TIME
        if self._stopped:
            return Ran(experiment, Result.UNCLEAR)
        self._doing = doing_text(experiment)
        try:
            with ended_by_signals():
                ran, spent = self._laboratory.run(experiment, self._budget, left_s)
        except KeyboardInterrupt:
            self._stopped = _INTERRUPTED
            return Ran(experiment, Result.UNCLEAR)
        finally:
            self._progress.end()
        self._budget = structs.replace(self._budget, steps=self._budget.steps - spent)
        self._ran.append(ran)
        return ran

    def _tick(self, seconds: float) -> None:
        self._progress(f"{self._doing} … {seconds:.0f} s")
