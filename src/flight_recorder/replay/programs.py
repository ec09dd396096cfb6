"""Programs: run a script or module as `__main__`, as if the user had started it in this process."""

import os
import runpy
import sys
import types
from collections.abc import Callable

from flight_recorder.model.session import Launch
from flight_recorder.model.start import Program


def as_if_started(program: Program, launch: Launch) -> None:
    """Give this process the arguments and the first folder of the path that *program* had."""
    sys.argv[:] = launch.argv
    if sys.flags.safe_path:  # then Python put no folder of the program there
        return
    if program.module:
        sys.path[0] = launch.cwd
    elif os.path.isfile(program.script) and not _is_archive(program.script):
        sys.path[0] = os.path.dirname(os.path.realpath(program.script))
    else:
        sys.path[0] = program.script


def program_run(program: Program) -> Callable[[], object]:
    """Return what runs *program* as `__main__`."""
    if program.module:
        return lambda: _run_module(program.module)
    if os.path.isdir(program.script) or _is_archive(program.script):
        return lambda: _run_module("__main__")
    return lambda: _run_script(program.script)


def _run_module(name: str) -> None:
    sys.modules["__main__"] = types.ModuleType("__main__")  # runpy runs it in the names of the module that is there
    runpy._run_module_as_main(name, alter_argv=False)  # type: ignore[attr-defined]


def _run_script(path: str) -> None:
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__, __spec__=None, __cached__=None)
    sys.modules["__main__"] = main
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, main.__dict__)


def _is_archive(path: str) -> bool:
    import zipfile  # here: only a program in a folder or an archive needs it

    return os.path.isfile(path) and not path.endswith(".py") and zipfile.is_zipfile(path)


def load_as_child(program: Program) -> None:
    """Load *program* as multiprocessing does in a child: not as `__main__`, so its guarded part does not run."""
    if program.module:
        names = runpy.run_module(program.module, run_name="__mp_main__", alter_sys=True)
    else:
        names = runpy.run_path(program.script, run_name="__mp_main__")
    main = types.ModuleType("__mp_main__")
    main.__dict__.update(names)
    sys.modules["__main__"] = sys.modules["__mp_main__"] = main
