"""Exceptions, to nodes and back: class, arguments, attributes, notes, links and group members. Pure.

The traceback is not kept. What a builtin exception keeps in C (an errno, a position in text) is read from its member
descriptors and put back there; the program's `__init__` never runs.
"""

import types
from collections.abc import Mapping
from typing import Any

from flight_recorder.codec import tags
from flight_recorder.codec.bare import dict_of_class, find_in_class, is_python_made, mro_of
from flight_recorder.codec.containers import encode_items, encode_mapping
from flight_recorder.codec.naming import name_of
from flight_recorder.codec.reader import Builder, Reader, build, entries_of
from flight_recorder.codec.shapes import Shape, read_slots, write_state
from flight_recorder.codec.state import encode_extras, read_attributes
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.writer import Writer, encode
from flight_recorder.errors import NotRebuildableError

_OWN: Mapping[str, Any] = BaseException.__dict__
_LINKS = (("cause", "__cause__"), ("context", "__context__"))
_GROUP_MEMBERS = ("message", "exceptions")
_UNICODE_ERRORS = (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError)


def encode_exception(value: object, shape: Shape, w: Writer) -> Node:
    """Return the node of *value*, an exception by its shape."""
    cls = type(value)
    name, is_found = w.refer(cls)
    if not is_found or _native_new(cls) is None:
        w.not_exact()
    node: Node = {TAG: tags.EXCEPTION, "t": name}
    _encode_args(node, value, w)
    state = encode_mapping(_special_state(value, shape.base).items(), w)
    if state:
        node["s"] = state
    encode_extras(node, read_attributes(shape, value) | read_slots(shape, value), w)
    w.depth += 1
    for key, attribute in _LINKS:
        linked = _OWN[attribute].__get__(value)
        if linked is not None:
            node[key] = encode(linked, w)
    w.depth -= 1
    if _OWN["__suppress_context__"].__get__(value):
        node["suppress"] = True
    return node


def _encode_args(node: Node, value: object, w: Writer) -> None:
    args: tuple[object, ...] = _OWN["args"].__get__(value)
    if not any(owner is BaseExceptionGroup for owner in mro_of(type(value))):
        node["a"] = encode_items(args, w)
        return
    message, members = (BaseExceptionGroup.__dict__[name].__get__(value) for name in _GROUP_MEMBERS)
    node["a"] = encode_items((message,), w)
    node["members"] = encode_items(members, w)
    given = args[1] if len(args) == 2 and args[0] is message else None
    if (type(given) is not list and type(given) is not tuple) or not _same_items(given, members):
        w.not_exact()  # args were given another content after the group was made
    elif type(given) is tuple:
        node["q"] = tags.TUPLE


def _same_items(given: Any, members: tuple[object, ...]) -> bool:
    return len(given) == len(members) and all(one is other for one, other in zip(given, members, strict=True))


def _special_state(value: object, base: type) -> dict[str, object]:
    """Return what *base* and its builtin bases keep in C beside args, by name, without what is None."""
    state: dict[str, object] = {}
    for name, member in _special_members(base).items():
        try:
            part = member.__get__(value)
        except AttributeError:  # characters_written, when it was not given
            continue
        if part is not None:
            state[name] = part
    return dict(sorted(state.items()))


def _special_members(base: type) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for owner in mro_of(base):
        if owner is BaseException:
            break
        for name, member in dict_of_class(owner).items():
            is_member = type(member) is types.MemberDescriptorType and name not in _GROUP_MEMBERS
            if is_member or name == "characters_written":
                members.setdefault(name, member)
    return members


def _native_new(cls: type) -> Any:
    """Return the `__new__` that *cls* inherits from a builtin exception; None when it has one of its own."""
    found = find_in_class(cls, "__new__")
    if found is None or is_python_made(found[0]) or type(found[1]) is not types.BuiltinMethodType:
        return None
    return found[1]


# Back from nodes ----------------------------------------------------------------------------------------------------


def build_exception(node: Node, r: Reader) -> Any:
    """Return the exception of *node*. Raises NotRebuildableError when its class makes its instances itself."""
    cls, shape = r.find(node["t"], tags.EXCEPTION)
    make = _native_new(cls)
    if make is None:
        raise NotRebuildableError(f"{name_of(cls)} makes its instances with code of the program")
    made: Any = make(cls, *_build_args(node, r))
    if type(made) is not cls:
        raise NotRebuildableError(f"{name_of(cls)} cannot have been made from the recorded arguments")
    _restore_special(made, shape.base, {name: build(item, r) for name, item in entries_of(node.get("s", {}))})
    write_state(shape, made, {name: build(item, r) for name, item in entries_of(node.get("d", {}))})
    for key, attribute in _LINKS:
        if key in node:
            _OWN[attribute].__set__(made, build(node[key], r))
    _OWN["__suppress_context__"].__set__(made, node.get("suppress", False) is True)
    return made


def _build_args(node: Node, r: Reader) -> list[Any]:
    args = [build(arg, r) for arg in node["a"]]
    if "members" in node:
        members = [build(member, r) for member in node["members"]]
        args.append(tuple(members) if node.get("q") == tags.TUPLE else members)
    return args


def _restore_special(made: object, base: type, state: dict[str, Any]) -> None:
    members = _special_members(base)
    if any(base is known for known in _UNICODE_ERRORS) and state:
        _check_positions(state)
    for name, part in state.items():
        members[name].__set__(made, part)


def _check_positions(state: dict[str, Any]) -> None:
    # The text of these errors is made in C from their positions, some of which older versions do not check.
    if not 0 <= state["start"] <= state["end"] <= len(state.get("object", "")):
        raise NotRebuildableError("the recorded positions lie outside the recorded text")


BUILDERS: dict[str, Builder] = {tags.EXCEPTION: build_exception}
