"""A store whose values are replaced by others, as somebody would who forges a recording."""

import re
import sqlite3
import zlib
from pathlib import Path

from flight_recorder.journal.packing import END, SIZE, START
from flight_recorder.store.database import STORE_NAME
from flight_recorder.store.records import records_in

_DICT = re.compile(rb'\{"[^$"][^{}]*\}')


def change(home: Path, data: str) -> None:
    """Make *data* of every dict among the values of the store."""
    changed = 0
    with sqlite3.connect(home / STORE_NAME) as connection:
        for journal, position, chunk in connection.execute("SELECT journal, position, data FROM chunk").fetchall():
            records = []
            for payload in records_in([chunk], {}):
                if payload[0] in (START, END):
                    payload, count = _DICT.subn(data.encode().replace(b"\\", rb"\\"), payload)
                    changed += count
                records += [SIZE.pack(len(payload)), payload]
            forged = zlib.compress(b"".join(records))
            connection.execute(
                "UPDATE chunk SET data = ? WHERE journal = ? AND position = ?", (forged, journal, position)
            )
    connection.close()
    assert changed >= 2
