"""Starting: what a replay has to start so that this session begins once more. Looks, and changes nothing."""

import os
import sys
from itertools import count
from types import ModuleType
from typing import Any

from flight_recorder.codec.naming import find_loaded
from flight_recorder.config import Config, Project
from flight_recorder.model.start import Cells, EntryCall, OneTest, Program, Start, Unstartable
from flight_recorder.record import at_start
from flight_recorder.record.registry import Registered
from flight_recorder.record.serving import serving_here
from flight_recorder.record.stacks import frames_here

_MAINS = ("__main__", "__mp_main__")  # the second is what multiprocessing calls the program in a spawned child
_PROMPTS = ("<stdin>", "<console>", "<python-input", "<ipython-input")
_RECORD_A_FILE = "Put the program into a file, run that, and replay the session it records."


_next_call = count().__next__


def this_start(config: Config, entry: Registered) -> tuple[Start, str]:
    """Return how the session that begins with *entry* is started again, and the unit of the program it is in."""
    return _this_test() or _this_cell() or _outside_units(config, entry)


def _outside_units(config: Config, entry: Registered) -> tuple[Start, str]:
    """Return the program, where running it again comes to the session; else a call of *entry*."""
    serving = serving_here()
    is_child = _is_child()
    program = this_program()
    if serving is not None:
        runs = program if serving.listens or is_child else None
        return _entry_call(f"it ran inside {serving.name}, which waits for work", config, entry, runs)
    if is_child:
        return _entry_call("it ran in a child process of the recorded program", config, entry, program)
    if _is_at_prompt():
        return _entry_call("it was called from a prompt", config, entry, None)
    if program is None:
        given = "python -c" if sys.argv[:1] == ["-c"] else "standard input"
        return _entry_call(f"its program was given by {given}", config, entry, None)
    return program, ""


def _is_at_prompt() -> bool:
    files = {frame.f_code.co_filename for frame in frames_here()}
    if "<stdin>" in files and not hasattr(sys, "ps1"):  # the program itself was read from there
        return False
    return any(file.startswith(_PROMPTS) for file in files)


# Tests ------------------------------------------------------------------------------------------------------------


def _this_test() -> tuple[OneTest, str] | None:
    """Return the test that is running, and its id with the phase (setup, call, teardown); None outside of pytest."""
    running = os.environ.get("PYTEST_CURRENT_TEST", "")
    if not running or "_pytest.runner" not in sys.modules:  # a test's child process inherits the variable
        return None
    config = _pytest_config()
    node = running.rpartition(" ")[0]
    program = this_program()
    is_module = program is not None and program.module == "pytest"
    if config is None:
        return OneTest(node, at_start.folder, is_module=is_module), running
    test = OneTest(
        node=node,
        folder=str(config.rootpath),
        configuration=str(config.inipath or ""),
        options=_options(config),
        is_module=is_module,
    )
    return test, running


def _pytest_config() -> Any:
    """Return pytest's configuration, which its import hook holds; None when it runs without that hook."""
    rewrite = sys.modules.get("_pytest.assertion.rewrite")
    kind = getattr(rewrite, "AssertionRewritingHook", None)
    hooks: list[Any] = [hook for hook in sys.meta_path if kind is not None and type(hook) is kind]
    return hooks[0].config if hooks else None


def _options(config: Any) -> tuple[str, ...]:
    """Return what pytest was started with, without the files and tests that were named."""
    options = [str(option) for option in config.invocation_params.args]
    for chosen in reversed(config.option.file_or_dir or ()):
        if chosen in options:
            options.reverse()
            options.remove(chosen)  # the last: what goes before may be the value of an option
            options.reverse()
    # The one test runs in the process that replays, and cannot cover what all of them have to.
    undone = (("xdist", "-n0"), ("_cov", "--no-cov"))
    options += [option for plugin, option in undone if config.pluginmanager.hasplugin(plugin)]
    return tuple(options)


# Notebooks --------------------------------------------------------------------------------------------------------


def _this_cell() -> tuple[Cells, str] | None:
    """Return the cell of a notebook that is running, and `In[5]`; None outside of a notebook's kernel."""
    interactive = sys.modules.get("IPython.core.interactiveshell")
    if interactive is None:
        return None
    frame = next((frame for frame in frames_here() if frame.f_code.co_name == "run_cell_async"), None)
    shell: Any = frame.f_locals.get("self") if frame is not None else None
    if frame is None or shell is None or getattr(shell, "kernel", None) is None:  # a terminal has no file
        return None
    notebook = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    cell = Cells(
        notebook=os.path.join(at_start.folder, notebook) if notebook else "",
        source=str(frame.f_locals.get("raw_cell", "")),
        cell=str(frame.f_locals.get("cell_id") or ""),
    )
    return cell, f"In[{shell.execution_count}]"


# Entries ----------------------------------------------------------------------------------------------------------


def _entry_call(why: str, config: Config, entry: Registered, program: Program | None) -> tuple[Start, str]:
    module = getattr(entry.function, "__module__", None)
    name = entry.function_name.partition(":")[2]
    if module in _MAINS and program is None:
        return Unstartable(f"{why}, and its entry {entry.name!r} was defined there", _RECORD_A_FILE), ""
    if not isinstance(module, str) or find_loaded(module, name) is None:
        remedy = "Make the entry a function of a module, and record once more."
        return Unstartable(f"{why}, and its entry {entry.name!r} cannot be found by a name", remedy), ""
    call = EntryCall(
        why=why,
        module=module,
        program=program if program is not None and _is_own(program, config.project) else None,
        modules=_own_modules(config.project),
        search=tuple(sys.path),
        redacted=tuple(sorted(config.redaction.names)),
        is_child=_is_child(),
    )
    return call, f"call {_next_call()}"


def _is_own(program: Program, project: Project) -> bool:
    main = sys.modules.get("__main__")
    file = program.script or getattr(main, "__file__", None) or ""
    return project.owns(os.path.realpath(file))


def _is_child() -> bool:
    multiprocessing = sys.modules.get("multiprocessing.process")
    return at_start.is_forked or (multiprocessing is not None and multiprocessing.parent_process() is not None)


_own: tuple[str, int, tuple[str, ...]] = ("", 0, ())


def _own_modules(project: Project) -> tuple[str, ...]:
    """Return the project's modules that are loaded, in the order in which they were; looked for when more are."""
    global _own
    root, size, names = _own
    if (root, size) != (project.root, len(sys.modules)):
        names = tuple(name for name, module in list(sys.modules.items()) if _is_own_module(name, module, project))
        _own = (project.root, len(sys.modules), names)
    return names


def _is_own_module(name: str, module: object, project: Project) -> bool:
    if name in _MAINS or not isinstance(module, ModuleType):
        return False
    file = vars(module).get("__file__")
    return isinstance(file, str) and project.owns(os.path.realpath(file))


# Programs ---------------------------------------------------------------------------------------------------------


def this_program() -> Program | None:
    """Return what `python` was given to run; None when that was no file and no module."""
    main = sys.modules.get("__main__")
    name = getattr(getattr(main, "__spec__", None), "name", None)
    if name == "__main__":  # `python folder`, `python app.pyz`
        return Program(script=os.path.join(at_start.folder, at_start.argv[0]))
    if isinstance(name, str):
        return Program(module=name.removesuffix(".__main__"))
    file = getattr(main, "__file__", None)
    if isinstance(file, str) and os.path.isfile(os.path.join(at_start.folder, file)):
        return Program(script=os.path.join(at_start.folder, file))
    return None
