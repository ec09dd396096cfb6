"""Opening the store: permissions, damage, read-only folders, many processes at once."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.errors import NotFoundError, StoreCorruptError, UnreadableError
from flight_recorder.store import database
from flight_recorder.store.database import open_store
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import list_sessions
from tests.store.made_sessions import failed_run, good_run, save, try_to_save


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_store_and_its_folder_are_for_the_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"

    with open_store(home, create=True) as store:
        save(store, good_run("ab"))
        modes = {path.name: mode_of(path) for path in home.iterdir()}

    assert mode_of(home) == 0o700
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


def test_a_closed_store_is_one_file(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        save(store, good_run("ab"))

    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]


def test_the_store_uses_a_write_ahead_log_and_checks_its_references(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store, store.reading() as connection:
        settings = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "foreign_keys", "synchronous")
        ]

    assert settings == ["wal", 1, 1]


def test_a_store_that_is_not_there_is_made_only_when_that_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=f"nothing is recorded in {tmp_path}"):
        open_store(tmp_path, create=False)

    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_one_state_while_another_process_writes(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as reader, open_store(tmp_path, create=True) as writer:
        with reader.reading() as connection:
            before = connection.execute("SELECT count(*) FROM session").fetchone()
            save(writer, good_run("ab"))
            after = connection.execute("SELECT count(*) FROM session").fetchone()

        assert before == after == (0,)
        assert len(list_sessions(reader, 10)) == 1


def test_a_writer_that_waits_too_long_says_that_the_store_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with open_store(tmp_path, create=True) as first, open_store(tmp_path, create=True) as second:
        with first.writing():
            (reason,) = try_to_save(second, good_run("ab"))
        assert "is in use: another process" in reason

        save(second, good_run("ab"))


def test_what_is_saved_never_goes_with_a_store_that_was_moved_aside_meanwhile(tmp_path: Path) -> None:
    """The journal would be deleted after it, and nobody would find the session."""
    path = tmp_path / "store.db"
    with open_store(tmp_path, create=True) as store:
        save(store, good_run("ab"))
        path.rename(tmp_path / "aside.db")
        assert try_to_save(store, good_run("cd")) == [f"the store {path} was moved while it was open. Try again"]

        with open_store(tmp_path, create=True):
            assert try_to_save(store, good_run("cd")) == [f"the store {path} was moved while it was open. Try again"]


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 20, b"short"])
def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)

    with pytest.raises(StoreCorruptError) as caught:
        open_store(tmp_path, create=True)

    assert str(caught.value) == (
        f"the store {path} is damaged (file is not a database). flight-recorder doctor --repair puts every session"
        " that loads into a new one, and sets this one aside. Sessions that are still in their journals are kept"
    )
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """What a process leaves that is killed between making the file and its first commit."""
    (tmp_path / "store.db").touch()

    with open_store(tmp_path, create=False) as store:
        assert list_sessions(store, 10) == []


def test_a_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE accounts (id)")
    connection.close()
    content = path.read_bytes()

    with pytest.raises(UnreadableError, match=r"is a database of another program; move it aside") as caught:
        open_store(tmp_path, create=True)

    assert type(caught.value) is UnreadableError
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with pytest.raises(UnreadableError, match=r"home/store\.db cannot be made: File exists \(.*/home\)"):
        open_store(tmp_path / "home", create=True)


@pytest.fixture(scope="module")
def good_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("good")
    with open_store(home, create=True) as store:
        save(store, failed_run())
    return home / "store.db"


PLACES = st.floats(0, 1, exclude_max=True)  # in the file, as a part of its size


@settings(max_examples=250, deadline=None)
@given(spots=st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=3), cut=st.none() | PLACES)
def test_a_store_with_damaged_bytes_raises_nothing_but_our_errors(
    tmp_path_factory: pytest.TempPathFactory, good_store: Path, spots: list[tuple[float, int]], cut: float | None
) -> None:
    home = tmp_path_factory.mktemp("damaged")
    spoiled = bytearray(good_store.read_bytes())
    for place, byte in spots:
        spoiled[int(place * len(spoiled))] = byte
    size = len(spoiled) if cut is None else int(cut * len(spoiled))
    (home / "store.db").write_bytes(spoiled[:size])

    try:
        with open_store(home, create=False) as store:
            for summary in list_sessions(store, 10):
                load_session(store, summary.id)
    except (UnreadableError, NotFoundError):
        pass


def test_damage_that_sqlite_cannot_even_quote_is_damage(tmp_path: Path, good_store: Path) -> None:
    content = good_store.read_bytes()
    (tmp_path / "store.db").write_bytes(content.replace(b"CREATE TABLE body", b"CREATE TABL\x80 body"))

    with pytest.raises(StoreCorruptError, match=r"store\.db is damaged"):
        open_store(tmp_path, create=False)


READ_ONLY = """
import os, sys, tempfile
from pathlib import Path
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import load_session
from tests.store.made_sessions import failed_run, folded, good_run, save, try_to_save, write_journal

with tempfile.TemporaryDirectory() as folder, open_store(Path(folder), create=True):
    Path(folder).as_uri()  # loads what is loaded late, from places that the plain user may not see
if os.geteuid() == 0:  # modes do not bind root
    os.chown(sys.argv[1], 65534, 65534)
    os.setresuid(65534, 65534, 65534)

home = Path(sys.argv[1]) / "home"
with open_store(home, create=True) as store:
    save(store, failed_run())
journal = write_journal(home, "ab", 1, good_run("ab"))
for path, mode in ((home / "store.db", 0o400), (journal.parent, 0o500), (home, 0o500)):
    path.chmod(mode)
report = drain(home)
print(report.saved, [left.path == journal for left in report.left], report.left[0].reason.replace(str(home), "HOME"))
with open_store(home, create=False) as store:
    print(load_session(store, "4f2a91") == folded(failed_run()))
    print(*(reason.replace(str(home), "HOME") for reason in try_to_save(store, good_run("cd"))))
print(sorted(path.name for path in home.iterdir()), journal.exists())
for path in (home, journal.parent):
    path.chmod(0o700)
"""


@pytest.mark.skipif(not hasattr(os, "setresuid"), reason="needs users and file modes")
def test_a_recording_in_a_read_only_folder_can_be_read_and_stays_as_it_is() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to other users
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, folder], capture_output=True, text=True, timeout=60, check=False
        )

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "() [True] the store HOME/store.db cannot be used: attempt to write a readonly database",
        "True",
        "the store HOME/store.db cannot be used: attempt to write a readonly database",
        "['journal', 'store.db'] True",
    ]


OPEN_AND_SAVE = """
import sys
from pathlib import Path
from flight_recorder.store.database import open_store
from tests.store.made_sessions import good_run, save
sys.stdin.readline()
for round in range(20):
    with open_store(Path(sys.argv[1]) / str(round), create=True) as store:
        save(store, good_run(sys.argv[2]))
"""


def test_many_processes_may_make_the_store_at_once(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_SAVE, str(tmp_path), f"{number:x}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]

    assert errors == [""] * 4
    for round in range(20):
        with open_store(tmp_path / str(round), create=False) as store:
            assert sorted(summary.id for summary in list_sessions(store, 10)) == ["0", "1", "2", "3"]
