"""Stores of other versions."""

import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.store.database import open_store
from flight_recorder.store.migrate import APPLICATION_ID, Schema, bring_up_to_date, current_schema

FIRST = Schema("CREATE TABLE note (id INTEGER);\nCREATE INDEX note_by_id ON note (id);\n", (), first=1)
ADD_TEXT = (
    "-- a comment; with a semicolon\nALTER TABLE note ADD COLUMN text TEXT;\nUPDATE note SET text = 'n' || id;\n"
)
ADD_SIZE = "ALTER TABLE note ADD COLUMN size INTEGER;\nUPDATE note SET size = length(text);\n"
THIRD = Schema("CREATE TABLE note (id INTEGER, text TEXT, size INTEGER);\n", (ADD_TEXT, ADD_SIZE), first=1)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    yield connection
    connection.close()


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_new_store_is_made_from_the_schema_as_it_is_now(connection: sqlite3.Connection, tmp_path: Path) -> None:
    bring_up_to_date(connection, tmp_path, THIRD)

    assert version_of(connection) == 3
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("note",)]


def test_an_old_store_goes_through_every_step_in_order(connection: sqlite3.Connection, tmp_path: Path) -> None:
    bring_up_to_date(connection, tmp_path, FIRST)
    connection.execute("INSERT INTO note VALUES (7), (70)")

    bring_up_to_date(connection, tmp_path, THIRD)

    assert version_of(connection) == 3
    assert connection.execute("SELECT * FROM note").fetchall() == [(7, "n7", 2), (70, "n70", 3)]


def test_a_step_that_fails_leaves_the_old_store_whole(connection: sqlite3.Connection, tmp_path: Path) -> None:
    bring_up_to_date(connection, tmp_path, FIRST)
    connection.execute("INSERT INTO note VALUES (7)")
    broken = Schema("", (ADD_TEXT, "ALTER TABLE notes ADD COLUMN size;\n"), first=1)

    with pytest.raises(sqlite3.OperationalError, match="no such table: notes"):
        bring_up_to_date(connection, tmp_path, broken)

    assert version_of(connection) == 1
    assert connection.execute("SELECT * FROM note").fetchall() == [(7,)]
    assert not connection.in_transaction


def test_a_store_of_this_version_is_not_written_to(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True):
        pass
    content = (tmp_path / "store.db").read_bytes()

    with open_store(tmp_path, create=True):
        pass

    assert (tmp_path / "store.db").read_bytes() == content


def test_a_newer_store_is_refused_with_what_to_do_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(tmp_path, create=True) as store, store.writing() as connection:
        connection.execute("PRAGMA user_version = 99")
    content = path.read_bytes()

    with pytest.raises(NewerFormatError) as caught:
        open_store(tmp_path, create=True)

    assert str(caught.value) == (
        f"the store {path} has version 99; this version of Flight Recorder reads up to {current_schema().version}."
        " Upgrade flight-recorder to read it, or set FLIGHT_RECORDER_HOME to another folder"
    )
    assert path.read_bytes() == content


def test_a_store_from_before_the_first_release_is_refused_with_what_to_do(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    bring_up_to_date(connection, tmp_path, FIRST)

    with pytest.raises(
        UnreadableError, match="has version 1, which no released version of Flight Recorder wrote; move"
    ):
        bring_up_to_date(connection, tmp_path, current_schema())

    assert version_of(connection) == 1


def test_a_version_without_our_mark_is_another_program_s(connection: sqlite3.Connection, tmp_path: Path) -> None:
    connection.execute("PRAGMA user_version = 1")

    with pytest.raises(UnreadableError, match="is a database of another program"):
        bring_up_to_date(connection, tmp_path, FIRST)


def test_every_table_and_column_has_a_comment() -> None:
    lines = current_schema().new.splitlines()
    columns = [line for line in lines if line.startswith("    ") and line.split()[0].islower()]
    # What names the row itself, or what it belongs to by a reference, needs no words.
    plain = ("    id ", "    session ", "    journal ", "    fingerprint ", "    body ")

    assert len(columns) > 30
    assert [line for line in columns if "-- " not in line and not line.startswith(plain)] == []
    assert all(before.startswith("-- ") for before, line in pairwise(lines) if line.startswith("CREATE TABLE"))
