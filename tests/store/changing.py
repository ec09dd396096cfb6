"""A store whose values are replaced by others, as somebody would who forges a recording."""

import sqlite3
from pathlib import Path

from flight_recorder.model.value import digest_of
from flight_recorder.store.database import STORE_NAME


def change(home: Path, data: str) -> None:
    """Make *data* of the first value of the store that is a dict, under a right digest."""
    with sqlite3.connect(home / STORE_NAME) as connection:
        found = connection.execute(
            "SELECT id FROM blob WHERE CAST(data AS TEXT) LIKE '{%' AND form = 'exact'"
        ).fetchone()
        connection.execute(
            "UPDATE blob SET data = ?, digest = ?, is_compressed = 0 WHERE id = ?",
            (data.encode(), digest_of(data.encode()), found[0]),
        )
    connection.close()
