"""Origin: whose a function, class or module is: the project's, the standard library's or a distribution's."""

import re
import sys
from enum import Enum
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from flight_recorder.config import Project

if TYPE_CHECKING:
    from importlib.metadata import Distribution

OWN_PACKAGE = "flight_recorder"


class Origin(Enum):
    """Whose a thing is."""

    PROJECT = "project"
    STANDARD = "standard library"
    DISTRIBUTION = "distribution"
    OURS = "flight recorder"


def origin_of_module(name: object, project: Project) -> Origin:
    """Return whose the module called *name* is, by the file that it was loaded from."""
    if not isinstance(name, str) or name == "__main__":
        return Origin.PROJECT  # made by hand, with no module: better examined than passed over
    if name.partition(".")[0] == OWN_PACKAGE:
        return Origin.OURS
    module = sys.modules.get(name)
    file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
    if isinstance(file, str):
        return origin_of_file(file, name, project)
    if name.partition(".")[0] in sys.stdlib_module_names:
        return Origin.STANDARD
    if isinstance(module, ModuleType) and "__path__" not in vars(module):
        return Origin.PROJECT  # a module without a file: a notebook's, or one made at run time
    return Origin.DISTRIBUTION


def origin_of(obj: Any, project: Project) -> Origin:
    """Return whose a function, a class or, by its class, any other object is."""
    kind = type(obj)
    if issubclass(kind, FunctionType):
        # Its globals', not its own `__module__`: a library's wrapper bears the name of what it wraps.
        return origin_of_module(obj.__globals__.get("__name__"), project)
    return origin_of_module((obj if issubclass(kind, type) else kind).__module__, project)


def origin_of_file(file: str, module: str, project: Project) -> Origin:
    """Return whose the file *file* of the module called *module* is."""
    if project.owns(file):  # first: a file of the project's may bear the name of a standard module
        return Origin.PROJECT
    top = module.partition(".")[0]
    if top == OWN_PACKAGE:
        return Origin.OURS
    if top in sys.stdlib_module_names:
        return Origin.STANDARD
    is_installed = not Project("").owns(file)
    return Origin.DISTRIBUTION if is_installed or not _is_editable(top) else Origin.PROJECT


_versions: dict[str, tuple[str, str]] = {}
_editable: dict[str, bool] = {}


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
        found = next((one for one in metadata.distributions() if _provides(one, top)), None)
        return (found.metadata["Name"], found.version) if found is not None else (top, "")


def _provides(distribution: "Distribution", top: str) -> bool:
    """Whether *distribution* installs the package or module *top*: `yaml` comes with PyYAML.

    By the texts that installers leave. `importlib.metadata.packages_distributions` asks the disk for every file: a
    fifth of a second for each program that reaches such a package.
    """
    listed = distribution.read_text("top_level.txt")
    if listed is not None:
        return top in listed.split()
    installed = distribution.read_text("RECORD") or ""
    return re.search(rf"^{re.escape(top)}(/|\.py,|\.[^/,]*(so|pyd),)", installed, re.MULTILINE) is not None


def _is_editable(top: str) -> bool:
    """Whether the package *top*, which lies where no installer puts any, has no version that tells its code."""
    known = _editable.get(top)
    if known is None:
        name, version = distribution_of(top)
        known = _editable[top] = not version or _has_editable_mark(name)
    return known


def _has_editable_mark(distribution: str) -> bool:
    """Whether pip or its like noted that *distribution* runs from a working tree (PEP 610)."""
    import json
    from importlib import metadata

    try:
        noted = json.loads(metadata.distribution(distribution).read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return False
    return isinstance(noted, dict) and bool(noted.get("dir_info", {}).get("editable"))
