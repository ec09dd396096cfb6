"""Entered: functions that only running a step showed, told by file and qualified name, and found again later.

A running function shows its code, not itself. So what is examined is the function that its name leads to, if that
has this code, and else one that is made for the purpose from the code and the globals of its module.
"""

import functools
import os
import sys
from collections.abc import Iterator
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import msgspec

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import ABSENT, is_a, state_of, subclasses_of
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.names import function_name, label_of, module_label
from flight_recorder.fingerprint.origin import Origin, origin_of
from flight_recorder.fingerprint.source import codes_in, is_same_code
from flight_recorder.fingerprint.unloaded import Unloaded, was_loaded_late
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind

_MARK = "entered "
_LOCALS = ".<locals>"


class Definition(msgspec.Struct, frozen=True):
    """Where code that was entered is defined: the outermost function that it lies in, or a module as a whole.

    *qualname* is "" for a whole module: one that was not loaded when the session began is told by its file, as it
    is where an import statement names it, and so is code that belongs to no function. It is that of a class where
    *attributes* are not None: those of its attributes that hold data and may have been read.
    """

    file: str  # absolute
    module: str
    qualname: str
    attributes: tuple[str, ...] | None = None

    @property
    def as_module(self) -> "Definition":
        """The whole module instead of a function in it."""
        return Definition(self.file, self.module, "")

    @property
    def whole(self) -> Unloaded:
        """The whole module, as what a fingerprint is taken of."""
        is_package = os.path.basename(self.file) == "__init__.py"
        return Unloaded.of_project(self.module, self.file, is_package=is_package)

    def key(self, fingerprint: Fingerprint, project: Project) -> str:
        """Return what the fingerprint is learned as: the same for equal ones, in every process."""
        what = self.qualname or f"<{self.module}>"
        if self.attributes is not None:
            what += f"({','.join(self.attributes)})"
        return f"{_MARK}{project.relative(self.file)}:{what} {fingerprint.digest[:8]}"


def definition_of(code: CodeType, module: str) -> Definition:
    """Return where *code*, which ran in the module called *module*, is defined."""
    outer = code.co_qualname.partition(_LOCALS)[0]
    own = outer.rpartition(".")[2]
    is_function = not own.startswith("<") or own == "<lambda>"
    if not is_function or was_loaded_late(code.co_filename):
        return Definition(code.co_filename, module, "")
    return Definition(code.co_filename, module, outer)


def definition_named(key: str, project: Project) -> Definition | None:
    """Return the definition that was learned as *key*; None for the name of a step."""
    if not key.startswith(_MARK):
        return None
    place = key.removeprefix(_MARK).rpartition(" ")[0]
    file, _, qualname = place.rpartition(":")
    file = os.path.join(project.root, file)
    if qualname.startswith("<") and not qualname.startswith("<lambda>"):
        return Definition(file, qualname[1:-1], "")
    if qualname.endswith(")"):
        qualname, _, attributes = qualname[:-1].partition("(")
        return Definition(file, "", qualname, tuple(attributes.split(",")) if attributes else ())
    return Definition(file, "", qualname)


def definition_of_class(cls: type, project: Project) -> Definition | None:
    """Return where a class of the project is defined, by its name; None when that does not lead back to it."""
    if origin_of(cls, project) is not Origin.PROJECT:
        return None
    names = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
    file = names.get("__file__")
    if not isinstance(file, str) or bound(cls.__qualname__, names) is not cls:
        return None
    return Definition(file, cls.__module__, cls.__qualname__, ())


def codes_of(definition: Definition) -> list[CodeType]:
    """Return the code objects that are defined there now: several where one name is defined more than once."""
    return codes_in(definition.file, definition.qualname)


def outermost(code: CodeType, definition: Definition) -> CodeType | None:
    """Return the code of the function that *code* lies in, itself if it lies in none; None when it is not found."""
    if code.co_qualname == definition.qualname or not definition.qualname:
        return code
    return next((one for one in codes_of(definition) if _holds(one, code)), None)


def _holds(outer: CodeType, inner: CodeType) -> bool:
    return any(one.co_qualname == inner.co_qualname and is_same_code(one, inner) for one in nested_in(outer))


def nested_in(code: CodeType) -> Iterator[CodeType]:
    """Yield the code objects in *code*, at any depth."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from nested_in(constant)


def names_of_module(file: str) -> dict[str, Any] | None:
    """Return the globals of the module that was loaded from *file*; None when there is none."""
    for module in list(sys.modules.values()):
        if type(module) is ModuleType and vars(module).get("__file__") == file:
            return vars(module)
    return None


def function_of(code: CodeType, names: dict[str, Any]) -> FunctionType:
    """Return the function with this code that its name leads to, or else one made of *code* and *names*."""
    for function in _functions_in(bound(code.co_qualname, names)):
        if function.__code__ is code or is_same_code(function.__code__, code):
            return function
    return FunctionType(code, names, closure=tuple(CellType() for _ in code.co_freevars))


def circumstances(code: CodeType, names: dict[str, Any], project: Project) -> list[Part]:
    """Return what else decides that a call comes to *code*: what its name stands for, and where it is overridden.

    Without these a second definition that takes the first one's place, or a new method in a class below, would not
    be seen: the code that was entered is still there, as it was.
    """
    path = code.co_qualname
    label = f"{module_label(str(names.get('__name__', '?')))}:{path}"
    times = str(len(codes_in(code.co_filename, path)))
    parts = [Part(PartKind.CONSTANT, f"{label} definitions", digest_of_text(times), preview=times)]
    found = bound(path, names)
    if found is not ABSENT:
        target = label_of(found, function_name(found))
        parts.append(Part(PartKind.CONSTANT, label, digest_of_text(target), preview=target.rpartition(":")[2]))
    owner = bound(path.rpartition(".")[0], names)
    if is_a(owner, type):
        overriding = ", ".join(_overriding(owner, path.rpartition(".")[2], project)) or "nothing"
        parts.append(
            Part(
                PartKind.CONSTANT,
                f"{label} is overridden by",
                digest_of_text(overriding),
                preview=overriding,
            )
        )
    return parts


def _overriding(owner: type, attribute: str, project: Project) -> Iterator[str]:
    """Yield each class below *owner* that finds *attribute* elsewhere, with where."""
    for cls in subclasses_of(owner, project):
        first = next((base for base in cls.__mro__ if attribute in vars(base)), owner)
        if first is not owner:
            yield cls.__qualname__ if first is cls else f"{first.__qualname__} in {cls.__qualname__}"


def bound(path: str, names: dict[str, Any]) -> object:
    """Return what the dotted *path* leads to from a module's globals, through classes only; ABSENT for nothing."""
    first, *others = path.split(".")
    found = names.get(first, ABSENT)
    for name in others:
        found = vars(found).get(name, ABSENT) if is_a(found, type) else ABSENT
    return found


def _functions_in(obj: Any) -> Iterator[FunctionType]:
    """Yield *obj* if it is a function, and the functions that it wraps, without asking it for anything."""
    waiting, seen = [obj], set()
    while waiting:
        one: Any = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        kind = type(one)
        if kind is FunctionType:
            yield one
        if kind is FunctionType or kind is functools._lru_cache_wrapper:
            waiting.append(state_of(one).get("__wrapped__"))
        elif kind is staticmethod or kind is classmethod:
            waiting.append(one.__func__)
        elif kind is property:
            waiting += [one.fget, one.fset, one.fdel]
        elif kind is functools.cached_property:
            waiting.append(one.func)
