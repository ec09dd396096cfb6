"""Judgement: what was decided about a call, and why, as it is kept with the step. Pure."""

from enum import StrEnum

import msgspec

from flight_recorder.model.difference import Difference


class Reason(StrEnum):
    """Why a call is not answered from its recorded outcome. docs/messages.md explains each."""

    CODE_CHANGED = "code changed"
    CALLEE_CHANGED = "callee changed"
    INPUT_CHANGED = "input changed"
    FAILED = "failed"
    UNFINISHED = "unfinished"
    OPAQUE_INPUT = "opaque input"
    OPAQUE_OUTPUT = "opaque output"
    MUTATED_INPUT = "mutated input"
    AMBIGUOUS = "ambiguous"
    NEW = "new"
    FORCED = "forced"
    OVERRIDDEN = "overridden"  # also of the step itself: --set or --stub answered it, its function did not run
    TAKEN_FURTHER = "taken further"
    DIVERGED = "gave other items"
    BLOCK = "no function"  # what stands in the program outside of functions; see BLOCK_RUNS
    CUT_OFF = "cut off"  # an audit called it, and Ctrl-C or a timeout ended that
    HELD = "held"  # only of a step itself: the replay stopped before it


WITHDRAWN = frozenset({Reason.TAKEN_FURTHER, Reason.DIVERGED, Reason.HELD})
"""Why a stream that was being served does not go on so."""


BLOCK_RUNS = "what stands outside of functions runs each time"


class Decision(StrEnum):
    """What was done with a call: the words of the JSON."""

    CACHED = "cached"
    RERUN = "rerun"
    PROTECTED = "protected"
    MAY_RERUN = "may-rerun"


class Judgement(msgspec.Struct, frozen=True, array_like=True):
    """A verdict as it is kept with the step: what was decided, why, and the part that decided it.

    *saved_ns* is the recorded time of the step that answered, so that it did not have to pass again. *twin* is the id
    of the recorded step that the call was compared with, in the session that was replayed; None when there is none.
    *audit* is what an audit found: how the fresh outcome differs from the recorded one; None when there was no audit.
    """

    decision: Decision
    reason: str = ""  # a Reason's text; "" when served and nothing is to be said
    detail: str = ""  # `helper clean in text.py:12 changed`
    saved_ns: int = 0
    twin: int | None = None
    audit: tuple[Difference, ...] | None = None
