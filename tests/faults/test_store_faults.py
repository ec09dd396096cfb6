"""The store folder is read-only, deleted, corrupt, of a newer version or locked: the program ends as ever."""

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Tries
from tests.faults.kit import Ran, Servers, Trial, ends_alike, finished, mostly_long
from tests.faults.worlds import CAN_MOUNT, CANNOT_MOUNT, without_rights, world

PROGRAM = """
@fr.register("step")
def step(n):
    return n

@fr.register("main")
def main(label):
    for n in range(20):
        say(step(n))

fr.run(main, sys.argv[1])
"""

BUSY_S = 5.0  # how long a drain waits for a lock
NEWER = 999


@pytest.fixture
def recorded(trial: Trial) -> Trial:
    """A trial in which one session was recorded."""
    trial.write(PROGRAM)
    trial.record("before")
    return trial


def store(trial: Trial) -> Path:
    return trial.home / "store.db"


def endure(trial: Trial, label: str) -> Ran:
    """Run the program bare and recorded: it ends alike, with a warning at most."""
    ends_alike(trial.bare(label), done := trial.record(label), warnings=1)
    return done


def assert_all_there(trial: Trial, *labels: str) -> None:
    """Assert that the sessions are those of *labels*, each whole."""
    sessions = trial.sessions()
    assert [session["steps"][0]["inputs"]["label"] for session in sessions] == list(labels)
    assert [len(finished(session, "step")) for session in sessions] == [20] * len(labels)


def take_away(trial: Trial) -> None:
    """Remove the database with what SQLite keeps beside it."""
    for file in trial.home.glob("store.db*"):
        file.unlink()


@pytest.mark.fault("store folder read-only (mode)", "one warning; earlier sessions can be read meanwhile")
def test_a_store_folder_without_write_permission_costs_one_warning(servers: Servers, recorded: Trial) -> None:
    for folder in (recorded.home, recorded.home / "journal"):
        folder.chmod(0o555)
    with without_rights(servers) as obeying:
        blocked = Trial(obeying, recorded.folder)

        done = endure(blocked, "blocked")

        assert "Permission denied" in done.warnings[0]
        assert_all_there(blocked, "before")
    for folder in (recorded.home, recorded.home / "journal"):
        folder.chmod(0o755)


@pytest.mark.skipif(not CAN_MOUNT, reason=CANNOT_MOUNT)
@pytest.mark.fault("store folder read-only (file system)", "one warning; earlier sessions can be read meanwhile")
def test_a_store_on_a_read_only_file_system_costs_one_warning(servers: Servers, tmp_path: Path) -> None:
    with world(servers, tmp_path / "project", "8m") as blocked:
        blocked.write(PROGRAM)
        blocked.record("before")
        blocked.remount("ro")

        done = endure(blocked, "blocked")

        assert "Read-only file system" in done.warnings[0]
        assert_all_there(blocked, "before")
        blocked.remount("rw")
        blocked.record("after")
        assert_all_there(blocked, "before", "after")


@pytest.mark.parametrize("what", [".flight-recorder", ".flight-recorder/journal", ".flight-recorder/store.db"])
@pytest.mark.parametrize("moment", mostly_long([0, 10, 19], 10))
@pytest.mark.fault("store deleted while the program runs", "one warning; the next session is recorded whole")
def test_a_store_that_is_deleted_in_mid_run_costs_one_warning(recorded: Trial, what: str, moment: int) -> None:
    deleting = f"shutil.rmtree({what!r}) if os.path.isdir({what!r}) else os.unlink({what!r})"
    recorded.write(
        PROGRAM.replace("    return n", f"    if n == {moment}:\n        import shutil; {deleting}\n    return n")
    )
    ends_alike(recorded_bare(recorded), recorded.record("deleted"), warnings=1)

    recorded.write(PROGRAM)
    recorded.record("after")

    last = recorded.sessions()[-1]
    assert last["steps"][0]["inputs"] == {"label": "after"}
    assert len(finished(last, "step")) == 20


def recorded_bare(trial: Trial) -> Ran:
    """Run the program bare where deleting the store does not delete what was recorded."""
    kept = trial.home.rename(trial.folder / "kept")
    (trial.home / "journal").mkdir(parents=True)
    (trial.home / "store.db").touch()
    done = trial.bare("deleted")
    if trial.home.exists():
        trial.start_afresh()
    kept.rename(trial.home)
    return done


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "is text": lambda _: b"not a database at all" * 1000,
    "is cut in half": lambda good: good[: len(good) // 2],
    "is cut in the header": lambda good: good[:50],
    "has lost its first page": lambda good: bytes(4096) + good[4096:],
    "has lost all but its first page": lambda good: good[:4096] + bytes(len(good) - 4096),
    "is noise": lambda good: random.Random(1).randbytes(len(good)),
    "is noise behind its header": lambda good: good[:100] + random.Random(1).randbytes(len(good) - 100),
}


@pytest.mark.parametrize("damage", mostly_long(DAMAGES, "is cut in half", "is noise"))
@pytest.mark.fault(
    "store corrupt",
    "one warning; a command says so (exit 4); nothing recorded since is lost, once the store is aside",
)
def test_a_corrupt_store_costs_one_warning_and_loses_nothing_new(recorded: Trial, damage: str) -> None:
    good = store(recorded).read_bytes()
    take_away(recorded)
    store(recorded).write_bytes(DAMAGES[damage](good))

    done = endure(recorded, "since")
    listing = recorded.command("list", "--json")

    assert len(done.warnings) == 1
    assert listing.status == 4
    assert listing.stderr.startswith("error: ")
    assert "Traceback" not in listing.stderr
    take_away(recorded)
    assert_all_there(recorded, "since")


@pytest.mark.fault("store empty (0 bytes)", "the session is recorded")
def test_an_empty_store_is_a_new_one(recorded: Trial) -> None:
    take_away(recorded)
    store(recorded).touch()

    endure(recorded, "since")

    assert_all_there(recorded, "since")


@pytest.mark.fault(
    "store corrupt at random bytes", "each command ends with 0 or 4, without a traceback", short=8, share=0.02
)
def test_a_store_with_flipped_bytes_ends_no_program_and_no_command_otherwise(recorded: Trial, tries: Tries) -> None:
    good = store(recorded).read_bytes()
    chance = random.Random(7)
    for _ in tries:
        damaged = bytearray(good)
        for _ in range(chance.choice([1, 10, 100, 1000])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        take_away(recorded)
        store(recorded).write_bytes(damaged)

        endure(recorded, "since")

        for words in (["list"], ["show", "last"], ["debug", "last"]):
            done = recorded.command(*words, "--json")
            assert done.status in (0, 2, 4), done
            assert "Traceback" not in done.stderr
            assert bool(done.stderr) == (done.status != 0)


@pytest.mark.fault("store of a newer version", "one warning; refused with what to do; not a byte of it changed")
def test_a_store_of_a_newer_version_costs_one_warning_and_is_left_alone(recorded: Trial) -> None:
    version = set_version(store(recorded), NEWER)
    before = store(recorded).read_bytes()

    done = endure(recorded, "since")
    listing = recorded.command("list", "--json")

    assert "Upgrade flight-recorder" in done.warnings[0]
    assert listing.status == 4
    assert f"has version {NEWER}" in listing.stderr
    assert store(recorded).read_bytes() == before
    set_version(store(recorded), version)
    assert_all_there(recorded, "before", "since")


def set_version(path: Path, version: int) -> int:
    """Give the database *path* this version, as its one file; return the one that it had."""
    connection = sqlite3.connect(path)
    was = int(connection.execute("PRAGMA user_version").fetchone()[0])
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return was


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
@pytest.mark.fault("store locked for a moment", "no warning: the program's end waits for it, and nothing is lost")
def test_a_store_that_is_locked_for_a_moment_is_waited_for(recorded: Trial, how: str) -> None:
    with locked(store(recorded), how, 0.5):
        done = endure(recorded, "meanwhile")

    assert done.warnings == []
    assert_all_there(recorded, "before", "meanwhile")


@pytest.mark.fault(
    "store locked for a minute", "the end waits 5 s; one warning; earlier sessions can be read meanwhile"
)
def test_a_store_that_stays_locked_costs_one_warning_and_loses_nothing(recorded: Trial, is_long: bool) -> None:
    labels = [f"meanwhile {number}" for number in range(3 if is_long else 1)]
    with locked(store(recorded), "IMMEDIATE", 60 if is_long else 45) as lock:
        for label in labels:
            began = time.monotonic()
            done = endure(recorded, label)
            assert time.monotonic() - began < BUSY_S + 15
            assert "stays in its journal" in "".join(done.warnings) or not done.warnings
        listing = recorded.command("list", "--json")
        listed = listing.json["sessions"]
        assert [line.startswith("warning: the journal ") for line in listing.stderr.splitlines()] == [True] * len(
            labels
        )
        assert lock.is_held()
        if not is_long:
            lock.let_go()
        assert [one["entry"] for one in listed] == ["main"]

    assert_all_there(recorded, "before", *labels)


class locked:  # noqa: N801 - reads as what is true of the block
    """The database *path* is locked by another process, for *seconds* from the beginning of the block."""

    def __init__(self, path: Path, how: str, seconds: float) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute(f"BEGIN {how}")
        self._is_enough = threading.Event()
        self._keeper = threading.Thread(target=self._keep, args=(seconds,))

    def _keep(self, seconds: float) -> None:
        self._is_enough.wait(seconds)
        self._connection.execute("ROLLBACK")

    def let_go(self) -> None:
        """Unlock before the time is over."""
        self._is_enough.set()

    def is_held(self) -> bool:
        """Whether the database is still locked."""
        return self._keeper.is_alive()

    def __enter__(self) -> "locked":
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.join()
        self._connection.close()
