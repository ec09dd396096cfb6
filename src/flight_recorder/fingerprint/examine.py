"""Examine: from any object to its node. Keeps what it has seen, since the steps of a project share their helpers."""

import functools
import sys
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import ABSENT, state_of
from flight_recorder.fingerprint.chains import Root
from flight_recorder.fingerprint.classes import class_node
from flight_recorder.fingerprint.code import chains_of_trees, digest_of_text
from flight_recorder.fingerprint.constants import CONTAINERS, PLAIN, DigestValue, constant
from flight_recorder.fingerprint.containers import container_node
from flight_recorder.fingerprint.functions import function_node
from flight_recorder.fingerprint.held import held_by
from flight_recorder.fingerprint.instances import Instances
from flight_recorder.fingerprint.made import Home, home_in_module
from flight_recorder.fingerprint.names import function_name, module_label, stood_for
from flight_recorder.fingerprint.node import Definition, Node
from flight_recorder.fingerprint.normal import tree_text
from flight_recorder.fingerprint.origin import Origin, origin_of, origin_of_module
from flight_recorder.fingerprint.resolve import Edge, Resolver, Scope, StepName
from flight_recorder.fingerprint.source import file_of
from flight_recorder.fingerprint.unloaded import Unloaded, is_current, package_of
from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.fingerprint import Part, PartKind

_DESCRIPTORS = (MethodDescriptorType, WrapperDescriptorType, ClassMethodDescriptorType, GetSetDescriptorType)
_LRU_CACHE = functools._lru_cache_wrapper


class Examiner:
    """Looks at one object at a time, and remembers."""

    def __init__(self, project: Project, step_name: StepName, digest_value: DigestValue) -> None:
        self._project = project
        self._resolver = Resolver(project, step_name)
        self._instances = Instances(project, self._resolver, digest_value)
        self._digest_value = digest_value
        # By identity, and holding what was examined: an id means something only while its object lives.
        self._nodes: dict[tuple[int, str], tuple[object, Node]] = {}

    def forget(self) -> None:
        """Let go of every object that was examined: none is to live longer than it would."""
        self._nodes.clear()

    def node(self, edge: Edge, label: str) -> Node:
        """Return what *edge* leads to, which goes by *label*, as a node. What cannot be examined is UNKNOWN."""
        obj = stood_for(edge.obj)
        key = (id(obj), label)
        known = self._nodes.get(key)
        if known is None:
            known = self._nodes[key] = (obj, self._contained(obj, label, edge.home))
        return known[1]

    def root(self, function: FunctionType, label: str) -> Node:
        """Return the node of a step's own function: examined whoever's it is."""
        try:
            return function_node(function, label, self._project, self._resolver)
        except Exception as problem:  # as below
            if type(problem) is not RecursionError and was_interrupted(problem):
                raise
            return _unknown(label, problem)

    def _contained(self, obj: object, label: str, home: Home | None) -> Node:
        try:
            return self._look(obj, label, home)
        except Exception as problem:  # objects of the program's may fail in any way; this one is unknown
            if type(problem) is not RecursionError and was_interrupted(problem):
                raise
            return _unknown(label, problem)

    def _look(self, obj: Any, label: str, home: Home | None) -> Node:
        kind = type(obj)
        if obj is ABSENT:
            return Node((Part(PartKind.CONSTANT, label, "", preview="not defined"),))
        if kind in PLAIN:
            return Node((constant(obj, label, self._digest_value),))
        if issubclass(kind, FunctionType):
            return self._function(obj, label)
        if issubclass(kind, type):
            return self._class(obj, label)
        if issubclass(kind, ModuleType):
            return self._module(obj)
        if kind is Unloaded:
            return self._unloaded(obj)
        if kind in CONTAINERS:
            return container_node(obj, label, home, self._digest_value)
        if kind in (BuiltinFunctionType, MethodWrapperType):
            return self._builtin(obj, label, home)
        if kind in _DESCRIPTORS:
            named = f"{function_name(obj.__objclass__)}.{obj.__name__}"
            return Node((Part(PartKind.CONSTANT, label, digest_of_text(named)),))
        inner = _inside(obj, label)
        if inner is not None:
            return Node(edges=tuple(Edge(one, name, home) for one, name in inner))
        return self._instances.node(obj, label, home)

    def _function(self, function: FunctionType, label: str) -> Node:
        match origin_of(function, self._project):
            case Origin.PROJECT:
                return function_node(function, label, self._project, self._resolver)
            case Origin.OURS:
                return Node()
            case _:
                held = [Edge(one, label) for one in held_by(function, self._project)]
                return Node(self._instances.library(str(function.__globals__["__name__"])), tuple(held))

    def _builtin(self, function: Any, label: str, home: Home | None) -> Node:
        """A function in C: the library that it comes from; a bound method of a builtin type, with its object."""
        owner = function.__self__
        if owner is None or type(owner) is ModuleType:
            return Node(self._instances.library(str(function.__module__)))
        part = Part(PartKind.CONSTANT, label, digest_of_text(function.__qualname__))
        return Node((part,), (Edge(owner, f"{label}.__self__", home),))

    def _class(self, cls: type, label: str) -> Node:
        if origin_of(cls, self._project) is Origin.PROJECT:
            return class_node(cls, label, self._project)
        return Node(self._instances.library(cls.__module__))

    def _module(self, module: ModuleType) -> Node:
        """A module that is passed on as a value: all that it defines."""
        is_made = sys.modules.get(module.__name__) is not module  # by hand, and held by a name of the program's only
        if not is_made and origin_of_module(module.__name__, self._project) is not Origin.PROJECT:
            return Node(self._instances.library(module.__name__))
        names = vars(module)
        defined = sorted((name, value) for name, value in names.items() if not name.startswith("__"))
        edges = [
            Edge(value, f"{module_label(module.__name__)}:{name}", home_in_module(names, name))
            for name, value in defined
            if not issubclass(type(value), ModuleType)
        ]
        return Node(edges=tuple(edges))

    def _unloaded(self, module: Unloaded) -> Node:
        """A module that is not there yet: its whole file, and what that imports."""
        if module.origin is not Origin.PROJECT:
            return Node(self._instances.library(module.name))
        if not module.file:
            return Node()
        file = file_of(module.file)
        if file is None:
            return Node((Part(PartKind.UNKNOWN, module.name, "", preview="no source"),))
        names: dict[str, object] = {"__name__": module.name, "__package__": package_of(module)}
        imports = [chain for chain in chains_of_trees(file.tree.body) if chain.root in (Root.IMPORT, Root.MODULE)]
        text = tree_text(file.tree, keeps_annotations=False) + ("" if is_current(module) else "edited")
        definition = Definition(PartKind.HELPER, digest_of_text(text), f"{self._project.relative(module.file)}:1")
        return Node(edges=tuple(self._resolver.edges(imports, Scope(names))), definition=definition)


def _inside(obj: Any, label: str) -> list[tuple[object, str]] | None:
    """Return what a wrapper of Python's own wraps, with names; None for anything else."""
    kind = type(obj)
    if kind is MethodType:
        return [(obj.__func__, label), (obj.__self__, f"{label}.__self__")]
    if issubclass(kind, staticmethod | classmethod):
        return [(obj.__func__, label)]
    if issubclass(kind, property):
        return [(one, label) for one in (obj.fget, obj.fset, obj.fdel) if one is not None]
    if issubclass(kind, functools.cached_property):
        return [(obj.func, label)]
    if kind is _LRU_CACHE:
        return [(state_of(obj)["__wrapped__"], label)]
    if issubclass(kind, functools.partial):
        named = [(value, f"{label}({key}=)") for key, value in obj.keywords.items()]
        return [(obj.func, f"{label}.func"), *((one, f"{label}({at})") for at, one in enumerate(obj.args)), *named]
    return None


def _unknown(label: str, problem: Exception) -> Node:
    return Node((Part(PartKind.UNKNOWN, label, "", preview=type(problem).__name__),))
