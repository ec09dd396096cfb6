"""Migrate: a store of any earlier version becomes one of this version, in one transaction.

`schema.sql` is the schema as it is now, and makes new stores. For each version before it, UPGRADES holds the SQL
that leads from that version to the next one; a released version's SQL never changes again.
"""

import pkgutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.store.peek import peek_version

APPLICATION_ID = 0x464C5452  # "FLTR": tells our databases from others, also for file(1)

FIRST_VERSION = 3  # those before it were never released
UPGRADES: tuple[str, ...] = ()  # the first leads from that version to the next


class Schema(msgspec.Struct, frozen=True):
    """What a store is to look like: the SQL that makes a new one, and what leads there from each earlier version."""

    new: str
    upgrades: tuple[str, ...]
    first: int = FIRST_VERSION

    @property
    def version(self) -> int:
        """The version that the schema has."""
        return len(self.upgrades) + self.first


def current_schema() -> Schema:
    """Return the schema of this version of Flight Recorder."""
    # Not importlib.resources: that imports tempfile and zipfile, at each command.
    sql = pkgutil.get_data(__package__, "schema.sql")
    assert sql is not None  # the loaders of files and of zip files both give data
    return Schema(sql.decode("utf-8"), UPGRADES)


def refuse_newer(path: Path, schema: Schema) -> None:
    """Raise NewerFormatError when the database *path* has a later version than *schema*'s; does not open it."""
    found = peek_version(path, APPLICATION_ID)
    if found > schema.version:
        raise _newer(path, found, schema)


def bring_up_to_date(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Make the database *path* one of *schema*'s version; one that is already stays untouched.

    Raises NewerFormatError for a later version, UnreadableError for a database of another program.
    """
    # The first look takes no lock; the second is the one that counts, for another process may have been faster.
    with transaction(connection, "BEGIN"):
        if version_of(connection, path, schema) == schema.version:
            return
    with transaction(connection, "BEGIN IMMEDIATE"):
        found = version_of(connection, path, schema)
        for sql in (schema.new,) if found == 0 else schema.upgrades[found - schema.first :]:
            for statement in _statements(sql):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {schema.version}")


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    """Run the block between *begin* and a COMMIT, or a ROLLBACK when it raises."""
    connection.execute(begin)
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors have rolled back already
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection, path: Path, schema: Schema) -> int:
    """Return the version of the database, 0 when it is empty. Needs a transaction: it asks three questions.

    Raises as `bring_up_to_date`.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    is_ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if is_empty and version == 0:
        return 0
    if not is_ours or version < 1:
        raise UnreadableError(f"{path} is a database of another program; move it aside, and a new store is made")
    if version < schema.first:
        raise UnreadableError(
            f"the store {path} has version {version}, which no released version of Flight Recorder wrote; move it"
            " aside, and a new store is made"
        )
    if version > schema.version:
        raise _newer(path, version, schema)
    return version


def _newer(path: Path, version: int, schema: Schema) -> NewerFormatError:
    return NewerFormatError(
        f"the store {path} has version {version}; this version of Flight Recorder reads up to {schema.version}."
        " Upgrade flight-recorder to read it, or set FLIGHT_RECORDER_HOME to another folder"
    )


def _statements(sql: str) -> Iterator[str]:
    """Yield each statement of *sql*; executescript would commit before it runs."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
