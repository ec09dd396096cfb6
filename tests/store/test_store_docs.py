"""docs/store.md says what is so."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from flight_recorder.store.database import open_store
from flight_recorder.store.load import has_session, load_session
from flight_recorder.store.migrate import current_schema
from tests.store.made_sessions import failed_run, folded, replay_run, save

PAGE = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
DELETION = next(block for block in BLOCKS if "DELETE" in block and "CREATE" not in block)
QUERIES = [block for block in BLOCKS if block.startswith("SELECT")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_store(tmp_path, create=True) as store:
        save(store, failed_run(), replay_run())
    return tmp_path / "store.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def test_the_page_holds_the_schema_word_for_word() -> None:
    assert f"```sql\n{current_schema().new}```" in PAGE


def test_every_query_on_the_page_works(connection: sqlite3.Connection) -> None:
    failed, sizes = [connection.execute(query).fetchall() for query in QUERIES]

    assert failed == [("4f2a91", "2023-11-14 22:13:20", "qualify", 3, "AssertionError: Contact required")]
    assert {session for session, _ in sizes} == {"4f2a91", "77c0de"}
    assert all(100 < size < 10_000 for _, size in sizes)


def test_the_deletion_on_the_page_leaves_the_other_sessions_and_nothing_of_the_one(
    path: Path, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    assert b"Contact required" in path.read_bytes()

    connection.executescript(DELETION)
    connection.close()

    assert b"Contact required" not in path.read_bytes()
    with open_store(tmp_path, create=False) as store:
        assert not has_session(store, "4f2a91")
        assert load_session(store, "77c0de") == folded(replay_run())
        with store.reading() as reading:
            counts = [
                reading.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("session", "journal", "chunk", "learned")
            ]
            assert counts == [1, 1, 1, 1]
            assert reading.execute("PRAGMA foreign_key_check").fetchall() == []
