"""Asking: deciders around a decider, which say when and in what order it is asked."""

from collections.abc import Callable
from threading import Lock

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.step import Call, Kind, Step
from flight_recorder.model.verdict import Verdict
from flight_recorder.record.deciding import Decide
from flight_recorder.record.stacks import is_importing


class OneAtATime:
    """Puts the calls of all threads to a decider, one after the other: no record answers two of them."""

    def __init__(self, decider: Decide) -> None:
        self._decider = decider
        self._lock = Lock()

    def __call__(self, id: int, call: Call, fingerprint: Fingerprint | None) -> Verdict:
        with self._lock:
            return self._decider(id, call, fingerprint)

    def withdraw(self, step: Step) -> None:
        """Take back that *step* was served."""
        with self._lock:
            self._decider.withdraw(step)


class AskedWhenLoaded:
    """Has the user *agree* to the plan before the first call, of a program that was not loaded when it began.

    The plan compares the code that was recorded with the code that is there. So calls that modules make while they
    are imported are decided before it.
    """

    def __init__(self, decider: Decide, agree: Callable[[], None]) -> None:
        self._decider = decider
        self._agree: Callable[[], None] | None = agree
        self.withdraw = decider.withdraw

    def __call__(self, id: int, call: Call, fingerprint: Fingerprint | None) -> Verdict:
        agree = self._agree
        if agree is not None and call.kind is not Kind.BLOCK and not is_importing():
            self._agree = None
            agree()
        return self._decider(id, call, fingerprint)
