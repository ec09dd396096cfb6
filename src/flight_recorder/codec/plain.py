"""Plain: values of JSON's own types alone, captured without a step of Python for each part. Pure.

Most of what passes between steps is dicts with text as keys, lists, text, numbers, booleans and None. Their
canonical bytes are what a JSON encoder writes of them, so the only question is whether that is all that is there:
`survey` answers it. What is anything else, or lies beyond a limit, is left to `capture.capture`; what both take, both
give the same bytes.
"""

import sys
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from flight_recorder.codec import survey as in_python
from flight_recorder.codec.compiled import compiled
from flight_recorder.codec.containers import MAX_DIGITS
from flight_recorder.codec.secrets import Secrets
from flight_recorder.codec.survey import Survey
from flight_recorder.codec.tags import TAG
from flight_recorder.codec.writer import to_bytes

MAX_PARTS = 1_000_000
MAX_NAMES = 20_000

_decode = msgspec.json.Decoder().decode


class Surveyor(Protocol):
    """What looks at values: the module `codec.survey`, or its compiled twin."""

    LISTS_BACKWARDS: bool

    def survey(
        self, values: tuple[object, ...], harmless: set[str], max_parts: int, max_depth: int, /
    ) -> Survey | set[str] | None:
        """As in `codec.survey`."""


def surveyor() -> Surveyor:
    """Return the compiled one where it is installed."""
    return in_python if compiled is None else compiled


class Plain:
    """Values that were found to be plain: as one JSON array, and what they consisted of."""

    __slots__ = ("_lists_backwards", "data", "survey")

    def __init__(self, data: bytes, survey: Survey, *, lists_backwards: bool) -> None:
        self.data = data
        self.survey = survey
        self._lists_backwards = lists_backwards

    def ids(self) -> list[list[int]]:
        """Return, for each value, the ids of its dicts and lists as they were: as `identity.ids_of` numbers them."""
        nodes = _decode(self.data)
        waiting = iter(self.survey.containers)
        found: dict[int, int] = {}
        level = _containers(nodes)
        while level:
            found.update((id(node), id(next(waiting))) for node in level)
            level = [inner for node in level for inner in _containers(self._as_listed(node))]
        return [[found[id(node)] for node in _inner_first(root)] for root in nodes]

    def _as_listed(self, node: dict[str, Any] | list[Any]) -> Iterable[Any]:
        """Return what *node* holds in the order in which the surveyor lists that."""
        if type(node) is dict:
            return node.values()
        return reversed(node) if self._lists_backwards else node


class PlainCapture:
    """What makes plain values of objects, in one session.

    What may have to be masked is left to `capture.capture`, as are values of more than *max_size* bytes, or nested
    deeper than *max_depth*.
    """

    def __init__(self, secrets: Secrets | None, max_size: int, max_depth: int, with_: Surveyor | None = None) -> None:
        self._secrets = secrets
        self._max_size = max_size
        self._max_depth = max_depth
        chosen = with_ or surveyor()
        self._survey = chosen.survey
        self._lists_backwards = chosen.LISTS_BACKWARDS
        self._harmless: set[str] = set()  # keys

    def capture(self, values: tuple[object, ...]) -> Plain | None:
        """Return *values* if they and all that they hold are plain and no container stands in them twice."""
        found = self._survey(values, self._harmless, MAX_PARTS, self._max_depth)
        if isinstance(found, set):  # keys that were not met before
            if not self._learn(found):
                return None
            found = self._survey(values, self._harmless, MAX_PARTS, self._max_depth)
        if found is None or isinstance(found, set):  # the second: another thread has put more in meanwhile
            return None
        try:
            data = to_bytes(values)
        except (UnicodeEncodeError, ValueError, OverflowError):  # a lone surrogate, a number with too many digits
            return None
        if len(data) > MAX_DIGITS and not self._is_readable(data):
            return None
        secrets = self._secrets
        if secrets is not None and (secrets.might_hold_secret(data) or secrets.might_hold_header(data)):
            return None
        return Plain(data, found, lists_backwards=self._lists_backwards)

    def _is_readable(self, data: bytes) -> bool:
        """Whether long *data* is within the limit, and has no number that only a higher limit of Python's allows."""
        return len(data) <= self._max_size and 0 < sys.get_int_max_str_digits() <= MAX_DIGITS

    def _learn(self, keys: set[str]) -> bool:
        """Return whether all *keys* are harmless, and note them then."""
        if len(self._harmless) + len(keys) > MAX_NAMES:  # keys that are data
            return False
        secrets = self._secrets
        if TAG in keys or (secrets is not None and any(map(secrets.is_secret_name, keys))):
            return False
        self._harmless |= keys
        return True


def _containers(nodes: Iterable[Any]) -> list[Any]:
    return [node for node in nodes if type(node) is dict or type(node) is list]


def _inner_first(root: Any) -> list[Any]:
    """Return the containers in *root*, each behind those in it."""
    found: list[Any] = []
    waiting = _containers([root])
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += _containers(node.values() if type(node) is dict else node)
    return found[::-1]
