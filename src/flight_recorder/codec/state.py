"""State: the attributes of an instance, read bare, and those that its class did not declare. Pure."""

from typing import Any

from flight_recorder.codec.containers import encode_mapping
from flight_recorder.codec.shapes import Shape
from flight_recorder.codec.tags import Node
from flight_recorder.codec.writer import Writer


def read_attributes(shape: Shape, value: object) -> dict[str, object]:
    """Return a copy of the `__dict__` of *value*; empty when it has none.

    Raises TypeError when that is not a plain dict of plain names: it could run code when read.
    """
    if shape.attributes is None:
        return {}
    own = shape.attributes.__get__(value)
    if type(own) is not dict:
        raise TypeError("the attributes are not in a plain dict")
    pairs: list[tuple[Any, object]] = list(own.items())
    if not all(type(name) is str for name, _ in pairs):
        raise TypeError("some attribute has no plain name")
    return dict(pairs)


def encode_extras(node: Node, state: dict[str, object], w: Writer) -> Node:
    """Return *node* with the undeclared attributes of *state* under "d", by name; as it is when there are none."""
    if state:
        node["d"] = encode_mapping([(name, state[name]) for name in sorted(state)], w)
    return node
