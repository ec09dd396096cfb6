"""Making: which step made an object that has no value to compare: a client, a pool, a lock.

Two such objects count as the same when the same recorded call made them. The name that says so is given when a step
returns the object, is written wherever the object is met again, and is given again to what that call makes in a
replay. Only what keeps nothing in this process goes by a name: a buffer, an open file, a generator of random numbers
or a database in memory is not what it was when it was made, and what was done to it cannot be seen.
"""

import os
from collections.abc import Callable
from weakref import ref

from flight_recorder.codec.bare import is_python_made, mro_of
from flight_recorder.codec.makers import makers_in
from flight_recorder.model.step import Step

# Python objects that hold these are compared by what they hold: a client, by its settings and its lock.
_STATELESS = (
    "_thread.lock",
    "_thread.RLock",
    "_socket.socket",
    "_ssl._SSLContext",
    "_ssl._SSLSocket",
    "builtins.object",
)


class Makings:
    """The objects without a value that steps of one session have made."""

    def __init__(self) -> None:
        self._prefix = os.urandom(4).hex()
        # By id, with what proves that the id still means that object. Few things cannot be referred to weakly.
        self._names: dict[int, tuple[Callable[[], object | None], str]] = {}

    def name_of(self, obj: object) -> str | None:
        """Return the name of *obj*; None when no step of this session made it."""
        known = self._names.get(id(obj))
        return known[1] if known is not None and known[0]() is obj else None

    def namer(self, step: int, stands_for: Step | None) -> Callable[[object], str | None]:
        """Return a function that names what the step *step* made: as the step that it *stands for* did, if any."""
        call = (stands_for and _call_of(stands_for)) or f"{self._prefix}-{step}"
        numbers = iter(range(1_000_000))

        def name(obj: object) -> str | None:
            if not _is_stateless(type(obj)):
                return None
            known = self.name_of(obj)
            if known is None:
                known = f"{call}.{next(numbers)}"
                self._names[id(obj)] = (_reference(obj), known)
            return known

        return name


def _is_stateless(kind: type) -> bool:
    """Whether the C part of *kind*, which is all that cannot be read, keeps no state of the program's."""
    made_in_c = next(base for base in mro_of(kind) if not is_python_made(base))
    return f"{made_in_c.__module__}.{made_in_c.__qualname__}" in _STATELESS and (
        made_in_c is not object or kind is object
    )


def _reference(obj: object) -> Callable[[], object | None]:
    try:
        return ref(obj)
    except TypeError:
        return lambda: obj


def _call_of(step: Step) -> str | None:
    """Return what the names begin with that *step* gave; None when it gave none."""
    taken = {call for value in step.inputs.values() for call in makers_in(value.data)}
    given = [call for value in step.given for call in makers_in(value.data) if call not in taken]
    return given[0].decode() if given else None
