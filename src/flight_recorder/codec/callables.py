"""Callables: functions, methods, classes and builtins inside a value, to nodes. For looking at and comparing only.

A callable is told by its name and by the digest of its behaviour. Without a digest nothing proves that two callables
of one name do the same, except for what the standard library holds under that name. The module is no part of a
function's name where the digest tells what it does: moving a function elsewhere changes nothing in what it does.
"""

import functools
import sys
import types
from typing import Any

from flight_recorder.codec import tags
from flight_recorder.codec.bare import is_class, module_of, qualname_of
from flight_recorder.codec.containers import encode_items, encode_mapping
from flight_recorder.codec.naming import clean, find_loaded, name_of
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.writer import Encoder, Writer, encode
from flight_recorder.interrupted import was_interrupted


def _marker(kind: str, name: str, value: object, w: Writer, *, is_known: bool) -> Node:
    node: Node = {TAG: tags.CALLABLE, "k": kind, "n": clean(name)}
    digest = None if is_known else _described(value, w)
    if digest is not None:
        node["h"] = digest
    w.not_exact(is_comparable=is_known or digest is not None)
    return node


def _described(value: object, w: Writer) -> str | None:
    describe = w.settings.describe_callable
    if describe is None:
        return None
    try:
        digest = describe(value)
    except Exception as trouble:  # a function that cannot be examined is one whose behaviour is unknown
        if type(trouble) is not RecursionError and was_interrupted(trouble):
            raise
        return None
    return clean(str.__str__(digest)) if type(digest) is str else None


def _is_of_library(module: str, qualname: str, value: object) -> bool:
    """Whether the standard library holds *value* itself under its name."""
    return module.partition(".")[0] in sys.stdlib_module_names and find_loaded(module, qualname) is value


def _text(name: object) -> str:
    return name if type(name) is str else "?"


def encode_class(value: type, w: Writer) -> Node:
    """Return the node of the class *value*."""
    is_known = _is_of_library(module_of(value), qualname_of(value), value)
    return _marker("class", name_of(value), value, w, is_known=is_known)


def _encode_function(value: types.FunctionType, w: Writer) -> Node:
    module, qualname = _text(value.__module__), _text(value.__qualname__)
    # A wrapper put in a library function's place bears its name, but has the globals of the module that made it.
    is_known = value.__globals__.get("__name__") == module and _is_of_library(module, qualname, value)
    return _marker("function", f"{module}:{qualname}" if is_known else qualname, value, w, is_known=is_known)


def _encode_cached(value: Any, w: Writer) -> Node:
    own = value.__dict__  # what functools.lru_cache copied from the function
    return _marker("function", _text(own.get("__qualname__")), value, w, is_known=False)


def _encode_method(value: types.MethodType, w: Writer) -> Node:
    function, owner = _encode_below(value.__func__, w), _encode_below(value.__self__, w)
    w.not_exact()
    return {TAG: tags.CALLABLE, "k": "method", "func": function, "self": owner}


def _encode_builtin(value: types.BuiltinFunctionType, w: Writer) -> Node:
    owner = value.__self__
    if owner is None or type(owner) is types.ModuleType:
        module = _text(value.__module__)
        is_known = _is_of_library(module, value.__qualname__, value)
        return _marker("builtin", f"{module}:{value.__qualname__}", value, w, is_known=is_known)
    cls: Any = owner if is_class(owner) else type(owner)
    # What a method in C does is told by its name and its owner.
    node = _marker("builtin", f"{name_of(cls)}.{value.__name__}", value, w, is_known=True)
    return {**node, "self": _encode_below(owner, w)}


def _encode_below(part: object, w: Writer) -> Node:
    w.depth += 1
    node = w.cut(part, "depth") if w.depth > w.max_depth else encode(part, w)
    w.depth -= 1
    return node


def _encode_descriptor(value: Any, w: Writer) -> Node:
    cls = value.__objclass__
    is_known = _is_of_library(module_of(cls), qualname_of(cls), cls)
    return _marker("builtin", f"{name_of(cls)}.{value.__name__}", value, w, is_known=is_known)


def _encode_partial(value: "functools.partial[Any]", w: Writer) -> Node:
    if w.depth >= w.max_depth:
        return w.cut(value, "depth")
    if w.is_sharing and (again := w.seen(value)):
        return again
    w.not_exact()
    return {
        TAG: tags.CALLABLE,
        "k": "partial",
        "func": _encode_below(value.func, w),
        "args": encode_items(value.args, w),
        "keywords": encode_mapping(value.keywords.items(), w),
    }


ENCODERS: dict[type, Encoder] = {
    type: encode_class,
    types.FunctionType: _encode_function,
    types.MethodType: _encode_method,
    types.BuiltinFunctionType: _encode_builtin,
    types.MethodWrapperType: _encode_builtin,
    types.WrapperDescriptorType: _encode_descriptor,
    types.MethodDescriptorType: _encode_descriptor,
    types.ClassMethodDescriptorType: _encode_descriptor,
    types.GetSetDescriptorType: _encode_descriptor,
    types.MemberDescriptorType: _encode_descriptor,
    functools.partial: _encode_partial,
    functools._lru_cache_wrapper: _encode_cached,
}
