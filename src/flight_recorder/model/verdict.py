"""Verdict: the answer to a call in replay. Pure."""

from collections.abc import Mapping

import msgspec

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.step import Step
from flight_recorder.model.value import Value


class Run(msgspec.Struct, frozen=True):
    """Call the function. While recording, every verdict is this one, without a judgement.

    *stands_for* is the recorded step of equal code and inputs that cannot answer: what the call makes is the same.
    """

    judgement: Judgement | None = None
    stands_for: Step | None = None


class Serve(msgspec.Struct, frozen=True):
    """Answer with the recorded outcome of *step*; *under* are the steps recorded below it, in order.

    *fingerprints* are those of the recorded session, by their keys.
    *is_same_call* is False when a protected step's outcome answers a call with other inputs: what it did to its
    arguments then says nothing of these. With *is_audited* its function is called too, and what comes of that is
    compared.
    """

    step: Step
    under: tuple[Step, ...]
    judgement: Judgement
    fingerprints: Mapping[str, Fingerprint]
    is_same_call: bool = True
    is_audited: bool = False


class Answer(msgspec.Struct, frozen=True):
    """Answer with *value*, which the user gave (`--stub`)."""

    value: Value
    judgement: Judgement


class Hold(msgspec.Struct, frozen=True):
    """Stop the replay before this call: it is protected, and nothing recorded answers it."""

    detail: str


Verdict = Run | Serve | Answer | Hold
