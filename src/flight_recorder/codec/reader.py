"""Reader: nodes back to objects, each tag by its builder. Pure; calls nothing that a recording names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from flight_recorder.codec.bare import is_class
from flight_recorder.codec.naming import FindType, resolve
from flight_recorder.codec.shapes import Shape, shape_of
from flight_recorder.codec.tags import DICT, TAG, Node
from flight_recorder.errors import NotRebuildableError

Builder = Callable[[Any, "Reader"], Any]


class Reader(msgspec.Struct, frozen=True):
    """What rebuilding needs: the builder of each tag, how to find a class, and which builtin bases are understood."""

    builders: Mapping[str, Builder]
    find_type: FindType
    readable: frozenset[int]
    _found: dict[tuple[str, str], tuple[type, Shape]] = {}

    def find(self, reference: Node, kind: str) -> tuple[type, Shape]:
        """Return the class that *reference* names, and its shape.

        Raises NotRebuildableError when it is not loaded or is not of the declared *kind*.
        """
        known = self._found.get((kind, str(reference)))
        if known is not None:
            return known
        cls = resolve(reference, self.find_type)
        shape = shape_of(cls, self.readable) if is_class(cls) else None
        if shape is None or shape.kind != kind:
            raise NotRebuildableError(f"{reference} was recorded as {kind}, which it is not in this program")
        self._found[kind, str(reference)] = (cls, shape)
        return cls, shape


def build(node: Node, r: Reader) -> Any:
    """Return the object of *node*. Raises NotRebuildableError, or whatever a malformed node makes a builder raise."""
    kind = type(node)
    if kind is list:
        return [build(item, r) for item in node]
    if kind is not dict:
        return node
    tag = node.get(TAG)
    if tag is None:
        return {key: build(item, r) for key, item in node.items()}
    builder = r.builders.get(tag)
    if builder is None:
        raise NotRebuildableError(f"the recording keeps this {tag} only for looking at")
    return builder(node, r)


def entries_of(node: Node) -> Iterable[tuple[Node, Node]]:
    """Return key and value of each item of a dict node, both as nodes, in order."""
    if node.get(TAG) == DICT:
        return [(key, item) for key, item in node["v"]]
    return node.items()  # type: ignore[no-any-return]  # parsed JSON
