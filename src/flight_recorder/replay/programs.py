"""Programs: run a script or module as `__main__`, as if the user had started it in this process.

Where every function of the project is to be a step, all of it may be one session, with nothing changed in it.
"""

import os
import runpy
import sys
import types
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader

from flight_recorder.config import Config
from flight_recorder.model.session import Mode
from flight_recorder.model.start import Program, Traced
from flight_recorder.record.block import Block, running
from flight_recorder.record.entry import within
from flight_recorder.record.loading import marks
from flight_recorder.record.opening import begin


def as_if_started(program: Program, argv: Sequence[str], cwd: str) -> None:
    """Give this process the arguments and the first folder of the path that *program* has when started in *cwd*."""
    sys.argv[:] = argv
    if sys.flags.safe_path:  # then Python puts no folder of the program there
        return
    if program.module:
        sys.path[0] = cwd
    elif os.path.isfile(program.script) and not _is_archive(program.script):
        sys.path[0] = os.path.dirname(os.path.realpath(program.script))
    else:
        sys.path[0] = program.script


def program_run(program: Program) -> Callable[[], object]:
    """Return what runs *program* as `__main__`."""
    if program.module:
        return lambda: _run_module(program.module, is_named=True)
    if os.path.isdir(program.script) or _is_archive(program.script):
        return lambda: _run_module("__main__", is_named=False)
    return lambda: _run_script(program.script)


def session_run(config: Config, program: Program, traced: Traced) -> Callable[[], object]:
    """Return what runs *program* as one session."""
    run = program_run(program)

    def run_in_session() -> None:
        block = Block(program.module or os.path.basename(program.script), traced, program)
        session = begin(config, block, Mode.TRACE)
        if session is None:
            run()
            return
        with within(session), running(session.recording, block):
            run()

    return run_in_session


def _run_module(name: str, *, is_named: bool) -> None:
    sys.modules["__main__"] = types.ModuleType("__main__")  # runpy runs it in the names of the module that is there
    # Python puts the module's file into the place of `-m`; of a folder or an archive it leaves the name.
    runpy._run_module_as_main(name, alter_argv=is_named)  # type: ignore[attr-defined]


def _run_script(path: str) -> None:
    main = types.ModuleType("__main__")
    loader = SourceFileLoader("__main__", path)
    main.__dict__.update(__file__=path, __builtins__=__builtins__, __loader__=loader, __spec__=None, __cached__=None)
    if sys.version_info < (3, 14):
        main.__dict__.setdefault("__annotations__", {})  # where Python puts them before there are any
    sys.modules["__main__"] = main
    with open(path, "rb") as file:
        code = marks.compiled(file.read(), "__main__", path)
    exec(code, main.__dict__)


def _is_archive(path: str) -> bool:
    if path.endswith(".py") or not os.path.isfile(path):
        return False
    import zipfile  # here: only a program in an archive needs it

    return zipfile.is_zipfile(path)


def load_as_child(program: Program) -> None:
    """Load *program* as multiprocessing does in a child: not as `__main__`, so its guarded part does not run."""
    if program.module:
        names = runpy.run_module(program.module, run_name="__mp_main__", alter_sys=True)
    else:
        names = runpy.run_path(program.script, run_name="__mp_main__")
    main = types.ModuleType("__mp_main__")
    main.__dict__.update(names)
    sys.modules["__main__"] = sys.modules["__mp_main__"] = main
