"""Forecast: what a replay is going to do, as far as it can be known before it starts. Pure."""

from enum import StrEnum

import msgspec

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Decision


class Role(StrEnum):
    """What a step has to do with the failure: the words of the plan."""

    NONE = ""
    ROOT_CAUSE = "root cause"
    DOWNSTREAM = "downstream of root cause"
    SPINE = "spine"  # runs because it calls a step that runs


class Planned(msgspec.Struct, frozen=True):
    """What is foreseen for one recorded step; *step* is None for one that was not reached in the recording."""

    name: str
    step: int | None
    decision: Decision
    role: Role = Role.NONE
    reason: str = ""
    detail: str = ""
    saved_ns: int = 0
    effects: tuple[str, ...] = ()  # of a step that runs, or may: what it did outside when it was recorded


class Forecast(msgspec.Struct, frozen=True):
    """The plan of a replay. *is_at_least* says that more may run: what a re-run step returns is not known yet.

    *changed* holds the fingerprints, as they are now, of the recorded steps whose code changed, by the recorded key.
    """

    planned: tuple[Planned, ...]
    is_at_least: bool = False
    changed: dict[str, Fingerprint] = {}

    @property
    def first_runs(self) -> frozenset[str]:
        """The names of protected steps that were not reached before and may run for the first time."""
        return frozenset(
            planned.name
            for planned in self.planned
            if planned.step is None and planned.decision is Decision.PROTECTED
        )
