"""Fork server: `python server.py bare|recorded`. Starts programs and commands in a few milliseconds each.

It has imported what they need, and nothing of any program. For each job, a line of JSON on its input, it forks. The
child runs a program text as `python program.py` would, or a command as `flight-recorder` would, down to the end of
the interpreter. A job may say after how long it is killed, and what it may use.

Imports nothing of ours before it knows that it may: a bare program must not meet Flight Recorder.
"""

import asyncio
import concurrent.futures
import gc
import importlib
import json
import multiprocessing.connection
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import time
import traceback
import types
from contextlib import suppress
from typing import Any, TextIO

USED_BY_PROGRAMS = (asyncio, concurrent.futures, multiprocessing.connection, subprocess, traceback)


def serve(jobs: TextIO, replies: TextIO) -> None:
    """Take jobs until the input ends. Returns in a child that is to do one, and at the end."""
    for line in jobs:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            jobs.close()
            replies.close()
            _do(job)
            return
        replies.write(json.dumps(_watched(child, job)) + "\n")
        replies.flush()


def _watched(child: int, job: dict[str, Any]) -> dict[str, float]:
    """Return how *child* ended, after killing it if the job says so; what it started ends with it."""
    began = time.monotonic()
    if job["kill_after"] is not None:
        while job["after_output"] and not _has_output(job) and _is_running(child):
            time.sleep(0.0005)
        time.sleep(job["kill_after"])
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    took = time.monotonic() - began
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    return {"status": os.waitstatus_to_exitcode(status), "memory_kb": used.ru_maxrss, "took": took}


def _has_output(job: dict[str, Any]) -> bool:
    return os.path.exists(job["stdout"]) and os.path.getsize(job["stdout"]) > 0


def _is_running(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _do(job: dict[str, Any]) -> None:
    """Do *job*; whatever it raises is left to the interpreter."""
    os.setpgid(0, 0)
    os.chdir(job["cwd"])
    os.environ.update(job["env"])
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    _limit(job)
    if job["kind"] == "command":
        _command(job["words"])
    elif job["kind"] == "shows":
        _shows(job["words"])
    else:
        _program(job["words"])


def _limit(job: dict[str, Any]) -> None:
    """Leave the process as much more memory, and files as large, as the job says."""
    signal.alarm(job["seconds"])
    if job["more_memory"] is not None:
        with open("/proc/self/statm") as statm:
            most = int(statm.read().split()[0]) * resource.getpagesize() + job["more_memory"]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if job["file_size"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_size"], job["file_size"]))


def _command(words: list[str]) -> None:
    sys.argv[:] = ["flight-recorder", *words]
    importlib.import_module("flight_recorder.cli.app").main()


def _shows(sessions: list[str]) -> None:
    """Show one session after the other, each with a NUL behind it: starting a process for each would take longest."""
    for session in sessions:
        try:
            _command(["show", session, "--json"])
        except SystemExit as end:
            if end.code:
                raise
        sys.stdout.write("\0")


def _program(words: list[str]) -> None:
    path = os.path.abspath(words[0])
    sys.argv[:] = words
    sys.path[0] = os.path.dirname(path)
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__, __spec__=None, __cached__=None)
    sys.modules["__main__"] = main
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    exec(code, main.__dict__)


def _import_ours() -> None:
    """Import what recording and the commands import when they first need it."""
    package = importlib.import_module("flight_recorder")
    for module in pkgutil.walk_packages(package.__path__, "flight_recorder."):
        if not module.name.startswith(("flight_recorder.cli.tour", "flight_recorder.record.monitoring")):
            importlib.import_module(module.name)


def main() -> None:
    """Be a fork server; in a child, the job."""
    jobs, replies = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    if sys.argv[1] == "recorded":
        _import_ours()
    gc.freeze()
    serve(jobs, replies)


if __name__ == "__main__":
    main()
