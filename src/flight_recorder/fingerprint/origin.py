"""Origin: whose a function, class or module is: the project's, the standard library's or a distribution's."""

import sys
from enum import Enum
from types import ModuleType

from flight_recorder.config import Project

OWN_PACKAGE = "flight_recorder"


class Origin(Enum):
    """Whose a thing is."""

    PROJECT = "project"
    STANDARD = "standard library"
    DISTRIBUTION = "distribution"
    OURS = "flight recorder"


def origin_of_module(name: object, project: Project) -> Origin:
    """Return whose the module called *name* is, by the file that it was loaded from."""
    if not isinstance(name, str):
        return Origin.PROJECT  # made by hand, with no module: better examined than passed over
    top = name.partition(".")[0]
    if top == OWN_PACKAGE:
        return Origin.OURS
    if name == "__main__":
        return Origin.PROJECT
    if top in sys.stdlib_module_names:
        return Origin.STANDARD
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None) if isinstance(module, ModuleType) else None
    if isinstance(file, str):
        return Origin.PROJECT if project.owns(file) else Origin.DISTRIBUTION
    if module is not None and getattr(module, "__path__", None) is None:
        return Origin.PROJECT  # a module without a file: a notebook's, or one made at run time
    return Origin.DISTRIBUTION


_versions: dict[str, tuple[str, str]] = {}


def distribution_of(module: str) -> tuple[str, str]:
    """Return (name, version) of the distribution that *module* belongs to; the version is "" when unknown."""
    top = module.partition(".")[0]
    known = _versions.get(top)
    if known is None:
        known = _versions[top] = _find_distribution(top)
    return known


def _find_distribution(top: str) -> tuple[str, str]:
    from importlib import metadata  # here: slow to import, and many programs reach no distribution

    try:
        return top, metadata.version(top)
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(top, [])
        return (names[0], metadata.version(names[0])) if names else (top, "")
