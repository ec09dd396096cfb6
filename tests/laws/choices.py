"""Choices: where a generator gets its decisions from. A program is a function of the choices made alone.

0 is always the simplest choice, so that a list of choices can be made simpler without knowing what they mean
(after MacIver, "Test-Case Reduction via Test-Case Generation", ECOOP 2020).
"""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Decisions, kept in the order in which they were made. *draw(n)* returns a number from 0 to n - 1."""

    def __init__(self, draw: Callable[[int], int]) -> None:
        self._draw = draw
        self.made: list[int] = []

    def below(self, n: int) -> int:
        """Return a number from 0 to *n* - 1; 0 is the simplest."""
        if n == 1:  # nothing is drawn: `repeated_choices` would be out of step by it
            return 0
        made = self._draw(n)
        self.made.append(made)
        return made

    def between(self, low: int, high: int) -> int:
        """Return a number from *low*, the simplest, to *high*."""
        return low + self.below(high - low + 1)

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of *options*; the first is the simplest."""
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        """Return True *percent* times of a hundred; False is the simplest."""
        return self.below(100) >= 100 - percent


def random_choices(seed: int) -> Choices:
    """Return the choices that belong to *seed*."""
    return Choices(random.Random(seed).randrange)


def repeated_choices(made: Sequence[int]) -> Choices:
    """Return choices that were made before; what goes beyond them is 0, and what is too large is cut."""
    waiting = iter(made)
    return Choices(lambda n: min(next(waiting, 0), n - 1))
