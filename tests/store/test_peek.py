"""The version of a store is read while others open and close it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from flight_recorder.store import peek
from flight_recorder.store.migrate import APPLICATION_ID
from flight_recorder.store.peek import peek_version


@pytest.mark.parametrize("moment", range(4))
def test_a_log_may_be_moved_into_the_store_and_removed_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """As the last of those who have the store open does."""
    path = tmp_path / "store.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    other.execute("PRAGMA user_version = 7")
    assert (tmp_path / "store.db-wal").exists()
    opened = 0

    def closing(*args: Any, **options: Any) -> Any:
        nonlocal opened
        if opened == moment:
            other.close()
            assert not (tmp_path / "store.db-wal").exists()
        opened += 1
        return open(*args, **options)

    monkeypatch.setattr(peek, "open", closing, raising=False)

    assert peek_version(path, APPLICATION_ID) == 7
    other.close()
