"""Appending: records at the end of a file that survive the end of the process. On the hot path; no fsync.

Bytes that the kernel has taken survive, and it has those that were copied into a memory map of the file. For a short
record that costs a fourth of a system call. The room in the file is taken beforehand, so that a full disk raises an
OSError here; a store into a page that the disk has no room for would end the process. It is filled with zeros in one
go, and all its pages are brought in at once, which costs a third of what it takes page by page. Where room cannot be
taken beforehand (macOS, Windows, some file systems), and for long records, it is one system call for each.
"""

import errno
import mmap
import os
from pathlib import Path

from flight_recorder.interrupted import was_interrupted
from flight_recorder.journal.format import frame_of
from flight_recorder.journal.segment import FRAME_BYTES, new_segment

FIRST_ROOM_BYTES = 1 << 16
ROOM_BYTES = 1 << 19
MAX_COPIED_BYTES = 1 << 16  # for a longer record no room is taken

_PAGE = mmap.ALLOCATIONGRANULARITY
_POPULATE_WRITE = 23  # of madvise(2), from Linux 5.14


class AppendedFile:
    """The end of the open file *fd*, which is empty. Not for two threads at once.

    A record counts once its frame stands before it, which comes last where there is room.

    A program may close the file (`os.closerange`), and open one of its own that is given the same number. So the
    number is used only for what it still means; what is copied into the map needs no number.
    """

    __slots__ = ("_can_take_room", "_fd", "_file", "_map", "segment")

    def __init__(self, fd: int) -> None:
        self.segment = new_segment()
        self._fd = fd
        self._file = os.fstat(fd)
        self._map: mmap.mmap | None = None
        self._can_take_room = hasattr(os, "posix_fallocate")

    def append(self, head: bytes, body: bytes) -> None:
        """Append the record with the payload *head* + *body*.

        Raises OSError when it could not be written whole; the file then ends where it did before.
        """
        if not self.segment.put(head, body) and not (
            self._take_room(FRAME_BYTES + len(head) + len(body)) and self.segment.put(head, body)
        ):
            self.write(frame_of(head, body) + head, body)

    def write(self, *parts: bytes) -> None:
        """Append *parts* with a system call; raises as `append`."""
        self._drop_map()
        if not self.is_open:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        try:
            written = os.pwritev(self._fd, parts, self.segment.end)
            if written < sum(map(len, parts)):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except BaseException:
            os.ftruncate(self._fd, self.segment.end)
            raise
        self.segment.end += written

    def _take_room(self, length: int) -> bool:
        """Return whether there now is room for *length* bytes and more."""
        if not self._can_take_room or length > MAX_COPIED_BYTES or not self.is_open:
            return False
        self._drop_map()
        end = self.segment.end
        first = end // _PAGE * _PAGE
        size = FIRST_ROOM_BYTES if end < FIRST_ROOM_BYTES // 2 else ROOM_BYTES
        size = -(-(end + length - first + size) // _PAGE) * _PAGE
        try:
            os.posix_fallocate(self._fd, first, size)
            zeros = bytes(first + size - end)
            if os.pwrite(self._fd, zeros, end) < len(zeros):
                return False  # no room: `write` says so, for the record
            self._map = mmap.mmap(self._fd, size, offset=first)
            _bring_in(self._map)
        except (OSError, ValueError) as error:  # no such call here, or no room
            if was_interrupted(error):
                raise
            self._can_take_room = False
            return False
        self.segment.open(self._map, first)
        return True

    def _drop_map(self) -> None:
        memory, self._map = self._map, None
        self.segment.close()
        if memory is None:
            return
        if self.is_open:
            memory.close()
        else:  # it has a number of its own for the file, closes that, and was not asked whose it is now
            _kept.append(memory)

    @property
    def is_open(self) -> bool:
        """Whether the number of the file is still its own."""
        try:
            return self._fd != -1 and os.path.samestat(os.fstat(self._fd), self._file)
        except OSError as error:
            if was_interrupted(error):
                raise
            return False

    def is_at(self, path: Path) -> bool:
        """Whether *path* leads to the file: it was neither deleted nor replaced."""
        try:
            return self._fd != -1 and os.path.samestat(os.stat(path), self._file)
        except OSError as error:
            if was_interrupted(error):
                raise
            return False

    def close(self) -> None:
        """Give back the room that was not used, and close the file. Closing twice does nothing."""
        has_room = self._map is not None
        self._drop_map()
        if has_room and self.is_open:
            os.ftruncate(self._fd, self.segment.end)
        self.leave()

    def leave(self) -> None:
        """Let go of the file and change nothing in it: in a forked child it is the parent's."""
        self._drop_map()
        fd, is_open = self._fd, self.is_open
        self._fd = -1
        if is_open:
            os.close(fd)


def _bring_in(memory: mmap.mmap) -> None:
    try:
        memory.madvise(_POPULATE_WRITE)
    except (OSError, ValueError) as error:  # no such advice here: each page is brought in when it is first touched
        if was_interrupted(error):
            raise


_kept: list[mmap.mmap] = []
