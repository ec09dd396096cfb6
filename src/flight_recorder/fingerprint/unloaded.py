"""Unloaded: modules that a function will import when it runs, found as files without importing them."""

import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

import msgspec

from flight_recorder.config import Project
from flight_recorder.fingerprint.origin import Origin, origin_of_file
from flight_recorder.fingerprint.source import is_as_loaded


class Unloaded(msgspec.Struct, frozen=True):
    """A module that is not loaded, or was not when first looked for. *file* is "" for a folder without code."""

    name: str
    file: str
    is_package: bool
    origin: Origin

    @classmethod
    def of_project(cls, name: str, file: str, *, is_package: bool) -> "Unloaded":
        """Return the project's module called *name*, whether it is loaded or not."""
        found = cls(name, file, is_package, Origin.PROJECT)
        return _found.setdefault(found, found)


# Files of modules that were not loaded when first looked for. They go on being told by their file once they are
# loaded, or the second session of a process would differ from one that starts afresh.
_first_seen_unloaded: set[str] = set()
_found: dict[Unloaded, Unloaded] = {}  # one object for each, since objects are told apart by identity


def note_loaded_late(file: str) -> None:
    """Note that the module in *file* is being loaded by a step: when the session began it was not there."""
    _first_seen_unloaded.add(file)


def was_loaded_late(file: str) -> bool:
    """Whether the module in *file* was not loaded when it was first looked for."""
    return file in _first_seen_unloaded


def module_named(name: str, project: Project) -> ModuleType | Unloaded | None:
    """Return the module called *name*, loaded or not; None when there is none."""
    module = sys.modules.get(name)
    if isinstance(module, ModuleType):
        file = vars(module).get("__file__")
        if not isinstance(file, str) or file not in _first_seen_unloaded:
            return module
    spec = _find(name)
    if spec is None:
        return None
    file = spec.origin if spec.has_location and spec.origin is not None else ""
    if file:
        _first_seen_unloaded.add(file)
    origin = origin_of_file(file, name, project) if file else Origin.PROJECT
    found = Unloaded(name, file, spec.submodule_search_locations is not None, origin)
    return _found.setdefault(found, found)


def absolute_name(name: str, level: int, names: dict[str, object]) -> str:
    """Return the full name of a module that is imported as *name* after *level* dots."""
    if not level:
        return name
    package = names.get("__package__")
    if not isinstance(package, str):
        package = str(names.get("__name__", "")).rpartition(".")[0]
    base = package.rsplit(".", level - 1)[0]
    return f"{base}.{name}" if name else base


def package_of(module: Unloaded) -> str:
    """Return the package that relative imports in *module* start from."""
    return module.name if module.is_package else module.name.rpartition(".")[0]


def is_current(module: Unloaded) -> bool:
    """Whether *module*, if it was loaded since, was loaded from its file as that is now."""
    loaded = sys.modules.get(module.name)
    return not isinstance(loaded, ModuleType) or is_as_loaded(vars(loaded))


def _find(name: str) -> ModuleSpec | None:
    """Return the spec of the module called *name*; imports nothing, its packages neither."""
    parent = name.rpartition(".")[0]
    if not parent:
        return PathFinder.find_spec(name, None)
    loaded = sys.modules.get(parent)
    if isinstance(loaded, ModuleType):
        path = vars(loaded).get("__path__")
    else:
        spec = _find(parent)
        path = spec.submodule_search_locations if spec is not None else None
    return PathFinder.find_spec(name, list(path)) if path is not None else None
