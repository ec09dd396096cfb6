"""Deciding: what a recording asks before each call."""

from typing import Protocol

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.step import Call, Step
from flight_recorder.model.verdict import Run, Verdict


class Decide(Protocol):
    """What answers each call: a replay's rule, or, while recording, `RunEverything`."""

    def __call__(self, id: int, call: Call, fingerprint: Fingerprint | None, /) -> Verdict:
        """Return the verdict on *call*, which is going to be the step *id*."""

    def withdraw(self, step: Step, /) -> None:
        """Take back that *step* was served: its outcome could not be rebuilt."""


class RunEverything:
    """The verdict while recording."""

    _run = Run()

    def __call__(self, _id: int, _call: Call, _fingerprint: Fingerprint | None, /) -> Verdict:
        """Run it."""
        return self._run

    def withdraw(self, _step: Step, /) -> None:
        """Nothing is ever served."""
