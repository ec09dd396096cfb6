"""Builtin scalars and containers, to nodes and back. The inner loops of capture stand here.

The loops repeat the scalar tests instead of calling `encode` for each item: most items of real values are text and
numbers, and a call would cost more than the test.
"""

import base64
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from types import EllipsisType, NoneType, NotImplementedType, SimpleNamespace
from typing import Any

from flight_recorder.codec import tags
from flight_recorder.codec.reader import Builder, Reader, build, entries_of
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.writer import Encoder, Writer, encode, to_bytes

MAX_INT = 2**63 - 1
MIN_INT = -(2**63)

_FACTORIES: dict[str, type] = {
    cls.__name__: cls for cls in (list, dict, set, frozenset, tuple, str, bytes, int, float, bool, complex, bytearray)
}
_PLAIN_KEYS = (str, int, float, bool, NoneType, bytes)


# To nodes ---------------------------------------------------------------------------------------------------------


def _itself(value: Node, _w: Writer) -> Node:
    return value


def _encode_str(value: str, w: Writer) -> Node:
    w.left -= len(value)
    if w.left < 0:
        return w.cut(value, "size")
    if w.is_careful and not _is_clean(value):
        return {TAG: tags.STR, "v": value.encode("unicode_escape").decode("ascii")}
    return value


def _is_clean(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def encode_int(value: int, _w: Writer) -> Node:
    """Return *value*, or its hexadecimal text when it does not fit 64 bits: decimal text has a length limit."""
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
    w.left -= view.nbytes
    if w.left < 0:
        return w.cut(value, "size")
    return {TAG: tag, "v": base64.b64encode(view).decode("ascii")}


def _encode_range(value: range, w: Writer) -> Node:
    return {TAG: tags.RANGE, "v": [encode_int(end, w) for end in (value.start, value.stop, value.step)]}


def _encode_slice(value: slice, w: Writer) -> Node:
    return {TAG: tags.SLICE, "v": encode_items((value.start, value.stop, value.step), w)}


def encode_items(items: Iterable[object], w: Writer) -> list[Node]:
    """Return the nodes of *items*, one level down. The caller has checked the depth."""
    w.depth += 1
    is_careful = w.is_careful
    chars = 0
    nodes: list[Node] = []
    add = nodes.append
    for item in items:
        kind = type(item)
        if kind is str and not is_careful:
            chars += len(item)  # type: ignore[arg-type]  # a str by its exact type
        elif kind is int:
            if not MIN_INT <= item <= MAX_INT:  # type: ignore[operator]  # an int by its exact type
                item = encode_int(item, w)  # type: ignore[arg-type]  # as above
        elif kind is float:
            if item - item != 0.0:  # type: ignore[operator]  # a float by its exact type
                item = encode_float(item, w)  # type: ignore[arg-type]  # as above
        elif item is not None and kind is not bool:
            item = encode(item, w)
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
    nodes = encode_items(list.__iter__(value), w)
    return nodes if w.left >= 0 else w.cut(value, "size")


def _array(tag: str, iterate: Callable[[Any], Iterable[object]], *, is_set: bool = False) -> Encoder:
    """Return the encoder of containers whose items *iterate* gives: {"$": tag, "v": [...]}."""

    def encode_array(value: object, w: Writer) -> Node:
        if w.depth >= w.max_depth:
            return w.cut(value, "depth")
        if w.is_sharing and (again := w.seen(value)):
            return again
        w.in_set += is_set
        nodes = encode_items(iterate(value), w)
        w.in_set -= is_set
        if w.left < 0:
            return w.cut(value, "size")
        if is_set:
            nodes.sort(key=to_bytes)  # the order of iteration depends on PYTHONHASHSEED
        return {TAG: tag, "v": nodes}

    return encode_array


encode_tuple = _array(tags.TUPLE, tuple.__iter__)
encode_set = _array(tags.SET, set.__iter__, is_set=True)
encode_frozenset = _array(tags.FROZENSET, frozenset.__iter__, is_set=True)
_encode_deque_items = _array(tags.DEQUE, deque.__iter__)


def encode_deque(value: deque[object], w: Writer) -> Node:
    """Return the node of *value*, with its bound."""
    node = _encode_deque_items(value, w)
    if node[TAG] == tags.DEQUE:
        node["n"] = deque.maxlen.__get__(value)  # type: ignore[attr-defined]  # a descriptor of a C type
    return node


def encode_dict(value: dict[object, object], w: Writer) -> Node:
    """Return the node of *value*: an object, or pairs when some key is not plain text."""
    if w.depth >= w.max_depth:
        return w.cut(value, "depth")
    if w.is_sharing and (again := w.seen(value)):
        return again
    node = encode_mapping(dict.items(value), w)
    return node if w.left >= 0 else w.cut(value, "size")


def encode_mapping(pairs: Iterable[tuple[object, object]], w: Writer) -> Node:
    """Return the node of a dict with these *pairs*, in their order. The caller has checked the depth."""
    w.depth += 1
    is_careful = w.is_careful
    names = w.names
    size = 0
    nodes: dict[Any, Node] = {}
    others: list[list[Node]] | None = None
    for key, item in pairs:
        kind = type(item)
        if names and w.is_secret(key):
            item = w.redacted()
        elif kind is str and not is_careful:
            size += len(item)  # type: ignore[arg-type]  # a str by its exact type
        elif kind is int:
            if not MIN_INT <= item <= MAX_INT:  # type: ignore[operator]  # an int by its exact type
                item = encode_int(item, w)  # type: ignore[arg-type]  # as above
        elif kind is float:
            if item - item != 0.0:  # type: ignore[operator]  # a float by its exact type
                item = encode_float(item, w)  # type: ignore[arg-type]  # as above
        elif item is not None and kind is not bool:
            item = encode(item, w)
        size += 2
        if others is None:
            if type(key) is str and key != TAG and not is_careful:
                nodes[key] = item
                continue
            if type(key) is str and key != TAG and _is_clean(key):
                nodes[key] = item
                continue
            others = [[known, node] for known, node in nodes.items()]
        others.append([encode(key, w), item])
    w.depth -= 1
    w.left -= size
    return nodes if others is None else {TAG: tags.DICT, "v": others}


def _encode_pairs(tag: str, value: dict[object, object], w: Writer) -> Node:
    """Return {"$": tag, "v": the node of the plain dict with the same items}."""
    node = encode_dict(value, w)
    if type(node) is dict and node.get(TAG) in (tags.AGAIN, tags.CUT):
        return node
    return {TAG: tag, "v": node}


def _encode_counter(value: "Counter[object]", w: Writer) -> Node:
    if value.__dict__:
        return w.other(value, w)
    return _encode_pairs(tags.COUNTER, value, w)  # type: ignore[arg-type]  # a Counter is a dict


def _encode_default_dict(value: "defaultdict[object, object]", w: Writer) -> Node:
    factory = value.default_factory
    name = next((name for name, known in _FACTORIES.items() if known is factory), None)
    node = _encode_pairs(tags.DEFAULT_DICT, value, w)
    if node[TAG] == tags.DEFAULT_DICT:
        if name is None and factory is not None:
            w.not_exact()
            node["f"] = encode(factory, w)
        else:
            node["f"] = name
    return node


def _encode_ordered_dict(value: "OrderedDict[object, object]", w: Writer) -> Node:
    # Walking an OrderedDict in its own order asks its keys for their hash; only keys without code of their own are.
    if value.__dict__ or not all(_hashes_plainly(key) for key in dict.__iter__(value)):
        return w.other(value, w)
    if w.depth >= w.max_depth:
        return w.cut(value, "depth")
    if w.is_sharing and (again := w.seen(value)):
        return again
    node = {TAG: tags.ORDERED_DICT, "v": encode_mapping(OrderedDict.items(value), w)}
    return node if w.left >= 0 else w.cut(value, "size")


def _hashes_plainly(key: object) -> bool:
    kind = type(key)
    if kind is tuple:
        return all(_hashes_plainly(item) for item in key)  # type: ignore[attr-defined]  # a tuple by its exact type
    return any(kind is plain for plain in _PLAIN_KEYS)


def _encode_namespace(value: SimpleNamespace, w: Writer) -> Node:
    return _encode_pairs(tags.NAMESPACE, value.__dict__, w)


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
    deque: encode_deque,
    dict: encode_dict,
    OrderedDict: _encode_ordered_dict,
    defaultdict: _encode_default_dict,
    Counter: _encode_counter,
    SimpleNamespace: _encode_namespace,
}


# The content of an instance of a subclass, without asking the subclass. An OrderedDict's own order cannot be read
# without asking its keys, so equal content proves nothing there.


def _ordered_content(value: "OrderedDict[object, object]", w: Writer) -> Node:
    w.not_exact(is_comparable=False)
    return encode_mapping(dict.items(value), w)


def _default_dict_content(value: "defaultdict[object, object]", w: Writer) -> Node:
    factory = defaultdict.default_factory.__get__(value)  # type: ignore[attr-defined]  # a descriptor of a C type
    return {TAG: tags.TUPLE, "v": [encode(factory, w), encode_mapping(dict.items(value), w)]}


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
    deque: lambda value, w: {TAG: tags.DEQUE, "v": encode_items(deque.__iter__(value), w)},
    dict: lambda value, w: encode_mapping(dict.items(value), w),
    OrderedDict: _ordered_content,
    defaultdict: _default_dict_content,
}


def _set_content(items: Iterable[object], w: Writer) -> list[Node]:
    w.in_set += 1
    nodes = encode_items(items, w)
    w.in_set -= 1
    nodes.sort(key=to_bytes)  # the order of iteration depends on PYTHONHASHSEED
    return nodes


# Back from nodes --------------------------------------------------------------------------------------------------


def _build_pairs(node: Node, r: Reader) -> list[tuple[Any, Any]]:
    return [(build(key, r), build(item, r)) for key, item in entries_of(node)]


def _build_deque(node: Node, r: Reader) -> "deque[Any]":
    bound = node["n"]
    return deque((build(item, r) for item in node["v"]), None if bound is None else int(bound))


def _build_default_dict(node: Node, r: Reader) -> "defaultdict[Any, Any]":
    name = node["f"]
    return defaultdict(None if name is None else _FACTORIES[name], _build_pairs(node["v"], r))


def _build_counter(node: Node, r: Reader) -> "Counter[Any]":
    counter: Counter[Any] = Counter()
    dict.update(counter, _build_pairs(node["v"], r))  # Counter.update would add
    return counter


def _build_namespace(node: Node, r: Reader) -> SimpleNamespace:
    namespace = SimpleNamespace()
    namespace.__dict__.update(_build_pairs(node["v"], r))
    return namespace


BUILDERS: dict[str, Builder] = {
    tags.INT: lambda node, _r: int(node["v"], 16),
    tags.FLOAT: lambda node, _r: float(node["v"]),
    tags.STR: lambda node, _r: node["v"].encode("ascii").decode("unicode_escape"),
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
    tags.DICT: lambda node, r: dict(_build_pairs(node, r)),
    tags.DEQUE: _build_deque,
    tags.ORDERED_DICT: lambda node, r: OrderedDict(_build_pairs(node["v"], r)),
    tags.DEFAULT_DICT: _build_default_dict,
    tags.COUNTER: _build_counter,
    tags.NAMESPACE: _build_namespace,
}
