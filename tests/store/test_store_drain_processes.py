"""Draining from many processes at once, and being killed in the middle of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from flight_recorder.journal.folder import journals_in
from flight_recorder.model.session import Session
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import DrainReport, drain
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import list_sessions
from tests.store.made_sessions import folded, long_run

DRAIN_UNTIL_TOLD = """
import sys
from pathlib import Path
from flight_recorder.store.drain import drain
home, stop = Path(sys.argv[1]), Path(sys.argv[2])
sys.stdin.readline()
while not stop.exists():
    for left in drain(home).left:
        print(left.reason)
"""

RECORD = """
import os, sys
from pathlib import Path
from tests.store.made_sessions import long_run, open_journal
home, first = Path(sys.argv[1]), int(sys.argv[2])
sys.stdin.readline()
for session in range(first, first + 6):
    open_journal(home, f"{session:x}", os.getpid(), long_run(f"{session:x}", 200))  # lives until the next one
"""


def start(code: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def all_loaded(home: Path) -> dict[str, Session]:
    with open_store(home, create=False) as store:
        return {summary.id: load_session(store, summary.id) for summary in list_sessions(store, 100)}


def test_drains_and_recorders_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    drains = [start(DRAIN_UNTIL_TOLD, tmp_path, stop) for _ in range(3)]
    recorders = [start(RECORD, tmp_path, first) for first in (16, 32)]
    for process in (*drains, *recorders):
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    said_by_recorders = [process.communicate(timeout=60)[0] for process in recorders]
    stop.touch()
    said_by_drains = [process.communicate(timeout=60)[0] for process in drains]
    drain(tmp_path)

    assert said_by_recorders == ["", ""]
    assert said_by_drains == ["", "", ""]
    expected = [f"{first + offset:x}" for first in (16, 32) for offset in range(6)]
    assert all_loaded(tmp_path) == {id: folded(long_run(id, 200)) for id in expected}
    assert journals_in(tmp_path) == []


KILL_DRAINS = """
import os, random, shutil, signal, sys, time
from pathlib import Path
from flight_recorder.journal.folder import journals_in
from flight_recorder.journal.reader import read_events
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import has_session, load_session
from tests.store.made_sessions import folded, long_run, write_journal

folder = Path(sys.argv[1])
dice = random.Random(int(sys.argv[2]))
histories = {id: long_run(id, 250) for id in ("a1", "b2", "c3")}
expected = {id: folded(history) for id, history in histories.items()}
seen = set()

def drained_and_killed(home, after_s):
    child = os.fork()
    if child == 0:
        drain(home)
        os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

home = folder / "whole"
for pid, (id, history) in enumerate(histories.items()):
    write_journal(home, id, pid, history)
began = time.perf_counter()
drain(home)
whole_s = time.perf_counter() - began

round = 0
while round < 12 or (len(seen) < 2 and round < 60):
    round += 1
    home = folder / str(round)
    for pid, (id, history) in enumerate(histories.items()):
        write_journal(home, id, pid, history)
    for _ in range(dice.randint(1, 2)):
        drained_and_killed(home, whole_s * 2 ** dice.uniform(-4, 4))  # how long it takes now, nobody knows
    journals = {path.name.split("-")[0]: path for path in journals_in(home)}
    with open_store(home, create=True) as store:
        for id, history in histories.items():
            stored = has_session(store, id)
            if stored:
                assert load_session(store, id) == expected[id], (round, id, "stored in part")
            if id in journals:
                assert list(read_events(journals[id])) == history, (round, id, "journal in part")
            assert stored or id in journals, (round, id, "lost")
            seen.add((stored, id in journals))
    drain(home)
    assert journals_in(home) == []
    with open_store(home, create=False) as store:
        assert {id: load_session(store, id) for id in histories} == expected, round
    shutil.rmtree(home)
print(len(seen) >= 2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_drain_that_is_killed_at_any_moment_leaves_each_session_whole(tmp_path: Path, seed: int) -> None:
    process = start(KILL_DRAINS, tmp_path, seed)

    said = process.communicate(timeout=120)[0]

    assert said == "True\n"  # and the moments were not all before the work or all after it


NASCENT = """
import sys
from pathlib import Path
from tests.store.made_sessions import good_run, write_journal
home = Path(sys.argv[1])
sys.stdin.readline()
for session in range(int(sys.argv[2])):
    write_journal(home, f"{session:x}", 1, good_run(f"{session:x}"))
"""


def test_a_journal_that_is_just_being_made_is_never_taken_for_an_empty_one(tmp_path: Path) -> None:
    """Drains delete empty journals of dead processes; a journal is empty and without a lock for an instant."""
    stop = tmp_path / "stop"
    drains = [start(DRAIN_UNTIL_TOLD, tmp_path, stop) for _ in range(2)]
    recorder = start(NASCENT, tmp_path, 90)
    for process in (*drains, recorder):
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    assert recorder.communicate(timeout=60)[0] == ""
    stop.touch()
    assert [process.communicate(timeout=60)[0] for process in drains] == ["", ""]
    drain(tmp_path)

    with open_store(tmp_path, create=False) as store:
        assert len(list_sessions(store, 1000)) == 90
    assert drain(tmp_path) == DrainReport()
