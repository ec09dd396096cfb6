"""Lock: how a reader tells a living writer from a dead one. The only file here that depends on the platform.

A writer holds an flock on its journal, and the system lets go of it however the process ends. Where there is no
flock (Windows, some network file systems), a writer counts as alive while a process has the pid in the name.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flight_recorder.journal.folder import parse_name

if sys.platform == "win32":

    def hold(_fd: int) -> bool:
        """Return True: there is nothing to hold."""
        return True

    @contextmanager
    def while_dead(path: Path) -> Iterator[bool]:
        """Say whether no process has the pid in the name of *path*."""
        yield not _has_running_pid(path)

    def _is_running(pid: int) -> bool:
        import ctypes  # os.kill(pid, 0), the usual question, ends the process on Windows

        process = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not process:
            return False
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(process, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(process)
        return code.value == 259  # STILL_ACTIVE

else:
    import fcntl

    def hold(fd: int) -> bool:
        """Take the writer's lock on *fd* until it is closed; False when a reader is looking at the file just now."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: readers go by the pid
            return True
        return True

    @contextmanager
    def while_dead(path: Path) -> Iterator[bool]:
        """Say whether no writer is alive on *path*; while that is True, none can take hold of the file.

        Raises OSError when the file cannot be opened.
        """
        fd = os.open(path, os.O_RDONLY)
        try:
            # Shared: two readers that look at the same time must not take each other for the writer.
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            is_dead = True
        except BlockingIOError:
            is_dead = False
        except OSError:
            is_dead = not _has_running_pid(path)
        try:
            yield is_dead
        finally:
            os.close(fd)

    def _is_running(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return True
        return True


def _has_running_pid(path: Path) -> bool:
    name = parse_name(path)
    return name is not None and _is_running(name.pid)
