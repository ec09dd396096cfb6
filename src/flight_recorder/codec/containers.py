"""Builtin scalars and containers, to nodes and back. The inner loops of capture stand here.

The loops repeat the scalar tests instead of calling `encode` for each item: most items of real values are text and
numbers, and a call would cost more than the test.
"""

import base64
import sys
from collections.abc import Callable, Iterable
from types import EllipsisType, ModuleType, NoneType, NotImplementedType
from typing import Any

from flight_recorder.codec import tags
from flight_recorder.codec.escapes import escaped, unescaped
from flight_recorder.codec.reader import Builder, Reader, build, entries_of
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.writer import Encoder, Writer, encode, to_bytes

# Decimal text of more digits is refused by Python, and by JSON's reader: see sys.set_int_max_str_digits.
MAX_DIGITS = 4_300
MAX_INT = 10**MAX_DIGITS - 1
MIN_INT = -MAX_INT


# To nodes ---------------------------------------------------------------------------------------------------------


def _itself(value: Node, _w: Writer) -> Node:
    return value


def _encode_str(value: str, w: Writer) -> Node:
    before = w.left
    w.left -= len(value)
    if w.is_careful and not _is_clean(value):
        return w.sized({TAG: tags.STR, "v": escaped(value)}, value, before)
    return w.sized(value, value, before)


def _is_clean(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def encode_int(value: int, _w: Writer) -> Node:
    """Return *value*, or its hexadecimal text where its decimal text would be too long."""
    return value if MIN_INT <= value <= MAX_INT else {TAG: tags.INT, "v": hex(value)}


def encode_float(value: float, _w: Writer) -> Node:
    """Return *value*, or its name when JSON has none for it. Every NaN is the same."""
    return value if value - value == 0.0 else {TAG: tags.FLOAT, "v": repr(value)}


def _encode_complex(value: complex, w: Writer) -> Node:
    return {TAG: tags.COMPLEX, "v": [encode_float(value.real, w), encode_float(value.imag, w)]}


def _encode_bytes(value: bytes, w: Writer) -> Node:
    return _encode_octets(tags.BYTES, value, w)


def _encode_bytearray(value: bytearray, w: Writer) -> Node:
    return _encode_octets(tags.BYTEARRAY, value, w)


def _encode_octets(tag: str, value: bytes | bytearray, w: Writer) -> Node:
    view = memoryview(value)
    before = w.left
    w.left -= view.nbytes
    if w.left < 0:
        return w.sized(None, value, before)
    return {TAG: tag, "v": base64.b64encode(view).decode("ascii")}


def _encode_range(value: range, w: Writer) -> Node:
    return {TAG: tags.RANGE, "v": [encode_int(end, w) for end in (value.start, value.stop, value.step)]}


def encode_items(items: Iterable[object], w: Writer) -> list[Node]:
    """Return the nodes of *items*, one level down. The caller has checked the depth."""
    w.depth += 1
    encoders, other, is_careful = w.encoders, w.other, w.is_careful
    met = None if w.in_set else w.met
    chars = 0
    nodes: list[Any] = []
    add = nodes.append
    item: Any
    for item in items:
        kind = type(item)
        if kind is str and not is_careful:
            chars += len(item)
        elif kind is int:
            if not MIN_INT <= item <= MAX_INT:
                item = encode_int(item, w)
        elif kind is float:
            if item - item != 0.0:
                item = encode_float(item, w)
        elif item is not None and kind is not bool:
            part = item
            item = (encoders.get(id(kind)) or other)(part, w)
            if met is not None:
                met.append((part, item))
        add(item)
    w.depth -= 1
    w.left -= len(nodes) + chars
    return nodes


def encode_list(value: list[object], w: Writer) -> Node:
    """Return the node of *value*: an array."""
    if w.depth >= w.max_depth:
        return w.cut(value, "depth")
    if w.is_sharing and (again := w.seen(value)):
        return again
    before = w.left
    nodes = encode_items(list.__iter__(value), w)
    return nodes if w.left >= 0 else w.sized(nodes, value, before)


def array_encoder(tag: str, iterate: Callable[[Any], Iterable[object]], *, is_set: bool = False) -> Encoder:
    """Return the encoder of containers whose items *iterate* gives: {"$": tag, "v": [...]}."""

    def encode_array(value: object, w: Writer) -> Node:
        if w.depth >= w.max_depth:
            return w.cut(value, "depth")
        if w.is_sharing and (again := w.seen(value)):
            return again
        before = w.left
        w.in_set += is_set
        nodes = encode_items(iterate(value), w)
        w.in_set -= is_set
        if w.left < 0:
            return w.sized(nodes, value, before)
        if is_set:
            nodes.sort(key=to_bytes)  # the order of iteration depends on PYTHONHASHSEED
        return {TAG: tag, "v": nodes}

    return encode_array


encode_tuple = array_encoder(tags.TUPLE, tuple.__iter__)
_encode_slice = array_encoder(tags.SLICE, lambda value: (value.start, value.stop, value.step))
encode_set = array_encoder(tags.SET, set.__iter__, is_set=True)
encode_frozenset = array_encoder(tags.FROZENSET, frozenset.__iter__, is_set=True)


def encode_dict(value: dict[object, object], w: Writer) -> Node:
    """Return the node of *value*: an object, or pairs when some key is not plain text."""
    if w.depth >= w.max_depth:
        return w.cut(value, "depth")
    if w.is_sharing and (again := w.seen(value)):
        return again
    before = w.left
    pairs: Iterable[tuple[object, object]] = dict.items(value)
    if "__loader__" in value and _is_namespace(value):
        w.not_exact()
        pairs = [pair for pair in pairs if pair[0] not in _OF_THE_IMPORT]
    node = encode_mapping(pairs, w)
    return node if w.left >= 0 else w.sized(node, value, before)


def _is_namespace(value: dict[object, object]) -> bool:
    """Whether *value* is what a module holds, `globals()`, or a copy of it."""
    name = value.get("__name__")
    module = sys.modules.get(name) if type(name) is str else None
    return type(module) is ModuleType and module.__dict__.get("__loader__") is value["__loader__"]


# Not the program's: they lead to whatever loads its modules, and from there, under pytest, to all that pytest holds.
_OF_THE_IMPORT = frozenset({"__builtins__", "__loader__", "__spec__"})


def encode_mapping(pairs: Iterable[tuple[object, object]], w: Writer) -> Node:
    """Return the node of a dict with these *pairs*, in their order. The caller has checked the depth."""
    w.depth += 1
    encoders, other, is_careful = w.encoders, w.other, w.is_careful
    met = None if w.in_set else w.met
    size = 0
    nodes: dict[Any, Any] = {}
    others: list[Any] = []
    item: Any
    for key, item in pairs:
        kind = type(item)
        if kind is str and not is_careful:
            size += len(item)
        elif kind is int:
            if not MIN_INT <= item <= MAX_INT:
                item = encode_int(item, w)
        elif kind is float:
            if item - item != 0.0:
                item = encode_float(item, w)
        elif item is not None and kind is not bool:
            part = item
            item = (encoders.get(id(kind)) or other)(part, w)
            if met is not None:
                met.append((part, item))
        if type(key) is str and not others and (not is_careful or _is_clean(key)):
            nodes[key] = item
        else:
            others.append([encode(key, w), item])
    w.depth -= 1
    w.left -= size + 2 * len(nodes) + 2 * len(others)
    if not others and TAG not in nodes:
        return nodes
    return {TAG: tags.DICT, "v": [*([key, node] for key, node in nodes.items()), *others]}


ENCODERS: dict[type, Encoder] = {
    NoneType: _itself,
    bool: _itself,
    int: encode_int,
    float: encode_float,
    str: _encode_str,
    complex: _encode_complex,
    bytes: _encode_bytes,
    bytearray: _encode_bytearray,
    EllipsisType: lambda _value, _w: {TAG: tags.ELLIPSIS},
    NotImplementedType: lambda _value, _w: {TAG: tags.NOT_IMPLEMENTED},
    range: _encode_range,
    slice: _encode_slice,
    list: encode_list,
    tuple: encode_tuple,
    set: encode_set,
    frozenset: encode_frozenset,
    dict: encode_dict,
}


# The content of an instance of a subclass, without asking the subclass.
CONTENTS: dict[type, Encoder] = {
    int: lambda value, w: encode_int(int.__int__(value), w),
    float: lambda value, w: encode_float(float.__float__(value), w),
    complex: lambda value, w: _encode_complex(complex.__complex__(value), w),
    str: lambda value, w: _encode_str(str.__str__(value), w),
    bytes: _encode_bytes,
    bytearray: _encode_bytearray,
    list: lambda value, w: encode_items(list.__iter__(value), w),
    tuple: lambda value, w: {TAG: tags.TUPLE, "v": encode_items(tuple.__iter__(value), w)},
    set: lambda value, w: {TAG: tags.SET, "v": _set_content(set.__iter__(value), w)},
    frozenset: lambda value, w: {TAG: tags.FROZENSET, "v": _set_content(frozenset.__iter__(value), w)},
    dict: lambda value, w: encode_mapping(dict.items(value), w),
}


def _set_content(items: Iterable[object], w: Writer) -> list[Node]:
    w.in_set += 1
    nodes = encode_items(items, w)
    w.in_set -= 1
    nodes.sort(key=to_bytes)  # the order of iteration depends on PYTHONHASHSEED
    return nodes


# Back from nodes --------------------------------------------------------------------------------------------------


def build_pairs(node: Node, r: Reader) -> list[tuple[Any, Any]]:
    """Return keys and values of a dict node."""
    return [(build(key, r), build(item, r)) for key, item in entries_of(node)]


BUILDERS: dict[str, Builder] = {
    tags.INT: lambda node, _r: int(node["v"], 16),
    tags.FLOAT: lambda node, _r: float(node["v"]),
    tags.STR: lambda node, _r: unescaped(node["v"]),
    tags.COMPLEX: lambda node, r: complex(*(build(part, r) for part in node["v"])),
    tags.BYTES: lambda node, _r: base64.b64decode(node["v"], validate=True),
    tags.BYTEARRAY: lambda node, _r: bytearray(base64.b64decode(node["v"], validate=True)),
    tags.ELLIPSIS: lambda _node, _r: ...,
    tags.NOT_IMPLEMENTED: lambda _node, _r: NotImplemented,
    tags.RANGE: lambda node, r: range(*(build(end, r) for end in node["v"])),
    tags.SLICE: lambda node, r: slice(*(build(end, r) for end in node["v"])),
    tags.TUPLE: lambda node, r: tuple([build(item, r) for item in node["v"]]),
    tags.SET: lambda node, r: {build(item, r) for item in node["v"]},
    tags.FROZENSET: lambda node, r: frozenset([build(item, r) for item in node["v"]]),
    tags.DICT: lambda node, r: dict(build_pairs(node, r)),
}
