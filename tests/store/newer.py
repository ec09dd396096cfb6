"""A newer version of Flight Recorder: this one with a column and a table more, in a process of its own."""

import subprocess
import sys
from pathlib import Path

from flight_recorder.journal.format import FORMAT_VERSION, MAGIC

NEWER = """
import os, signal, sys
from pathlib import Path
from flight_recorder.store import migrate
migrate.UPGRADES = (
    "ALTER TABLE session ADD COLUMN note TEXT NOT NULL DEFAULT 'newer';\\n"
    "CREATE TABLE remark (id INTEGER PRIMARY KEY);",
)
from flight_recorder.store.database import open_store
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import list_sessions

with open_store(Path(sys.argv[1]), create=False) as store:
    print([load_session(store, summary.id).status.value for summary in list_sessions(store, 9)])
    with store.reading() as connection:
        print(connection.execute("SELECT note FROM session").fetchall(), flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
"""


def newer(home: Path, end: str) -> str:
    """Let the newer version open the store of *home* and read it."""
    done = subprocess.run([sys.executable, "-c", NEWER, str(home), end], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def newer_journal(home: Path, session: str) -> Path:
    """Put the journal of a newer version into *home*."""
    path = home / "journal" / f"{session}-1.journal"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(MAGIC + (FORMAT_VERSION + 1).to_bytes(4, "little") + b"what that version knows")
    return path
