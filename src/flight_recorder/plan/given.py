"""Given: which step gave a value, as far as that can be seen: the value, or a part of it, is a part of what it gave.

Pure. Values are the same when their canonical bytes are; small ones (True, 0, an empty text) tell nothing.
"""

from flight_recorder.codec.tree import children, node_bytes, parse
from flight_recorder.model.step import Step
from flight_recorder.model.value import Value

MAX_NODES = 2_000  # of one value; beyond it only the whole value is compared
MIN_TELLING_BYTES = 5


class Given:
    """What steps gave, by value. Of several that gave a value, the last one counts."""

    def __init__(self) -> None:
        self._givers: dict[bytes, int] = {}

    def add(self, step: Step) -> None:
        """Note what *step* returned, or gave item by item."""
        for value in step.given:
            self._givers.update(dict.fromkeys(parts_of(value), step.id))

    def giver(self, parts: list[bytes]) -> int | None:
        """Return the step that gave the largest of *parts* that any step gave; None when none did."""
        if not self._givers:
            return None
        return next(
            (self._givers[part] for part in sorted(parts, key=len, reverse=True) if part in self._givers), None
        )


def parts_of(value: Value) -> list[bytes]:
    """Return the canonical bytes of *value* and of everything in it that is telling."""
    waiting, found = [parse(value.data)], [value.data]
    while waiting and len(found) < MAX_NODES:
        for _, child in children(waiting.pop()):
            waiting.append(child)
            part = node_bytes(child)
            if len(part) >= MIN_TELLING_BYTES:
                found.append(part)
    return found
