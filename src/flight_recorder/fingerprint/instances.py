"""Instances: what objects other than functions, classes and plain data consist of, and what they reach."""

import functools
import gc
import operator
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import NAMESPACES, is_value_type, state_of
from flight_recorder.fingerprint.classes import type_text
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import PLAIN, DigestValue, constant
from flight_recorder.fingerprint.containers import container_node, is_container
from flight_recorder.fingerprint.held import held_by
from flight_recorder.fingerprint.made import Home, making_of
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.node import Node
from flight_recorder.fingerprint.origin import Origin, distribution_of, origin_of_module
from flight_recorder.fingerprint.resolve import Edge, Resolver, Scope
from flight_recorder.model.fingerprint import Part, PartKind

_GETTERS = (operator.itemgetter, operator.attrgetter, operator.methodcaller)
# Kinds of the standard library whose attributes are what they are.
_OPEN = (*NAMESPACES, functools.partialmethod, functools.singledispatchmethod)
_ALIAS_MODULES = frozenset({"types", "typing"})


class Instances:
    """Looks at objects, with what that takes."""

    def __init__(self, project: Project, resolver: Resolver, digest_value: DigestValue) -> None:
        self._project = project
        self._resolver = resolver
        self._digest_value = digest_value

    def node(self, obj: object, label: str, home: Home | None) -> Node:
        """Return *obj* as a node."""
        kind = type(obj)
        match origin_of_module(kind.__module__, self._project):
            case Origin.OURS:
                return Node()
            case Origin.PROJECT:
                return self._of_project(obj, label, home)
            case _:
                return self._known(obj, label, home) or self._opaque(obj, label, home)

    def library(self, module: str) -> tuple[Part, ...]:
        """Return the distribution of *module* as a part; nothing for the standard library."""
        if origin_of_module(module, self._project) is not Origin.DISTRIBUTION:
            return ()  # another Python is a warning, not a change
        name, version = distribution_of(module)
        return (Part(PartKind.LIBRARY, name, digest_of_text(version), preview=version),)

    def _of_project(self, obj: Any, label: str, home: Home | None) -> Node:
        """An object of the project's: its class, and what it holds, attribute by attribute."""
        kind = type(obj)
        inner = Node()
        if is_container(kind):
            inner = container_node(obj, label, home, self._digest_value)
        elif plain := [base for base in kind.__mro__ if base in PLAIN]:
            inner = Node((Part(PartKind.CONSTANT, label, digest_of_text(vars(plain[0])["__repr__"](obj))),))
        elif _has_foreign_base(kind, self._project) and self._digest_value(obj) is not None:
            inner = Node((constant(obj, label, self._digest_value),))
        state = [] if "_member_map_" in vars(kind) else _state(obj, label, home)
        return Node(inner.parts, (Edge(kind, function_name(kind)), *inner.edges, *state))

    def _known(self, obj: Any, label: str, home: Home | None) -> Node | None:
        """An object of a library's whose contents can be listed; None for any other."""
        kind = type(obj)
        if is_container(kind) and not hasattr(kind, "_fields"):
            return container_node(obj, label, home, self._digest_value)
        if kind in _OPEN:
            return Node((self._identity(obj, label),), tuple(_state(obj, label, home)))
        if kind is MappingProxyType:
            return Node(edges=tuple(Edge(held, label, home) for held in gc.get_referents(obj)))
        if kind in _GETTERS:
            arguments = obj.__reduce__()[1]
            return Node((self._identity(obj, label),), (Edge(arguments, f"{label}()", home),))
        if kind.__module__ in _ALIAS_MODULES and hasattr(obj, "__args__"):
            part = Part(PartKind.CONSTANT, label, digest_of_text(type_text(obj)))
            inner = (*obj.__args__, *getattr(obj, "__metadata__", ()))
            return Node((part,), tuple(Edge(one, f"{label}[]", home) for one in inner))
        if is_value_type(kind) and self._digest_value(obj) is not None:
            return Node((constant(obj, label, self._digest_value), *self.library(kind.__module__)))
        return None

    def _opaque(self, obj: object, label: str, home: Home | None) -> Node:
        """A client, a lock, a logger: its class and version, how it was made, and the functions that it holds."""
        held = [Edge(one, f"{label} holds") for one in held_by(obj, self._project)]
        making = making_of(home) if home is not None else None
        parts = (self._identity(obj, label), *self.library(type(obj).__module__))
        if home is None or making is None:
            return Node(parts, tuple(held))
        made = Part(PartKind.CONSTANT, home.label, making.digest)
        named = self._resolver.edges(making.chains, Scope(making.names))
        others = [edge for edge in named if edge.obj is not obj]
        return Node((*parts, made), (*held, *others))

    def _identity(self, obj: object, label: str) -> Part:
        kind = type(obj)
        return Part(PartKind.CONSTANT, label, digest_of_text(function_name(kind)), preview=f"<{kind.__name__}>")


def _state(obj: object, label: str, home: Home | None) -> Iterator[Edge]:
    for attribute, value in sorted(state_of(obj).items()):
        yield Edge(value, f"{label}.{attribute}", home)


def _has_foreign_base(kind: type, project: Project) -> bool:
    bases = (base for base in kind.__mro__ if base is not object)
    return any(origin_of_module(base.__module__, project) is not Origin.PROJECT for base in bases)
