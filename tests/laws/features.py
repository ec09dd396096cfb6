"""Features: which sets of them are tested, and which of them are pure."""

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
        Feature.PRINTS,
    }
)
WORLD = frozenset({Feature.COUNTERS, Feature.PROTECTED})
CONCURRENT = frozenset({Feature.ASYNC, Feature.THREADS})
