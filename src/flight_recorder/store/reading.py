"""Reading: what a journal has beyond what the store has of it, ready to be put there."""

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.journal.format import HEADER_BYTES
from flight_recorder.journal.reader import End, read_mark, read_payloads
from flight_recorder.store.facts import Facts
from flight_recorder.store.records import Chunks


class Left(msgspec.Struct, frozen=True):
    """A journal that stays where it is, and why. *is_newer* says that a newer version wrote it."""

    path: Path
    reason: str
    is_newer: bool = False


class Reading(msgspec.Struct, frozen=True):
    """What was read of a journal, from the byte *start* on. *mark* is None for one that has not begun."""

    path: Path
    mark: bytes | None
    start: int
    end: End
    facts: Facts
    chunks: Chunks

    @property
    def is_new(self) -> bool:
        """Whether anything was read that the store does not have."""
        return self.mark is not None and self.end.at > self.start

    @property
    def is_told(self) -> bool:
        """Whether the journal has any records."""
        return self.end.at > HEADER_BYTES


def read_journals(paths: Iterable[Path], known: Mapping[bytes, int], left: list[Left]) -> list[Reading]:
    """Return what can be read of *paths*, each from where the store's part of it, *known* by mark, ends.

    Those that cannot be read are added to *left*.
    """
    readings = []
    for path in paths:
        try:
            readings.append(_read(path, known))
        except FileNotFoundError:
            continue  # another drain has finished with it
        except UnreadableError as error:
            left.append(Left(path, str(error), isinstance(error, NewerFormatError)))
        except OSError as error:
            left.append(Left(path, f"the journal {path} cannot be read: {error.strerror}"))
    return readings


def _read(path: Path, known: Mapping[bytes, int]) -> Reading:
    facts, chunks = Facts(), Chunks()
    mark, begins, end = read_mark(path)
    if mark is None:
        return Reading(path, None, 0, end, facts, chunks)
    start = known.get(mark, begins)
    payloads = read_payloads(path, start)
    while True:
        try:
            payload = next(payloads)
        except StopIteration as stop:
            chunks.close()
            return Reading(path, mark, start, stop.value, facts, chunks)
        try:
            if facts.take(payload):
                chunks.add(payload)
        except UnreadableError as error:
            raise type(error)(f"the journal {path} {error}") from error
        except (struct.error, IndexError) as error:
            raise UnreadableError(f"the journal {path} holds a record that makes no sense: {error}") from error
