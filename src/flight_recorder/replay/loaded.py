"""Loaded: what a process that is watched tells of itself: modules and files, protected steps under way."""

import os
import sys
from collections.abc import Callable, Mapping
from types import ModuleType

from flight_recorder.config import Project
from flight_recorder.fingerprint.origin import Origin, origin_of_file
from flight_recorder.model.event import Event, Finished, Started
from flight_recorder.model.judgement import Decision
from flight_recorder.replay.messages import Loaded, UnderWay

_MAINS = ("__main__", "__mp_main__")
_OURS = "flight_recorder.replay"  # which a replay has, and no program
_PYTEST_LOADER = "AssertionRewritingHook"


def loaded_here(project: Project, environment: Mapping[str, str]) -> Loaded:
    """Return what this process has loaded, and what it changed of *environment*, with which it began."""
    modules, files = [], []
    plugins = _plugins_of_pytest() if "pytest" in sys.modules else set()
    for name, module in list(sys.modules.items()):
        file = file_of(module)
        if not file:
            continue
        if name.startswith(_OURS):
            continue
        if name not in _MAINS and origin_of_file(file, name, project) is not Origin.PROJECT:
            modules.append((name, module))
        elif project.owns(file) or name not in _MAINS:
            files.append(file)
    changed = {
        name: text
        for name, text in os.environ.items()
        if environment.get(name) != text and not name.startswith("PYTEST_")  # which tell of the moment
    }
    return Loaded(
        # pytest complains of plugins that were loaded before it came.
        modules=tuple(
            name
            for name, module in modules
            if name.partition(".")[0] not in plugins and _loader(module) != _PYTEST_LOADER
        ),
        files=tuple(files),
        search=tuple(sys.path),
        environment=changed,
    )


def file_of(module: object) -> str:
    """Return the absolute path that *module* was loaded from, "" when it has none. Runs none of its code."""
    file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
    return os.path.realpath(file) if isinstance(file, str) else ""


def _plugins_of_pytest() -> set[str]:
    """Return the top modules of the distributions that have a plugin of pytest: it looks at the asserts of all."""
    from importlib import metadata

    found = set()
    for distribution in metadata.distributions():
        if any(entry.group == "pytest11" for entry in distribution.entry_points):
            found |= {file.parts[0].removesuffix(".py") for file in distribution.files or ()}
    return found


def _loader(module: ModuleType) -> str:
    return type(getattr(vars(module).get("__spec__"), "loader", None)).__name__


def telling(sink: Callable[[Event], None], say: Callable[[UnderWay], None]) -> Callable[[Event], None]:
    """Return *sink*, which also says which protected steps run for real, whenever one begins or ends."""
    running: dict[int, str] = {}

    def tell(event: Event) -> None:
        sink(event)
        if isinstance(event, Started) and _runs_protected(event):
            running[event.step] = event.name
            say(UnderWay(tuple(running.values())))
        elif isinstance(event, Finished) and running.pop(event.step, None) is not None:
            say(UnderWay(tuple(running.values())))

    return tell


def _runs_protected(event: Started) -> bool:
    judgement = event.judgement
    return event.is_protected and judgement is not None and judgement.decision is Decision.RERUN
