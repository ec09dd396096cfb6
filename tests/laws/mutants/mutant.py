"""Mutant: one way to break the engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.laws.features import SEQUENTIAL
from tests.laws.model import Feature


@dataclass(frozen=True, slots=True)
class Mutant:
    """A way to break the engine, and what shows it soonest: programs with these *features* and, often, this *edit*.

    With *is_of_schedules* it is fan-outs that show it, those with these fields of *fan_out*.
    """

    apply: Callable[[], None]
    features: frozenset[Feature] = SEQUENTIAL
    edit: str = ""
    is_of_schedules: bool = False
    fan_out: dict[str, Any] = field(default_factory=dict)


def with_features(apply: Callable[[], None], *features: Feature, edit: str = "") -> Mutant:
    """Return the mutant that shows in sequential programs with these *features*."""
    return Mutant(apply, SEQUENTIAL | set(features), edit)


def with_only(apply: Callable[[], None], *features: Feature, edit: str = "") -> Mutant:
    """Return the mutant that shows in programs of steps, helpers and these *features* alone."""
    return Mutant(apply, frozenset({Feature.COMPOSITES, Feature.HELPERS, *features}), edit)


def of_schedules(apply: Callable[[], None], **fan_out: object) -> Mutant:
    """Return the mutant that shows in fan-outs, those with these fields."""
    return Mutant(apply, is_of_schedules=True, fan_out=fan_out)


def put(owner: object, name: str, by: object) -> None:
    """Put *by* in the place of what *owner* has under *name*, which must be there."""
    getattr(owner, name)
    setattr(owner, name, by)
