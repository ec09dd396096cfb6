"""Walk: from a function to what it names, what that names, and so on. Runs none of the program's code."""

import builtins
import functools
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import MISSING, attribute_of, class_of, is_value_type, state_of
from flight_recorder.fingerprint.classes import class_contents, class_parts, project_bases
from flight_recorder.fingerprint.code import Chain, Root, digest_of_text, own_code
from flight_recorder.fingerprint.names import function_name, module_label
from flight_recorder.fingerprint.origin import Origin, distribution_of, origin_of_module
from flight_recorder.model.fingerprint import Part, PartKind

StepName = Callable[[object], str | None]
DigestValue = Callable[[object], tuple[bytes, str] | None]

MAX_ITEMS = 10_000  # looked at in one container for functions and classes
_PLAIN = (type(None), bool, int, float, complex, str, bytes, bytearray, range)
_CONTAINERS = (list, tuple, set, frozenset, dict)
_LRU_CACHE = type(functools.lru_cache(maxsize=1)(lambda: None))


class Walk:
    """One walk, from one function. Collects parts, and the names of the steps where it stopped."""

    def __init__(self, project: Project, step_name: StepName, digest_value: DigestValue) -> None:
        self.project = project
        self.parts: list[Part] = []
        self.steps: list[str] = []
        self.source = ""
        self._root_name = ""
        self._step_name = step_name
        self._digest_value = digest_value
        self._seen: set[int] = set()
        self._held: list[object] = []  # what was seen: an id means something only while its object lives

    def begin(self, function: object) -> None:
        """Walk from *function* itself, which may be the project's or not."""
        if isinstance(function, FunctionType):
            self._root_name = function_name(function)
            self._function(function)
        else:
            self.visit(function, function_name(function))

    def unknown(self, name: str, why: str) -> None:
        """Note that something cannot be examined."""
        self.parts.append(Part(PartKind.UNKNOWN, name, "", preview=why))

    def visit(self, obj: object, name: str) -> None:
        """Examine *obj*, which the code calls *name*."""
        step = self._step_name(obj)
        if step is not None:
            self.steps.append(step)
            self.parts.append(Part(PartKind.HELPER, f"{name} = step {step}", digest_of_text(step)))
        elif isinstance(obj, _PLAIN):
            self.value(obj, name)
        elif self._is_first(obj):
            self._visit_new(obj, name)

    def value(self, obj: object, name: str) -> bool:
        """Note *obj* as plain data; return False when it has no stable value."""
        digested = self._digest_value(obj)
        if digested is None:
            return False
        data, preview = digested
        self.parts.append(Part(PartKind.CONSTANT, name, digest_of_text(data.hex()), preview=preview))
        return True

    def _is_first(self, obj: object) -> bool:
        if id(obj) in self._seen:
            return False
        self._seen.add(id(obj))
        self._held.append(obj)
        return True

    def _visit_new(self, obj: object, name: str) -> None:
        match obj:
            case FunctionType():
                self._visit_function(obj)
            case MethodType():
                self.visit(obj.__func__, name)
                self.visit(obj.__self__, f"{name}.__self__")
            case staticmethod() | classmethod():
                self.visit(obj.__func__, name)
            case property():
                for accessor in (obj.fget, obj.fset, obj.fdel):
                    if accessor is not None:
                        self.visit(accessor, name)
            case functools.cached_property():
                self.visit(obj.func, name)
            case functools.partial():
                self._partial(obj, name)
            case type():
                self._visit_class(obj)
            case ModuleType():
                self._visit_module(obj)
            case BuiltinFunctionType():
                self._library(getattr(obj, "__module__", None) or "builtins")
            case _ if isinstance(obj, _LRU_CACHE):
                self.visit(obj.__wrapped__, name)
            case _ if type(obj) in _CONTAINERS:
                self._container(obj, name)
            case _:
                self._instance(obj, name)

    def _partial(self, obj: "functools.partial[Any]", name: str) -> None:
        self.visit(obj.func, name)
        for index, argument in enumerate(obj.args):
            self.visit(argument, f"{name}({index})")
        for key, argument in obj.keywords.items():
            self.visit(argument, f"{name}({key}=)")

    def _visit_function(self, function: FunctionType) -> None:
        origin = origin_of_module(function.__module__, self.project)
        if origin is Origin.OURS:
            return
        if origin is Origin.PROJECT or self.project.owns(function.__code__.co_filename):
            self._function(function)
            return
        self._library(function.__module__)
        # A library's decorator around a project function: what it holds is the project's.
        self._cells(function)
        wrapped = function.__dict__.get("__wrapped__")
        if wrapped is not None:
            self.visit(wrapped, function_name(function))

    def _function(self, function: FunctionType) -> None:
        self._is_first(function)
        name = function_name(function)
        # A decorator that keeps the step's name and what it wraps are the step's own code, both.
        kind = PartKind.CODE if name == self._root_name else PartKind.HELPER
        code = own_code(function.__code__, self._registering_names(function))
        place = f"{self.project.relative(function.__code__.co_filename)}:{function.__code__.co_firstlineno}"
        self.parts.append(Part(kind, name, code.digest, place))
        for chain in code.chains:
            self._chain(function, chain)
        self._defaults(function, name)
        wrapped = function.__dict__.get("__wrapped__")
        if wrapped is not None:
            self.visit(wrapped, name)
        if kind is PartKind.CODE:
            self.source = self.source or code.text  # of the innermost: what is wrapped comes first

    def _registering_names(self, function: FunctionType) -> frozenset[str]:
        """Return the dotted names of decorators that are the recorder's, as *function*'s module writes them."""
        recorders = [
            name
            for name, value in function.__globals__.items()
            if origin_of_module(type(value).__module__, self.project) is Origin.OURS
        ]
        return frozenset(f"{name}.register" for name in recorders)

    def _defaults(self, function: FunctionType, name: str) -> None:
        code = function.__code__
        positional = code.co_varnames[: code.co_argcount]
        defaults = function.__defaults__ or ()
        named = dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=True))
        named.update(function.__kwdefaults__ or {})
        for parameter, default in named.items():
            self.visit(default, f"{name}({parameter}=)")

    def _cells(self, function: FunctionType) -> None:
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                content = cell.cell_contents
            except ValueError:  # not filled yet
                continue
            if callable(content):
                self.visit(content, f"{function_name(function)}.{variable}")

    def _chain(self, function: FunctionType, chain: Chain) -> None:
        match chain.root:
            case Root.GLOBAL:
                found = function.__globals__.get(chain.name, MISSING)
                if found is MISSING:
                    if not hasattr(builtins, chain.name):
                        self._missing(f"{module_label(function.__module__)}:{chain.name}")
                    return
                self._attributes(found, f"{module_label(function.__module__)}:{chain.name}", chain.attributes)
            case Root.FREE:
                self._free(function, chain)
            case Root.SELF | Root.SUPER:
                self._own_class(function, chain)
            case Root.IMPORT:
                self._import(function, chain)

    def _free(self, function: FunctionType, chain: Chain) -> None:
        names = function.__code__.co_freevars
        if chain.name not in names or function.__closure__ is None:
            return  # a variable of the function itself, read by a function in it
        try:
            found = function.__closure__[names.index(chain.name)].cell_contents
        except ValueError:  # not filled yet
            return
        self._attributes(found, f"{function_name(function)}.{chain.name}", chain.attributes)

    def _own_class(self, function: FunctionType, chain: Chain) -> None:
        """`self.x` in a method: x along the class's bases, without running a property."""
        owner = class_of(function)
        if owner is None or not chain.attributes:
            return
        bases = owner.__mro__[1:] if chain.root is Root.SUPER else owner.__mro__
        for base in bases:
            if chain.attributes[0] in vars(base):
                if origin_of_module(base.__module__, self.project) is Origin.PROJECT:
                    label = f"{module_label(base.__module__)}:{base.__qualname__}.{chain.attributes[0]}"
                    self._attributes(vars(base)[chain.attributes[0]], label, chain.attributes[1:])
                else:
                    self._library(base.__module__)
                return

    def _import(self, function: FunctionType, chain: Chain) -> None:
        name = chain.name
        package = function.__globals__.get("__package__")
        module = sys.modules.get(name) or (sys.modules.get(f"{package}.{name}") if package else None)
        if module is None:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top != "flight_recorder":
                self._missing(f"import {name}")
        elif chain.attributes:
            self._attributes(module, module.__name__, chain.attributes)

    def _attributes(self, obj: object, name: str, attributes: tuple[str, ...]) -> None:
        """Follow `.a.b` from *obj* as far as that can be done without running code, and visit what is there."""
        while attributes and self._step_name(obj) is None:
            found = attribute_of(obj, attributes[0], self.project)
            if found is MISSING:
                break
            separator = ":" if isinstance(obj, ModuleType) else "."
            name = f"{module_label(obj.__name__) if isinstance(obj, ModuleType) else name}{separator}{attributes[0]}"
            obj, attributes = found, attributes[1:]
        if isinstance(obj, ModuleType) and attributes and self._origin(obj) is Origin.PROJECT:
            self._missing(f"{name}.{attributes[0]}")
            return
        self.visit(obj, name)

    def _origin(self, module: ModuleType) -> Origin:
        return origin_of_module(module.__name__, self.project)

    def _missing(self, name: str) -> None:
        """Note a name that is not there now: it counts as changed once it is."""
        self.parts.append(Part(PartKind.CONSTANT, name, "", preview="not defined"))

    def _visit_class(self, cls: type) -> None:
        if origin_of_module(cls.__module__, self.project) is Origin.PROJECT:
            for base in project_bases(cls, self.project):
                self._is_first(base)
            self.parts += class_parts(cls, self.project)
            for value, name in class_contents(cls, self.project):
                self.visit(value, name)
        else:
            self._library(cls.__module__)

    def _visit_module(self, module: ModuleType) -> None:
        """A module that is passed on as a value: every function and class that it defines."""
        if self._origin(module) is not Origin.PROJECT:
            self._library(module.__name__)
            return
        for name, value in sorted(vars(module).items()):
            if callable(value) and getattr(value, "__module__", None) == module.__name__:
                self.visit(value, f"{module_label(module.__name__)}:{name}")

    def _container(self, obj: Any, name: str) -> None:
        items = list(obj.items()) if type(obj) is dict else list(enumerate(obj))
        is_ordered = type(obj) not in (set, frozenset)  # a set's order differs from run to run
        for key, item in items[:MAX_ITEMS]:
            if not isinstance(item, _PLAIN):
                self.visit(item, f"{name}[{key!r}]" if is_ordered and isinstance(key, int | str) else name)
        if not self.value(obj, name):
            self.parts.append(Part(PartKind.CONSTANT, name, digest_of_text(f"{type(obj).__name__} of {len(obj)}")))

    def _instance(self, obj: object, name: str) -> None:
        kind = type(obj)
        origin = origin_of_module(kind.__module__, self.project)
        if origin is Origin.OURS:
            return
        if origin is Origin.PROJECT:
            self.visit(kind, function_name(kind))
            if not self.value(obj, name):
                self._state_of(obj, name)
        elif not (is_value_type(kind) and self.value(obj, name)):
            self._library(kind.__module__)
            wrapped = state_of(obj).get("__wrapped__")  # a decorator that is a class
            if wrapped is not None:
                self.visit(wrapped, name)

    def _state_of(self, obj: object, name: str) -> None:
        """Examine an object attribute by attribute: one of them, a lock or a client, has no stable value."""
        for attribute, value in sorted(state_of(obj).items()):
            self.visit(value, f"{name}.{attribute}")

    def _library(self, module: object) -> None:
        if origin_of_module(module, self.project) is not Origin.DISTRIBUTION:
            return  # the standard library: another Python is a warning, not a change
        name, version = distribution_of(str(module))
        part = Part(PartKind.LIBRARY, name, digest_of_text(version), preview=version)
        if part not in self.parts:
            self.parts.append(part)
