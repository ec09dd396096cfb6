"""Segment: the part of a file that was taken for the next records, as a memory map. On the hot path.

There is a second one, compiled, in `flight-recorder-speed` (speed/segment.c). The same tests run on both.
"""

from typing import Any

from flight_recorder.compiled import compiled
from flight_recorder.journal.format import FRAME, crc32

FRAME_BYTES = FRAME.size
pack_frame = FRAME.pack  # on the hot path: looked up once


class Segment:
    """A part of a file. *end* is where the next record begins, *limit* where the map ends; 0 where there is none.

    Two are for whoever writes: *is_busy*, a record is being written; *remembered*, how many bytes of bodies are kept.
    """

    __slots__ = ("_first", "_map", "end", "is_busy", "limit", "remembered")

    def __init__(self) -> None:
        self.end = 0
        self.limit = 0
        self.is_busy = False
        self.remembered = 0
        self._first = 0
        self._map: Any = None

    def open(self, memory: Any, first: int) -> None:
        """Go on in the map *memory*, which begins at the byte *first* of the file."""
        self._map, self._first, self.limit = memory, first, first + len(memory)

    def close(self) -> None:
        """Let go of the map."""
        self._map, self.limit = None, 0

    def put(self, head: bytes, body: bytes) -> bool:
        """Append the record with the payload *head* + *body*; return False, and do nothing, without room for it."""
        length = len(head) + len(body)
        stop = self.end + FRAME_BYTES + length
        if stop > self.limit:
            return False
        memory = self._map
        at = self.end - self._first + FRAME_BYTES
        middle = at + len(head)
        try:
            memory[at:middle] = head
            memory[middle : at + length] = body
            # Last: it says that all is there.
            memory[at - FRAME_BYTES : at] = pack_frame(length, crc32(body, crc32(head)))
        except BaseException:  # Ctrl-C between two lines: no part of the record may stand behind the next one
            memory[at - FRAME_BYTES : at + length] = bytes(FRAME_BYTES + length)
            raise
        self.end = stop
        return True


def new_segment() -> Segment:
    """Return a segment without a map; the compiled one where that is installed."""
    segment: Segment = (Segment if compiled is None else compiled.Segment)()
    return segment
