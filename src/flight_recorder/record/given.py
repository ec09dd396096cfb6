"""Given: the classes of the objects in recorded values, by name."""

import re
from collections.abc import Iterable

from flight_recorder.model.step import Outcome, Raised, Unfinished
from flight_recorder.model.value import Value

# A key "$" stands in no value but as ours: where the program's own dicts have one, the codec writes them otherwise.
_CLASS = re.compile(
    rb'"\$":"(?:dataclass|model|namedtuple|enum|exception|object|opaque)","t":(?:\{"o":)?"([^"\\]+:[^"\\]+)"'
)
_NONE: frozenset[str] = frozenset()


def classes_in(values: Iterable[Value]) -> frozenset[str]:
    """Return `module:qualname` of each class that an object in *values* is of."""
    found = [_CLASS.findall(value.data) for value in values if b'"t":' in value.data]
    return frozenset(name.decode() for names in found for name in names) if found else _NONE


def classes_of_outcome(outcome: Outcome) -> frozenset[str]:
    """Return the classes of what a step gave to its caller, and left in its arguments."""
    if isinstance(outcome, Unfinished):
        return _NONE
    whole = outcome.failure.value if isinstance(outcome, Raised) else outcome.value
    return classes_in([*outcome.mutated.values(), *([] if whole is None else [whole])])
