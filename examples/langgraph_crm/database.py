"""The CRM's contacts, in a SQLite file beside this module.

To add one: `python -m examples.langgraph_crm.database EMAIL NAME COMPANY STAGE`.
"""

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

FILE = Path(__file__).with_name("crm.sqlite3")

CONTACTS_AT_FIRST = [
    ("sarah@acmecorp.com", "Sarah", "Acme Corp", "evaluating"),
    ("tom@globex.com", "Tom", "Globex", "new"),
]


def find_contact(email: str) -> dict | None:
    """Return the contact with this address as {"name", "company", "stage"}, or None when there is none."""
    with closing(_connect()) as database:
        row = database.execute("SELECT name, company, stage FROM contact WHERE email = ?", (email,)).fetchone()
    return None if row is None else dict(row)


def add_contact(email: str, name: str, company: str, stage: str) -> None:
    """Put a contact in, in place of one with the same address."""
    with closing(_connect()) as database, database:
        database.execute("INSERT OR REPLACE INTO contact VALUES (?, ?, ?, ?)", (email, name, company, stage))


def _connect() -> sqlite3.Connection:
    """Open the file; the first time, create it with the contacts that the example starts with."""
    database = sqlite3.connect(FILE)
    database.row_factory = sqlite3.Row
    with database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS contact (email TEXT PRIMARY KEY, name TEXT, company TEXT, stage TEXT)"
        )
        database.executemany("INSERT OR IGNORE INTO contact VALUES (?, ?, ?, ?)", CONTACTS_AT_FIRST)
    return database


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m examples.langgraph_crm.database", description="Add a contact.")
    for field in ("email", "name", "company", "stage"):
        parser.add_argument(field)
    add_contact(**vars(parser.parse_args()))
