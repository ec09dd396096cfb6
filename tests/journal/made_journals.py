"""Made journals: the bytes that a writer makes of events."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from flight_recorder.journal.format import frame_of
from flight_recorder.journal.writer import JournalWriter
from flight_recorder.model.event import Event


def journal_bytes(events: Iterable[Event]) -> tuple[bytes, list[int]]:
    """Return a journal of *events*, and at which byte it ends before each of them and after the last."""
    with tempfile.TemporaryDirectory() as folder:
        writer = JournalWriter.open(Path(folder, "home", "journal", "4f2a-17.journal"))
        ends = [writer.segment.end]
        for event in events:
            writer.append(event)
            ends.append(writer.segment.end)
        writer.close()
        return writer.path.read_bytes(), ends


def record(payload: bytes) -> bytes:
    """Return the record with that *payload*."""
    return frame_of(payload) + payload
