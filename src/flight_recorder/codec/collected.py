"""The containers of `collections`, and types.SimpleNamespace, to nodes and back. Pure."""

from collections import Counter, OrderedDict, defaultdict, deque
from types import NoneType, SimpleNamespace
from typing import Any

from flight_recorder.codec import tags
from flight_recorder.codec.containers import array_encoder, build_pairs, encode_dict, encode_items, encode_mapping
from flight_recorder.codec.reader import Builder, Reader, build
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.writer import Encoder, Writer, encode

_FACTORIES: dict[str, type] = {
    cls.__name__: cls for cls in (list, dict, set, frozenset, tuple, str, bytes, int, float, bool, complex, bytearray)
}
_MAX_LENGTH: Any = deque.__dict__["maxlen"]
_DEFAULT_FACTORY: Any = defaultdict.__dict__["default_factory"]
_PLAIN_KEYS = (str, int, float, bool, NoneType, bytes)


_encode_deque_items = array_encoder(tags.DEQUE, deque.__iter__)


def _encode_deque(value: deque[object], w: Writer) -> Node:
    """Return the node of *value*, with its bound."""
    node = _encode_deque_items(value, w)
    if node[TAG] == tags.DEQUE:
        node["n"] = _MAX_LENGTH.__get__(value)
    return node


def _encode_pairs(tag: str, value: dict[Any, Any], w: Writer) -> Node:
    """Return {"$": tag, "v": the node of the plain dict with the same items}."""
    node = encode_dict(value, w)
    if type(node) is dict and node.get(TAG) in (tags.AGAIN, tags.CUT):
        return node
    return {TAG: tag, "v": node}


def _encode_counter(value: "Counter[object]", w: Writer) -> Node:
    if value.__dict__:
        return w.other(value, w)
    return _encode_pairs(tags.COUNTER, value, w)


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
    before = w.left
    node = {TAG: tags.ORDERED_DICT, "v": encode_mapping(OrderedDict.items(value), w)}
    return w.sized(node, value, before)


def _hashes_plainly(key: object) -> bool:
    kind = type(key)
    if kind is tuple:
        return all(_hashes_plainly(item) for item in key)  # type: ignore[attr-defined]  # a tuple by its exact type
    return any(kind is plain for plain in _PLAIN_KEYS)


def _encode_namespace(value: SimpleNamespace, w: Writer) -> Node:
    return _encode_pairs(tags.NAMESPACE, value.__dict__, w)


ENCODERS: dict[type, Encoder] = {
    deque: _encode_deque,
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
    factory = _DEFAULT_FACTORY.__get__(value)
    return {TAG: tags.TUPLE, "v": [encode(factory, w), encode_mapping(dict.items(value), w)]}


CONTENTS: dict[type, Encoder] = {
    deque: lambda value, w: {TAG: tags.DEQUE, "v": encode_items(deque.__iter__(value), w)},
    OrderedDict: _ordered_content,
    defaultdict: _default_dict_content,
}


def _build_deque(node: Node, r: Reader) -> "deque[Any]":
    bound = node["n"]
    return deque((build(item, r) for item in node["v"]), None if bound is None else int(bound))


def _build_default_dict(node: Node, r: Reader) -> "defaultdict[Any, Any]":
    name = node["f"]
    return defaultdict(None if name is None else _FACTORIES[name], build_pairs(node["v"], r))


def _build_counter(node: Node, r: Reader) -> "Counter[Any]":
    counter: Counter[Any] = Counter()
    dict.update(counter, build_pairs(node["v"], r))  # Counter.update would add
    return counter


def _build_namespace(node: Node, r: Reader) -> SimpleNamespace:
    namespace = SimpleNamespace()
    namespace.__dict__.update(build_pairs(node["v"], r))
    return namespace


BUILDERS: dict[str, Builder] = {
    tags.DEQUE: _build_deque,
    tags.ORDERED_DICT: lambda node, r: OrderedDict(build_pairs(node["v"], r)),
    tags.DEFAULT_DICT: _build_default_dict,
    tags.COUNTER: _build_counter,
    tags.NAMESPACE: _build_namespace,
}
