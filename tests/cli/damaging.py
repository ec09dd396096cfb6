"""Damaging: what happens to recordings, done to one that was really made."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from flight_recorder.journal.format import HEADER_BYTES
from flight_recorder.journal.reader import read_payloads
from flight_recorder.store.database import open_store
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import list_sessions
from tests.kit import Project

PROGRAM = """
import signal, sys

@fr.register("work")
def work(text):
    if text == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return {"text": text}

@fr.register("entry")
def entry(number):
    for place in ("first", "second", "third"):
        work(f"{place} of {number}: " + "".join(str(each * (number + 7)) for each in range(900)))
    if number < 0:
        work("killed")

if __name__ == "__main__":
    for number in map(int, sys.argv[1:]):
        fr.run(entry, number)
"""


def home_of(project: Project) -> Path:
    return project.folder / ".flight-recorder"


def journal_of(project: Project) -> Path:
    (journal,) = (home_of(project) / "journal").glob("*.journal")
    return journal


def state(home: Path) -> dict[str, tuple[int, bytes]]:
    """The mode and content of everything under *home*."""
    return {
        str(path.relative_to(home)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in (home, *home.rglob("*"))
    }


def loaded(home: Path) -> dict[str, Any]:
    """Every session in the store of *home* that loads."""
    with open_store(home, create=False) as store:
        return {summary.id: load_session(store, summary.id) for summary in list_sessions(store, 99)}


def doctor(project: Project, *words: str) -> tuple[int, Any]:
    """Exit status and document of the doctor."""
    ran = project.command("doctor", *words, "--json")
    assert ran.stderr == ""
    return ran.status, ran.json


def end_of(journal: Path) -> int:
    """The byte after the last record."""
    payloads = read_payloads(journal, HEADER_BYTES)
    while True:
        try:
            next(payloads)
        except StopIteration as stop:
            return int(stop.value.at)


def tear(project: Project) -> None:
    os.truncate(journal_of(project), end_of(journal_of(project)) - 3)


def flip_a_bit(project: Project) -> None:
    journal = journal_of(project)
    content = bytearray(journal.read_bytes())
    content[content.index(b"second of -1") + 3] ^= 16
    journal.write_bytes(content)


def truncate(project: Project) -> None:
    store = home_of(project) / "store.db"
    os.truncate(store, store.stat().st_size * 3 // 4)


def zero_a_page(project: Project) -> None:
    """The last page but one: long values of some of the sessions."""
    store = home_of(project) / "store.db"
    with open(store, "r+b") as file:
        file.seek(store.stat().st_size - 2 * 4096)
        file.write(bytes(4096))


def zero_the_first_page(project: Project) -> None:
    """The one that tells SQLite where each table begins."""
    with open(home_of(project) / "store.db", "r+b") as file:
        file.write(bytes(4096))


def lose_a_value(project: Project) -> None:
    """Damage that SQLite does not see: a value is another one."""
    with sqlite3.connect(home_of(project) / "store.db") as connection:
        connection.execute("UPDATE body SET data = (SELECT data FROM body WHERE id = 1) WHERE id = 5")
    connection.close()


def open_to_others(project: Project) -> None:
    home_of(project).chmod(0o755)
    (home_of(project) / "store.db").chmod(0o644)
    journal_of(project).chmod(0o640)
