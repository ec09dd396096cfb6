"""Plain: values of JSON's own types alone, captured without a step of Python for each part. Pure.

Most of what passes between steps is dicts with text as keys, lists, text, numbers, booleans and None. Their
canonical bytes are what a JSON encoder writes of them, so the only question is whether that is all that is there:
`survey` answers it. What is anything else, or lies beyond a limit, is left to `capture.capture`; what both take, both
give the same bytes.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import msgspec

from flight_recorder.codec import survey as in_python
from flight_recorder.codec.containers import MAX_DIGITS
from flight_recorder.codec.secrets import Secrets
from flight_recorder.codec.survey import HEADER, LONG_NUMBER, LOOK, Plain
from flight_recorder.codec.tags import TAG
from flight_recorder.codec.writer import to_bytes
from flight_recorder.compiled import compiled

MAX_PARTS = 1_000_000
MAX_NAMES = 20_000

_decode = msgspec.json.Decoder().decode


class Surveyor(Protocol):
    """What looks at values: the module `codec.survey`, or its compiled twin."""

    def survey(
        self,
        values: tuple[object, ...],
        harmless: set[str],
        max_parts: int,
        max_depth: int,
        encode: Callable[[Any], bytes],
        needles: tuple[bytes, ...],
        /,
    ) -> Plain | set[str] | None:
        """As in `codec.survey`."""


surveyor: Surveyor = in_python if compiled is None else compiled


class PlainCapture:
    """What makes plain values of objects, in one session.

    What may have to be masked is left to `capture.capture`, as are values of more than *max_size* bytes, or nested
    deeper than *max_depth*.
    """

    def __init__(self, secrets: Secrets | None, max_size: int, max_depth: int, with_: Surveyor | None = None) -> None:
        self.max_size = max_size
        self.max_depth = max_depth
        self.harmless: set[str] = set()  # keys
        self.needles = () if secrets is None else secrets.needles
        self._secrets = secrets
        self._survey = (with_ or surveyor).survey

    def capture(self, values: tuple[object, ...]) -> Plain | None:
        """Return *values* if they and all that they hold are plain and no container stands in them twice."""
        found = self._survey(values, self.harmless, MAX_PARTS, self.max_depth, to_bytes, self.needles)
        if isinstance(found, set):  # keys that were not met before
            if not self._learn(found):
                return None
            found = self._survey(values, self.harmless, MAX_PARTS, self.max_depth, to_bytes, self.needles)
        if found is None or isinstance(found, set):  # the second: another thread has put more in meanwhile
            return None
        if len(found.data) > self.max_size or (found.signs and self.might_hold_secret(found)):
            return None
        return found

    def might_hold_secret(self, plain: Plain) -> bool:
        """Whether *plain*, which has signs, is for a closer look: at a secret, or a number that no reader takes."""
        signs, data, secrets = plain.signs, plain.data, self._secrets
        if signs & LONG_NUMBER and len(data) > MAX_DIGITS and not 0 < sys.get_int_max_str_digits() <= MAX_DIGITS:
            return True
        if secrets is None:
            return False
        return secrets.might_hold_secret(data, signs & LOOK != 0) or (
            signs & HEADER != 0 and secrets.might_hold_header(data)
        )

    def _learn(self, keys: set[str]) -> bool:
        """Return whether all *keys* are harmless, and note them then."""
        if len(self.harmless) + len(keys) > MAX_NAMES:  # keys that are data
            return False
        secrets = self._secrets
        if TAG in keys or (secrets is not None and any(map(secrets.is_secret_name, keys))):
            return False
        self.harmless |= keys
        return True


def ids_in(plain: Plain) -> list[list[int]]:
    """Return, for each value, the ids of its dicts and lists as they were: as `identity.ids_of` numbers them."""
    roots = _decode(plain.data)
    in_order = _by_level if type(plain) is Plain else _depth_first
    found = {id(node): id(container) for node, container in zip(in_order(roots), plain.containers, strict=False)}
    return [[found[id(node)] for node in _inner_first(root)] for root in roots]


def _by_level(roots: list[Any]) -> Iterator[Any]:
    """Yield the containers in *roots* in the order in which `codec.survey` lists them."""
    level = _containers(roots)
    while level:
        yield from level
        level = [inner for node in level for inner in _containers(_as_listed(node))]


def _as_listed(node: dict[str, Any] | list[Any]) -> Iterable[Any]:
    if type(node) is dict:
        return node.values()
    return reversed(node) if in_python.LISTS_BACKWARDS else node


def _depth_first(roots: list[Any]) -> Iterator[Any]:
    """Yield the containers in *roots* in the order in which the compiled part lists them."""
    waiting = _containers(roots)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _containers(node.values() if type(node) is dict else node)[::-1]


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
