"""Instances of the program's own classes, to nodes and back: enums, named tuples, dataclasses, models, others. Pure.

State is read from `__dict__` and slots and put back there: no `__init__`, validator, property or `__setattr__` runs.
"""

import enum
from collections.abc import Iterable, Mapping
from typing import Any, cast

from flight_recorder.codec import tags
from flight_recorder.codec.bare import (
    derives,
    dict_of_class,
    find_in_class,
    module_of,
    qualname_of,
)
from flight_recorder.codec.callables import encode_class
from flight_recorder.codec.containers import encode_mapping
from flight_recorder.codec.exceptions import encode_exception
from flight_recorder.codec.masking import redacted_node
from flight_recorder.codec.naming import name_of
from flight_recorder.codec.reader import Builder, Reader, build, entries_of
from flight_recorder.codec.scalars import late_encoder
from flight_recorder.codec.shapes import MODEL_SLOTS, Shape, read_slots, write_state
from flight_recorder.codec.state import encode_extras, read_attributes
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.writer import Encoder, Restart, Writer, encode
from flight_recorder.errors import NotRebuildableError
from flight_recorder.interrupted import was_interrupted

_PLAIN_ENUM_VALUES = (str, int, float, bool, type(None))


def encode_instance(value: object, w: Writer) -> Node:
    """Return the node of a *value* whose exact type is none of the builtin kinds.

    Trouble with one instance stays with it: it becomes opaque, the rest of the value is as it would be.
    """
    depth, in_set = w.depth, w.in_set
    try:
        return _encode_instance(value, w)
    except (Restart, RecursionError, UnicodeEncodeError):  # another pass will deal with these
        raise
    except Exception as trouble:  # a class that is not built as its kind is: never the caller's concern
        if was_interrupted(trouble):
            raise
        w.depth, w.in_set = depth, in_set
        return w.opaque(value)


def _encode_instance(value: object, w: Writer) -> Node:
    cls = type(value)
    encoder = w.chosen.get(id(cls))
    if encoder is None:
        encoder = w.chosen[id(cls)] = _choose(cls, w)
    return encoder(value, w)


def _choose(cls: type, w: Writer) -> Encoder:
    """Return the encoder of the instances of *cls*."""
    late = late_encoder(cls, module_of(cls), qualname_of(cls))
    if late is not None:
        return late
    if derives(cls, type):
        return encode_class
    shape = w.shape(cls)
    if shape.kind == tags.ENUM:
        return _encode_enum
    if shape.kind == tags.REDACTED:
        return lambda value, w: _encode_secret(value, shape, w)
    if shape.kind == tags.OPAQUE or cls is object:  # nothing tells one bare object() from another
        return lambda value, w: w.opaque(value)
    return _stateful(shape)


def _stateful(shape: Shape) -> Encoder:
    """Return the encoder of the instances of a class of that *shape*, within the limits of depth and size."""
    encode_state = _STATEFUL[shape.kind]
    is_object = shape.kind == tags.OBJECT

    def encode_stateful(value: object, w: Writer) -> Node:
        if w.depth >= w.max_depth:
            return w.cut(value, "depth")
        if (is_object or w.is_sharing) and (again := w.seen(value)):
            return again
        before = w.left
        return w.sized(encode_state(value, shape, w), value, before)

    return encode_stateful


def _named(tag: str, value: object, w: Writer) -> Node:
    """Return the beginning of the node of an instance of a declared kind, and note whether its class can be found."""
    name, is_found = w.refer(type(value))
    if not is_found:
        w.not_exact()
    return {TAG: tag, "t": name}


# Enums --------------------------------------------------------------------------------------------------------------


def _encode_enum(value: object, w: Writer) -> Node:
    node = _named(tags.ENUM, value, w)
    own = _enum_state(value)
    name, content = own["_name_"], own["_value_"]
    node["n"] = name if type(name) is str else None
    if any(type(content) is plain for plain in _PLAIN_ENUM_VALUES):
        node["v"] = encode(content, w)
    found = _find_member(type(value), node["n"], content)
    if found is not value and not (found is None and _is_combined(type(value), content)):
        w.not_exact()
    return node


def _enum_state(member: object) -> Mapping[str, Any]:
    found = find_in_class(type(member), "__dict__")
    return {} if found is None else found[1].__get__(member)


def _find_member(cls: type, name: str | None, content: object) -> object | None:
    """Return the member of that name, or the combination of flags of that value when it was made before."""
    namespace = dict_of_class(cls)
    member: object = namespace["_member_map_"].get(name)
    if member is None and derives(cls, enum.Flag) and type(content) is int:
        member = namespace["_value2member_map_"].get(content)
    return member


def _build_enum(node: Node, r: Reader) -> Any:
    cls, _ = r.find(node["t"], tags.ENUM)
    content = build(node["v"], r) if "v" in node else None
    member = _find_member(cls, node["n"], content)
    if member is None and derives(cls, enum.Flag) and type(content) is int:
        member = _combine_flags(cls, content)
    if member is None:
        raise NotRebuildableError(f"{name_of(cls)} has no member {node['n']} any more")
    now = _enum_state(member).get("_value_")
    if "v" in node and not (type(now) is type(content) and now == content):
        raise NotRebuildableError(f"{name_of(cls)}.{node['n']} has another value than when it was recorded")
    return member


def _is_combined(cls: type, content: object) -> bool:
    """Whether a value without a member is a combination of flags that Python makes anew each time, as 3.11.2 does."""
    missing = find_in_class(cls, "_missing_")
    return missing is not None and missing[0] is enum.Flag and type(content) is int


def _combine_flags(cls: type, content: int) -> object:
    if not _is_combined(cls, content):
        raise NotRebuildableError(f"{name_of(cls)} cannot combine flags without running code of the program")
    return enum.EnumType.__call__(cls, content)


# Named tuples, dataclasses, models --------------------------------------------------------------------------------


def _encode_namedtuple(value: object, shape: Shape, w: Writer) -> Node:
    node = _named(tags.NAMEDTUPLE, value, w)
    items: tuple[object, ...] = tuple(tuple.__iter__(value))  # type: ignore[arg-type]  # a tuple by its shape
    node["v"] = encode_mapping(zip(shape.fields, items, strict=True), w)
    return encode_extras(node, read_attributes(shape, value), w)


def _build_namedtuple(node: Node, r: Reader) -> Any:
    cls, shape = r.find(node["t"], tags.NAMEDTUPLE)
    values = _build_fields(node, shape, cls, r)
    target: Any = tuple.__new__(cls, values.values())
    write_state(shape, target, build_state(node, "d", r))
    return target


def _encode_dataclass(value: object, shape: Shape, w: Writer) -> Node:
    node = _named(tags.DATACLASS, value, w)
    return _encode_declared(node, shape, read_attributes(shape, value) | read_slots(shape, value), w)


def _encode_declared(node: Node, shape: Shape, state: dict[str, object], w: Writer) -> Node:
    present = [(name, state.pop(name)) for name in shape.fields if name in state]
    node["v"] = encode_mapping(present, w)
    if len(present) < len(shape.fields):
        held = {name for name, _ in present}
        node["u"] = [name for name in shape.fields if name not in held]
    return encode_extras(node, state, w)


def _build_dataclass(node: Node, r: Reader) -> Any:
    cls, shape = r.find(node["t"], tags.DATACLASS)
    target: Any = object.__new__(cls)
    write_state(shape, target, _build_fields(node, shape, cls, r) | build_state(node, "d", r))
    return target


def _build_fields(node: Node, shape: Shape, cls: type, r: Reader) -> dict[str, Any]:
    values = build_state(node, "v", r)
    unset = set(node.get("u", ()))
    if tuple(values) != tuple(name for name in shape.fields if name not in unset) or not unset <= set(shape.fields):
        raise NotRebuildableError(f"{name_of(cls)} has other fields than when it was recorded")
    return values


def build_state(node: Node, key: str, r: Reader) -> dict[str, Any]:
    """Return the objects under *key* of *node* by name; empty when there is no such key."""
    return {build(name, r): build(item, r) for name, item in entries_of(node.get(key, {}))}


def _encode_model(value: object, shape: Shape, w: Writer) -> Node:
    node = _named(tags.MODEL, value, w)
    slots = read_slots(shape, value)
    extra, fields_set, private = (cast(Any, slots.pop(name, None)) for name in MODEL_SLOTS)
    node = _encode_declared(node, shape, read_attributes(shape, value) | slots, w)
    node["s"] = sorted(encode(name, w) for name in set.__iter__(fields_set))
    for key, part in (("x", extra), ("p", private)):
        node[key] = None if part is None else encode_mapping(dict.items(part), w)
    return node


def _build_model(node: Node, r: Reader) -> Any:
    cls, shape = r.find(node["t"], tags.MODEL)
    target: Any = object.__new__(cls)
    attributes = shape.attributes.__get__(target)
    attributes.update(_build_fields(node, shape, cls, r))
    extra, private = (None if node[key] is None else build_state(node, key, r) for key in ("x", "p"))
    slots = dict(zip(MODEL_SLOTS, (extra, {build(name, r) for name in node["s"]}, private), strict=True))
    write_state(shape, target, build_state(node, "d", r) | slots)
    return target


def _encode_secret(value: object, shape: Shape, w: Writer) -> Node:
    """Return the marker for an instance of a class that exists to keep its content out of sight."""
    w.is_redacted = True
    w.depth += 1
    content = encode_mapping(_ordered(read_attributes(shape, value) | read_slots(shape, value), ()), w)
    w.depth -= 1
    node = redacted_node(w.settings.secrets, content)
    if "h" not in node:
        w.is_comparable = False  # two secrets leave the same marker
    return node


# The rest -----------------------------------------------------------------------------------------------------------


def _encode_object(value: object, shape: Shape, w: Writer) -> Node:
    w.not_exact()
    w.objects -= 1
    if w.objects < 0:
        return w.cut(value, "objects")
    node: Node = {TAG: tags.OBJECT, "t": name_of(type(value))}
    w.depth += 1
    content = None if shape.base is object else w.adapters.contents[shape.base](value, w)
    w.depth -= 1
    if content is not None:
        node["b"] = content
    state = read_attributes(shape, value) | read_slots(shape, value)
    node["v"] = encode_mapping(_ordered(state, shape.fields), w)
    return node


def _ordered(state: Mapping[str, object], only: tuple[str, ...]) -> Iterable[tuple[str, object]]:
    """Return names and values in the order of names: that in which attributes were set means nothing."""
    names = sorted(state) if not only else [name for name in only if name in state]
    return [(name, state[name]) for name in names]


_STATEFUL = {
    tags.NAMEDTUPLE: _encode_namedtuple,
    tags.DATACLASS: _encode_dataclass,
    tags.MODEL: _encode_model,
    tags.OBJECT: _encode_object,
    tags.EXCEPTION: encode_exception,
}

BUILDERS: dict[str, Builder] = {
    tags.ENUM: _build_enum,
    tags.NAMEDTUPLE: _build_namedtuple,
    tags.DATACLASS: _build_dataclass,
    tags.MODEL: _build_model,
}
