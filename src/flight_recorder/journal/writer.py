"""Writer: appends events to a journal. On the hot path: one system call for each event, no fsync.

Bytes that the kernel has taken survive the end of the process however it ends; power loss is not covered.
"""

import errno
import os
from pathlib import Path
from threading import RLock

from flight_recorder.journal import lock
from flight_recorder.journal.folder import make_private_folder, numbered
from flight_recorder.journal.format import HEADER, encode_event, frame
from flight_recorder.model.event import Event

MAX_NAMES = 1000

# O_BINARY exists on Windows alone, where "\n" would else become two bytes.
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class JournalWriter:
    """An open journal. *path* is where it lies, which another process may have deleted since: see is_intact."""

    __slots__ = ("_fd", "_lock", "path")

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd
        # Held around one system call, never across code of the user. A lock, though appends are atomic: close()
        # in one thread would else let another write into whatever file is given the same number next.
        # Reentrant, because a signal handler may run between taking and leaving it, and call a recorded step.
        self._lock = RLock()

    @classmethod
    def open(cls, path: Path) -> "JournalWriter":
        """Make the journal *path* (mode 0600) and hold its lock; the folder and the home are made if missing.

        A name that is taken is numbered: `4f2a-17-2.journal`. Raises OSError when the file cannot be made.
        """
        make_private_folder(path.parent.parent)
        make_private_folder(path.parent)
        for number in range(1, MAX_NAMES + 1):
            writer = cls._open_new(numbered(path, number))
            if writer is not None:
                return writer
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))

    @classmethod
    def _open_new(cls, path: Path) -> "JournalWriter | None":
        try:
            fd = os.open(path, _FLAGS, 0o600)
        except FileExistsError:
            return None
        writer = cls(path, fd)
        # Between the two calls a drain may find the file without a lock and without a byte, and remove it.
        if not lock.hold(fd) or not writer.is_intact():
            writer.close()
            return None
        try:
            writer._write(HEADER)
        except OSError:
            writer.close()
            raise
        return writer

    def append(self, event: Event) -> None:
        """Write *event*: once this returns, it survives the process.

        Raises OSError when it could not be written whole; the journal then is as it was before.
        """
        self._write(frame(encode_event(event)))

    def _write(self, record: bytes) -> None:
        with self._lock:
            written = os.write(self._fd, record)
            if written == len(record):
                return
            # The disk is full. Whatever is appended behind a torn record could not be read, so it is cut off.
            os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def close(self) -> None:
        """Close the file and let go of its lock; later appends raise OSError. Closing twice does nothing."""
        with self._lock:
            self._let_go()

    def after_fork_in_child(self) -> None:
        """Leave the journal to the parent: close the child's handle, touch neither file nor lock."""
        # The lock of the parent's other threads was copied as it stood: nobody here would ever release it.
        self._lock = RLock()
        self._let_go()

    def _let_go(self) -> None:
        fd, self._fd = self._fd, -1
        if fd != -1:
            os.close(fd)

    def is_intact(self) -> bool:
        """Whether the file at *path* is the one that is written to: not closed, deleted or replaced."""
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._fd))
        except OSError:
            return False
