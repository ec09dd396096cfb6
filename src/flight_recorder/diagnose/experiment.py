"""Experiment: a replay of the failed session with one thing as it was in a good run. The nouns. Pure.

After Zeller, "Why Programs Fail": what fails with a cause, and does not without it, all else equal, is the cause.
"""

from collections.abc import Generator, Mapping
from enum import StrEnum

import msgspec

from flight_recorder.diagnose.findings import Evidence
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.value import Value


class Change(StrEnum):
    """What is done in an experiment."""

    NOTHING = "nothing"  # the failing step runs again, with what it was given
    SAME_CODE = "same code"  # the steps run again with the code of now: the control of OLD_CODE
    OLD_CODE = "old code"  # the steps have the code of the last good run
    GOOD_OUTPUT = "known-good output"  # the step gives what it gave in the last good run for equal inputs


class Result(StrEnum):
    """What came of an experiment."""

    SUCCEEDED = "succeeded"
    SAME_FAILURE = "same failure"
    OTHER_FAILURE = "other failure"
    UNCLEAR = "unclear"  # it could not be made, was given up, or something else was not as in the failed session


class Experiment(msgspec.Struct, frozen=True):
    """One replay. *steps* are the names that it is about; none for NOTHING.

    *old_code* is what is put back, by name; *answers* what stands for the output of a recorded step, by its id.
    """

    change: Change
    steps: tuple[str, ...] = ()
    old_code: Mapping[str, Fingerprint] = {}
    answers: Mapping[int, Value] = {}


class Ran(msgspec.Struct, frozen=True):
    """An experiment and its result. *session* is its id, "" when none was made; *why* explains UNCLEAR."""

    experiment: Experiment
    result: Result
    session: str = ""
    why: str = ""
    seconds: float = 0.0


class Conclusion(msgspec.Struct, frozen=True):
    """What the experiments say: evidence by step name, and the step that they confirm; "" when they confirm none.

    *remarks* are sentences for a person.
    """

    signs: tuple[tuple[str, Evidence], ...] = ()
    confirmed: str = ""
    remarks: tuple[str, ...] = ()


Investigation = Generator[Experiment, Ran, Conclusion]
"""Yields the next experiment, is sent what came of it, and returns what all of them say."""


class Verification(msgspec.Struct, frozen=True):
    """All experiments on one session. *stopped* says why there were no more, "" when they were all made."""

    ran: tuple[Ran, ...]
    conclusion: Conclusion
    stopped: str = ""
