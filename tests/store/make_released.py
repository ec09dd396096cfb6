"""Make the store and the journal that a released version is remembered by: `python -m tests.store.make_released`.

Records known sessions through the journal and the drain, and puts the store into `released/` with what it holds as
JSON beside it; likewise a journal, with its events. Run it once for each version of the schema or of the journal's
format, when that version is first released. What was released is never made again: later versions must go on reading
it as it is.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import msgspec
from msgspec import structs

from flight_recorder.journal.format import FORMAT_VERSION
from flight_recorder.journal.reader import read_events
from flight_recorder.model.event import Event, Finished, Started, Touched, Withdrawn
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Effect, Returned
from flight_recorder.model.value import Value
from flight_recorder.store.database import STORE_NAME, open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import load_session
from flight_recorder.store.migrate import current_schema
from flight_recorder.store.sessions import list_sessions
from tests.store.made_sessions import EPOCH_NS, SECOND, failed_run, good_run, replay_run, write_journal, wrong_run

RELEASED = Path(__file__).parent / "released"


def main() -> int:
    """Make the files for this version; 1 when all are there already."""
    store = RELEASED / f"v{current_schema().version}.db"
    journal = RELEASED / f"v{FORMAT_VERSION}.journal"
    missing = {path: make for path, make in ((store, make_store), (journal, make_journal)) if not path.exists()}
    for path, make in missing.items():
        make(path)
    for path in {store, journal} - missing.keys():
        print(f"{path} was released: it stays as it is", file=sys.stderr)  # noqa: T201
    return 0 if missing else 1


def make_journal(path: Path) -> None:
    """Make the journal *path* and what it tells, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(write_journal(Path(folder), "4f2a91", 1, every_kind_of_record()), path)
    path.with_name(f"{path.name}.json").write_bytes(as_json(list(read_events(path))))


def make_store(store: Path) -> None:
    """Make the *store* and what it holds, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_journal(home, "4f2a91", 1, failed_run())
        write_journal(home, "77c0de", 2, replay_run())
        write_journal(home, "90", 3, good_run("90", at_ns=EPOCH_NS + 7200 * SECOND, process="p3"))
        write_journal(home, "91", 4, wrong_run("91", at_ns=EPOCH_NS + 9000 * SECOND, process="p4"))
        drain(home)
        store.with_suffix(".json").write_bytes(as_json(stored_sessions(home)))
        shutil.copyfile(home / STORE_NAME, store)


def every_kind_of_record() -> list[Event]:
    """A session whose journal has records of every kind, and bodies that are written as what they have grown by."""
    failed, replayed = failed_run(), replay_run()
    words = next(place for place, event in enumerate(replayed) if isinstance(event, Started) and event.step == 3)
    stream = [structs.replace(event, step=event.step + 10) for event in replayed[words:-1]]
    chat: list[Event] = []
    said = "a message that is long enough to be remembered, since the next one begins alike. " * 20
    for turn in range(3):
        messages = Value(msgspec.json.encode([f"{number}: {said}" for number in range(turn + 1)]))
        chat += [
            Started(20 + turn, 1, 10 + turn, "agent://chat", "shop:chat", {"messages": messages}, branch=(2,)),
            Finished(20 + turn, 11 + turn, Returned(messages, {}, shared=((1, 2),))),
        ]
    withdrawn: list[Event] = [Withdrawn(13, 90, Judgement(Decision.RERUN, Reason.TAKEN_FURTHER, "one item more"))]
    touched: list[Event] = [Touched(20, Effect("wrote", "out.csv"))]
    return [*failed[:-2], *chat, *touched, *stream, *withdrawn, *failed[-2:]]


def stored_sessions(home: Path) -> list[Session]:
    """Return every session in the store of *home*, the latest first."""
    with open_store(home, create=False) as store:
        return [load_session(store, summary.id) for summary in list_sessions(store, 100)]


def as_json(told: list[Session] | list[Event]) -> bytes:
    """Return what was *told* as JSON that a person can read and compare."""
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


if __name__ == "__main__":
    sys.exit(main())
