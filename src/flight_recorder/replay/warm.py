"""Warm: a process that keeps libraries imported and forks for each replay. `python -m flight_recorder.replay.warm FD`

It imports what the program had imported, but for the project's own modules: those may change, and each fork imports
them afresh. It talks over the socket FD: it gets a Preload and answers Ready; then it gets the two pipe ends of one
worker after the other, and answers each pair with Forked and, when that worker has ended, with Exited. It ends when
the socket closes, and ends what it forked.

Forking is safe while there is one thread, and nothing that two processes would share. Where importing left more than
that, Ready says why, and the process ends: replays then start cold.
"""

import gc
import importlib
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select

import msgspec

from flight_recorder.config import Project
from flight_recorder.fingerprint.origin import Origin, distribution_of, origin_of_file
from flight_recorder.replay.loaded import file_of
from flight_recorder.replay.messages import MAX_MESSAGE_BYTES, Answer, Exited, Forked, Preload, Ready, encode
from flight_recorder.replay.worker import replay

REAP_S = 0.01

# Their threads, or what they share with a device, do not live through a fork.
_UNSAFE = ("tensorflow", "jax", "jaxlib", "cupy", "gevent", "eventlet", "mpi4py", "ray", "pyspark")
# OpenBLAS and MKL end their threads before a fork, and start them again after it.
_SAFE_THREADS = ("numpy", "scipy")


def main() -> int:
    """Serve until the socket closes. In a fork: replay, and return the exit status of the program."""
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        pipes = _prepare_and_serve(channel)
    return 0 if pipes is None else replay(*pipes)


def _prepare_and_serve(channel: socket.socket) -> tuple[int, int] | None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the command decides
    text, _ = _receive(channel)
    if not text:
        return None
    unsafe = _import_all(msgspec.json.decode(text, type=Preload))
    _send(channel, Ready(unsafe))
    if unsafe:
        return None
    gc.collect()
    gc.freeze()  # the collector leaves alone what all forks share
    return _serve(channel)


def _import_all(preload: Preload) -> str:
    """Import the libraries; return why this process must not fork, or ""."""
    sockets = _shared_files()
    first = [name for name in preload.modules if _is_in(name, _SAFE_THREADS)]
    with _as_in(preload), _silence():
        for name in first:
            _import(name)
        threads = _threads()
        for name in preload.modules:
            _import(name)
        unsafe = _unsafe(preload, threads, sockets)
        if not unsafe:
            _look_up_distributions(Project(preload.root))
    return unsafe


def _import(name: str) -> None:
    with suppress(BaseException):  # the program will meet the same error, and show it
        importlib.import_module(name)


def _unsafe(preload: Preload, threads: int, sockets: set[str]) -> str:
    """Return why a fork could go wrong, as the end of a sentence; "" when nothing speaks against it."""
    project = Project(preload.root)
    for name in _UNSAFE:
        if name in sys.modules:
            return f"{name} does not live through a fork"
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        return "torch has begun to use CUDA, which does not live through a fork"
    if _threads() > threads:
        names = ", ".join(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
        return f"importing its libraries left threads running{f' ({names})' if names else ''}"
    if _shared_files() - sockets or _has_open_loop():
        return "importing its libraries left connections or an event loop open"
    for name, module in list(sys.modules.items()):
        file = file_of(module)
        if file and name != "__main__" and origin_of_file(file, name, project) is Origin.PROJECT:
            return f"a library imports {name}, which is the project's own"
    return ""


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _shared_files() -> set[str]:
    """Return the open files that two processes must not both use: sockets, and what waits on them."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the one that lists them
            found.add(os.readlink(f"/proc/self/fd/{number}"))
    return {name for name in found if name.startswith("socket:") or name == "anon_inode:[eventpoll]"}


def _has_open_loop() -> bool:
    base_events = sys.modules.get("asyncio.base_events")
    if base_events is None:
        return False
    kind = base_events.BaseEventLoop
    return any(issubclass(type(obj), kind) and not obj.is_closed() for obj in gc.get_objects())


def _look_up_distributions(project: Project) -> None:
    """Find the versions of the libraries now: fingerprints ask for them, and finding them reads many files."""
    for name in {name.partition(".")[0] for name in sys.modules}:
        file = file_of(sys.modules.get(name))
        if file and origin_of_file(file, name, project) is Origin.DISTRIBUTION:
            distribution_of(name)


@contextmanager
def _as_in(preload: Preload) -> Iterator[None]:
    """Give imports the path and the environment that they had in the program."""
    search, environment = list(sys.path), dict(os.environ)
    sys.path[:] = preload.search
    os.environ.update(preload.environment)
    try:
        yield
    finally:
        sys.path[:] = search
        os.environ.clear()
        os.environ.update(environment)


@contextmanager
def _silence() -> Iterator[None]:
    """Let no library say anything: each replay is to look as if it had started cold."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    kept = {end: os.dup(end) for end in (1, 2)}
    for end in kept:
        os.dup2(nothing, end)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for end, copy in kept.items():
            os.dup2(copy, end)
            os.close(copy)
        os.close(nothing)


def _is_in(module: str, packages: tuple[str, ...]) -> bool:
    return module.partition(".")[0] in packages


def _serve(channel: socket.socket) -> tuple[int, int] | None:
    """Fork for each pair of pipe ends that comes. Return it in the fork; None when no more will come."""
    while True:
        text, ends = _receive(channel)
        if not text:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads: those that are there end before the fork
            pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _seed_again()
            return ends[0], ends[1]
        with suppress(OSError):  # it has done so itself, and gone on
            os.setpgid(pid, pid)
        for end in ends:
            os.close(end)
        _send(channel, Forked(pid))
        _send(channel, Exited(_wait(pid, channel)))


def _receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    """Return what the command says, with file descriptors; nothing when it has gone."""
    with suppress(ConnectionError):
        text, ends, _, _ = socket.recv_fds(channel, MAX_MESSAGE_BYTES, 2)
        return text, ends
    return b"", []


def _send(channel: socket.socket, answer: Answer) -> None:
    with suppress(ConnectionError):  # the command has gone: what is received next tells
        channel.send(encode(answer))


def _wait(pid: int, channel: socket.socket) -> int:
    """Return the exit status of the fork *pid*, which is ended when the command has gone."""
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if select([channel], [], [], REAP_S)[0] and not _receive(channel)[0]:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return -signal.SIGKILL


def _seed_again() -> None:
    """Give this fork random numbers of its own; the standard library's `random` sees to itself."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


if __name__ == "__main__":
    sys.exit(main())
