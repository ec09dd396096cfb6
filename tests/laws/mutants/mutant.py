"""Mutant: one way to break the engine."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.laws.features import SEQUENTIAL
from tests.laws.model import Feature


@dataclass(frozen=True, slots=True)
class Mutant:
    """A way to break the engine, and the programs that show it soonest: `fan_outs`, if *is_of_schedules*."""

    apply: Callable[[], None]
    features: frozenset[Feature] = SEQUENTIAL
    is_of_schedules: bool = False


def with_features(apply: Callable[[], None], *features: Feature) -> Mutant:
    """Return the mutant that shows in sequential programs with these *features*."""
    return Mutant(apply, SEQUENTIAL | set(features))


def of_schedules(apply: Callable[[], None]) -> Mutant:
    """Return the mutant that shows in fan-outs."""
    return Mutant(apply, is_of_schedules=True)


def put(owner: object, name: str, by: object) -> None:
    """Put *by* in the place of what *owner* has under *name*, which must be there."""
    getattr(owner, name)
    setattr(owner, name, by)
