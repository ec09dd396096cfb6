"""Fork server: `python -m tests.laws.forkserver`. Starts fresh processes in a few milliseconds each.

It has imported what every run needs, and nothing of any program. For each job, a line of JSON on its input, it forks;
the child runs a script as `python script.py` would, or a replay as `python -m flight_recorder.replay.worker` would.
"""

import asyncio
import atexit
import concurrent.futures.thread
import enum
import functools
import gc
import importlib
import itertools
import json
import os
import pkgutil
import signal
import sys
import sysconfig
import threading
import traceback
import types
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import flight_recorder
import flight_recorder.replay.worker
from flight_recorder.closing import drain_at_exit
from flight_recorder.config import load_config
from flight_recorder.model.start import Program, Traced
from flight_recorder.record import at_start, opening
from flight_recorder.record.loading import marks
from flight_recorder.replay.programs import session_run
from flight_recorder.store.migrate import current_schema
from tests.laws import reference
from tests.laws.processes import OURS
from tests.laws.schedule import use_shuffled_loops
from tests.laws.trace import About

USED_BY_PROGRAMS = (asyncio, concurrent.futures.thread, enum, functools)
SECONDS = 20  # after which a run is taken to hang


def serve() -> None:
    """Take jobs until the input ends."""
    jobs, replies = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    os.environ.pop("PYTHONHASHSEED", None)  # of this process; what it starts is recorded as if it had none
    _import_all()
    gc.freeze()
    for line in jobs:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(job)
        with suppress(BrokenPipeError):  # who asked has been ended
            replies.write(json.dumps(_wait(child)) + "\n")
            replies.flush()


def _import_all() -> None:
    """Import what the engine imports when it first needs it."""
    for module in pkgutil.walk_packages(flight_recorder.__path__, "flight_recorder."):
        if not module.name.startswith("flight_recorder.cli"):
            importlib.import_module(module.name)
    current_schema()
    sysconfig.get_config_vars()


def _wait(child: int) -> int:
    """Return the exit status of *child*, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(job: dict[str, Any]) -> None:
    """Do *job* and end this process."""
    status = OURS
    try:
        signal.alarm(SECONDS)
        _prepare(job)
        status = _script(job) if job["kind"] == "script" else _replay(job)
        threading._shutdown()  # type: ignore[attr-defined]  # as the interpreter does at its end
        atexit._run_exitfuncs()
    except BaseException:  # noqa: BLE001 - of ours: the program's own are caught where it runs
        traceback.print_exc()
    finally:
        for file in (sys.stdout, sys.stderr):
            file.flush()
        os._exit(status)


def _prepare(job: dict[str, Any]) -> None:
    os.chdir(job["cwd"])
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - until the process ends
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115 - as above
    at_start.is_forked = False  # as a process that was started, not forked
    at_start.folder = job["cwd"]
    at_start.argv = (job.get("script", ""),)
    opening._process = uuid.uuid4().hex
    opening._next_index = itertools.count().__next__
    if job.get("schedule") is not None:
        use_shuffled_loops(job["schedule"])
    if job.get("mutant"):
        importlib.import_module("tests.laws.mutants").MUTANTS[job["mutant"]].apply()


def _script(job: dict[str, Any]) -> int:
    finish: Callable[[Path], None] | None = None
    if job.get("trace"):
        finish = reference.install(Path(job["earlier"]) if job.get("earlier") else None, About(**job["about"]))
    sys.argv[:] = [job["script"]]
    sys.path[0] = job["cwd"]
    if job.get("is_traced"):
        return _traced(job)
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=job["script"], __builtins__=__builtins__, __spec__=None, __cached__=None)
    sys.modules["__main__"] = main
    with open(job["script"], "rb") as file:
        code = compile(file.read(), job["script"], "exec")
    try:
        exec(code, main.__dict__)
    except reference.Held:
        return 3
    except BaseException as error:  # noqa: BLE001 - the program's own: shown as Python shows it
        Path(job["error"]).write_text(f"{type(error).__name__}: {error}")
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    finally:
        if finish is not None:
            finish(Path(job["trace"]))
    return 0


def _traced(job: dict[str, Any]) -> int:
    """As `flight-recorder run` does."""
    config, traced = load_config(), Traced(exclude=("kit",))
    drain_at_exit(config)
    marks.begin(config.project, traced)
    try:
        session_run(config, Program(script=job["script"], is_session=True), traced)()
    except BaseException as error:  # noqa: BLE001 - the program's own: shown as Python shows it
        Path(job["error"]).write_text(f"{type(error).__name__}: {error}")
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def _replay(job: dict[str, Any]) -> int:
    answers = os.open(job["answers"], os.O_RDONLY)
    messages = os.open(job["messages"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    sys.argv[:] = [flight_recorder.replay.worker.__file__, str(answers), str(messages)]
    return flight_recorder.replay.worker.replay(answers, messages)


if __name__ == "__main__":
    serve()
