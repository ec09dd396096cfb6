"""Make the store that a released version is remembered by: `python -m tests.store.make_released`.

Records known sessions through the journal and the drain, and puts the store into `released/` with what it holds as
JSON beside it. Run it once for each version of the schema, when that version is first released. A released store is
never made again: later versions must go on reading it as it is.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from flight_recorder.model.session import Session
from flight_recorder.store.database import STORE_NAME, open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import load_session
from flight_recorder.store.migrate import current_schema
from flight_recorder.store.sessions import list_sessions
from tests.store.made_sessions import EPOCH_NS, SECOND, failed_run, good_run, replay_run, write_journal, wrong_run

RELEASED = Path(__file__).parent / "released"


def main() -> int:
    """Make the files for this version; 1 when they are there already."""
    version = current_schema().version
    store, contents = RELEASED / f"v{version}.db", RELEASED / f"v{version}.json"
    if store.exists():
        print(f"{store} was released: it stays as it is", file=sys.stderr)  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_journal(home, "4f2a91", 1, failed_run())
        write_journal(home, "77c0de", 2, replay_run())
        write_journal(home, "90", 3, good_run("90", at_ns=EPOCH_NS + 7200 * SECOND, process="p3"))
        write_journal(home, "91", 4, wrong_run("91", at_ns=EPOCH_NS + 9000 * SECOND, process="p4"))
        drain(home)
        contents.write_bytes(as_json(stored_sessions(home)))
        shutil.copyfile(home / STORE_NAME, store)
    return 0


def stored_sessions(home: Path) -> list[Session]:
    """Return every session in the store of *home*, the latest first."""
    with open_store(home, create=False) as store:
        return [load_session(store, summary.id) for summary in list_sessions(store, 100)]


def as_json(sessions: list[Session]) -> bytes:
    """Return *sessions* as JSON that a person can read and compare."""
    return msgspec.json.format(msgspec.json.encode(sessions), indent=1) + b"\n"


if __name__ == "__main__":
    sys.exit(main())
