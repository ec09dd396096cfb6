"""Graft: a copy of a store whose first page is lost, with the first page of a new store in its place.

That page says where each table begins, and without it SQLite reads nothing. Every store has its tables where a new
one has them, or, once it was compacted, where that puts them. What is read by a page that does not fit makes no
session: each value has its digest.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flight_recorder.store.database import STORE_NAME, Store, in_our_words, open_store

PAGE_BYTES = 4096  # SQLite's default, which every store has
_ROLLBACK_JOURNAL = b"\x01\x01"  # the copy has no write-ahead log
_FORMAT_AT, _PAGES_AT, _FREE_AT = 18, 28, 32  # https://www.sqlite.org/fileformat2.html#the_database_header


@contextmanager
def grafted(path: Path, workshop: Path, *, is_compacted: bool) -> Iterator[Store]:
    """Give the block a copy of the store *path*, made in *workshop*, with the first page of a new store."""
    copy = workshop / "grafted.db"
    shutil.copyfile(path, copy)
    pages = -(-copy.stat().st_size // PAGE_BYTES)
    with open(copy, "r+b") as file:
        file.write(_first_page(workshop / "pattern", pages, is_compacted=is_compacted))
    with in_our_words(copy):
        connection = sqlite3.connect(f"{copy.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None)
    with Store(copy, connection) as store:
        yield store


def _first_page(pattern: Path, pages: int, *, is_compacted: bool) -> bytes:
    with open_store(pattern, create=True) as store:
        if is_compacted:
            store.compact()
    with open(pattern / STORE_NAME, "rb") as file:
        page = bytearray(file.read(PAGE_BYTES))
    page[_FORMAT_AT : _FORMAT_AT + 2] = _ROLLBACK_JOURNAL
    page[_PAGES_AT : _PAGES_AT + 4] = pages.to_bytes(4, "big")
    page[_FREE_AT : _FREE_AT + 8] = bytes(8)  # which pages are free is not known, and nobody will ask
    return bytes(page)
