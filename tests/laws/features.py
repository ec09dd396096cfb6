"""Features: which sets of them are tested together."""

from tests.laws.choices import Choices
from tests.laws.model import Feature

SEQUENTIAL = frozenset(
    {
        Feature.COMPOSITES,
        Feature.LOOPS,
        Feature.BRANCHES,
        Feature.HANDLED,
        Feature.RAISING,
        Feature.COMPREHENSIONS,
        Feature.RECURSION,
        Feature.HELPERS,
        Feature.MODULES,
        Feature.CLASSES,
        Feature.METHODS,
        Feature.CLOSURES,
        Feature.DECORATORS,
        Feature.FUNCTIONS,
        Feature.PRINTS,
    }
)
WORLD = frozenset({Feature.COUNTERS, Feature.PROTECTED})
CONCURRENT = frozenset({Feature.ASYNC, Feature.THREADS})
IMPURE = frozenset(
    {
        Feature.MUTATION,
        Feature.ALIASES,
        Feature.GLOBALS,
        Feature.CELLS,
        Feature.SELVES,
        Feature.HANDLES,
        Feature.OPAQUE,
        Feature.STREAMS,
    }
)
ALL = SEQUENTIAL | WORLD | CONCURRENT | IMPURE


def drawn(choices: Choices, allowed: frozenset[Feature] = ALL) -> frozenset[Feature]:
    """Return some of the *allowed* features: a program that has everything has little of each."""
    found = set(SEQUENTIAL)
    found |= WORLD if choices.chance(30) else frozenset()
    found |= {Feature.ASYNC} if choices.chance(40) else frozenset()
    found |= {Feature.THREADS} if choices.chance(20) else frozenset()
    for _ in range(choices.below(4)):
        found.add(choices.one_of(sorted(IMPURE)))
    return frozenset(found) & allowed
