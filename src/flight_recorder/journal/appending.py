"""Appending: records at the end of a file that survive the end of the process. On the hot path; no fsync.

Bytes that the kernel has taken survive, and it has those that were copied into a memory map of the file. That costs a
seventh of a system call. The room in the file is taken beforehand, so that a full disk raises an OSError here; a
store into a page that the disk has no room for would end the process. Where room cannot be taken beforehand
(macOS, Windows, some file systems), and for long records, it is one `os.write` for each.
"""

import errno
import mmap
import os
from pathlib import Path
from typing import Any
from zlib import crc32

from flight_recorder.interrupted import was_interrupted
from flight_recorder.journal.format import FRAME, frame_of

FIRST_ROOM_BYTES = 1 << 16
ROOM_BYTES = 1 << 20
MAX_COPIED_BYTES = 1 << 16  # longer records are written: fresh pages of a map cost more than that

FRAME_BYTES = FRAME.size
pack_frame = FRAME.pack  # on the hot path: looked up once

_PAGE = mmap.ALLOCATIONGRANULARITY


class AppendedFile:
    """The end of the open file *fd*, which is empty. Not for two threads at once.

    *end* is where the next record begins. A record counts once its frame stands before it, which comes last.

    A program may close the file (`os.closerange`), and open one of its own that is given the same number. So the
    number is used only for what it still means; what is copied into the map needs no number.
    """

    __slots__ = ("_can_take_room", "_fd", "_file", "_first", "_limit", "_map", "end")

    def __init__(self, fd: int) -> None:
        self.end = 0
        self._fd = fd
        self._file = os.fstat(fd)
        self._map: mmap.mmap | None = None
        self._first = 0  # of the map, in the file
        self._limit = 0
        self._can_take_room = hasattr(os, "posix_fallocate")

    def append(self, head: bytes, body: bytes) -> None:
        """Append the record with the payload *head* + *body*.

        Raises OSError when it could not be written whole; the file then ends where it did before.
        """
        length = len(head) + len(body)
        stop = self.end + FRAME_BYTES + length
        if stop > self._limit and not self._take_room(stop):
            self.write(frame_of(head, body) + head + body)
            return
        memory: Any = self._map  # there is room in it
        at = self.end - self._first + FRAME_BYTES
        middle = at + len(head)
        try:
            memory[at:middle] = head
            memory[middle : at + length] = body
            memory[at - FRAME_BYTES : at] = pack_frame(length, crc32(body, crc32(head)))
        except BaseException:  # Ctrl-C between two lines: no part of the record may stand behind the next one
            memory[at - FRAME_BYTES : at + length] = bytes(FRAME_BYTES + length)
            raise
        self.end = stop

    def write(self, data: bytes) -> None:
        """Append *data* with a system call; raises as `append`."""
        self._drop_map()
        if not self.is_open:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        os.lseek(self._fd, self.end, os.SEEK_SET)
        try:
            written = os.write(self._fd, data)
            if written < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except BaseException:
            os.ftruncate(self._fd, self.end)
            raise
        self.end += len(data)

    def _take_room(self, stop: int) -> bool:
        """Return whether the file can now be written up to *stop* through its map."""
        if not self._can_take_room or stop - self.end > MAX_COPIED_BYTES or not self.is_open:
            return False
        self._drop_map()
        first = self.end // _PAGE * _PAGE
        size = FIRST_ROOM_BYTES if self.end < FIRST_ROOM_BYTES // 2 else ROOM_BYTES
        size = -(-(stop - first + size) // _PAGE) * _PAGE
        try:
            os.posix_fallocate(self._fd, first, size)
            self._map = mmap.mmap(self._fd, size, offset=first)
        except (OSError, ValueError) as error:  # no such call here, or no room: `write` says which, for the record
            if was_interrupted(error):
                raise
            self._can_take_room = False
            return False
        self._first, self._limit = first, first + size
        return True

    def _drop_map(self) -> None:
        memory, self._map, self._limit = self._map, None, 0
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
            os.ftruncate(self._fd, self.end)
        self.leave()

    def leave(self) -> None:
        """Let go of the file and change nothing in it: in a forked child it is the parent's."""
        self._drop_map()
        fd, is_open = self._fd, self.is_open
        self._fd = -1
        if is_open:
            os.close(fd)


_kept: list[mmap.mmap] = []
