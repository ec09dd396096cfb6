"""`flight-recorder doctor` on folders that were really recorded, and then damaged."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.damaging import (
    PROGRAM,
    doctor,
    flip_a_bit,
    home_of,
    journal_of,
    loaded,
    lose_a_value,
    open_to_others,
    state,
    tear,
    truncate,
    zero_a_page,
    zero_the_first_page,
)
from tests.kit import Project, clean_environment
from tests.store.newer import newer, newer_journal


def actions(document: Any) -> list[str]:
    return [repair["action"] for repair in document["repairs"]]


def nothing(project: Project) -> None:
    """The killed process's journal is all there is to find."""


DAMAGES: list[tuple[Callable[[Project], None], list[str]]] = [
    (nothing, ["drain"]),
    (tear, ["drain"]),
    (flip_a_bit, ["drain", "set aside"]),
    (truncate, ["salvage", "drain"]),
    (zero_a_page, ["salvage", "drain"]),
    (zero_the_first_page, ["salvage", "drain"]),
    (lose_a_value, ["salvage", "drain"]),
    (open_to_others, ["close", "drain"]),
]


@pytest.mark.parametrize(("damage", "expected"), DAMAGES, ids=[damage.__name__ for damage, _ in DAMAGES])
def test_what_is_damaged_is_told_then_repaired_and_well_afterwards(
    damaged: Project, damage: Callable[[Project], None], expected: list[str]
) -> None:
    home = home_of(damaged)
    before = loaded(home)
    damage(damaged)
    lying = state(home)

    status, told = doctor(damaged)

    assert (status, told["well"], actions(told)) == (1, False, expected)
    assert state(home) == lying

    status, done = doctor(damaged, "--repair", "--yes")

    assert (status, done["well"], done["repairs"]) == (0, True, [])
    assert [each["action"] for each in done["done"]] == expected
    assert all(each["is_done"] for each in done["done"])
    lost = {id for each in done["done"] for id in each["lost"]}
    after = loaded(home)
    (killed,) = after.keys() - before.keys()
    kept = after.keys() - {killed}
    assert {id: after[id] for id in kept} == {id: before[id] for id in kept}
    assert lost <= before.keys() - kept
    if damage is not truncate:  # of which some sessions may be gone without a trace
        assert lost == before.keys() - kept
    if damage is zero_the_first_page:
        assert len(kept) == 12
    elif "salvage" in expected:
        assert 0 < len(kept) < 12
    if "salvage" in expected:
        (aside,) = home.glob("store.db.damaged-*")
        assert aside.read_bytes() == lying["store.db"][1]
    assert doctor(damaged)[0] == 0


def test_a_journal_that_is_damaged_in_the_middle_stays_beside_what_could_be_read_of_it(damaged: Project) -> None:
    journal = journal_of(damaged)
    flip_a_bit(damaged)
    content = journal.read_bytes()

    doctor(damaged, "--repair", "--yes")

    (aside,) = journal.parent.iterdir()
    assert aside.name.startswith(f"{journal.name}.damaged-20")
    assert aside.read_bytes() == content
    steps = damaged.show(journal.name.partition("-")[0])["steps"]
    assert [step["name"] for step in steps] == ["entry", "work"]
    assert damaged.command("list").stderr == ""


def test_modes_are_put_right(damaged: Project) -> None:
    open_to_others(damaged)

    ran = damaged.command("doctor", "--repair", "--yes")

    assert "Done: closed to others: the folder itself, journal/" in ran.stdout
    home = home_of(damaged)
    assert home.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in (home / "store.db", home / "journal")} == {0}


@pytest.mark.parametrize("end", ["killed", "closed"])
def test_a_newer_store_is_told_and_never_repaired(damaged: Project, end: str) -> None:
    home = home_of(damaged)
    held = newer(home, end)
    before = state(home)

    for words in ([], ["--repair", "--yes"]):
        status, told = doctor(damaged, *words)

        assert (status, told["store"]["health"], told["repairs"]) == (1, "newer", [])
        assert "this version of Flight Recorder reads up to" in told["store"]["why"][0]
    assert state(home) == before
    assert newer(home, "closed") == held


def test_a_newer_journal_is_told_and_left(damaged: Project) -> None:
    path = newer_journal(home_of(damaged), "4f2a")
    content = path.read_bytes()

    status, told = doctor(damaged, "--repair", "--yes")

    assert status == 1
    assert [(each["name"], each["condition"]) for each in told["journals"]] == [("4f2a-1.journal", "newer")]
    assert path.read_bytes() == content


def test_what_no_session_has_is_deleted_and_its_room_given_back(damaged: Project) -> None:
    store = home_of(damaged) / "store.db"
    with sqlite3.connect(store) as connection:
        connection.execute("INSERT INTO body (digest, data) VALUES (x'00', randomblob(3000000))")
    connection.close()
    before = loaded(home_of(damaged))

    status, told = doctor(damaged)
    assert (status, actions(told)) == (1, ["drain", "sweep", "compact"])
    assert (told["store"]["orphans"], told["store"]["orphan_bytes"]) == (1, 3_000_000)

    assert doctor(damaged, "--repair", "--yes")[0] == 0
    assert store.stat().st_size < 500_000
    after = loaded(home_of(damaged))
    assert {id: after[id] for id in before} == before


def test_a_store_that_was_compacted_is_salvaged_without_its_first_page_as_well(damaged: Project) -> None:
    home = home_of(damaged)
    before = loaded(home)
    with sqlite3.connect(home / "store.db", isolation_level=None) as connection:
        connection.execute("VACUUM")
    connection.close()
    zero_the_first_page(damaged)

    assert doctor(damaged, "--repair", "--yes")[0] == 0

    after = loaded(home)
    assert {id: after[id] for id in before} == before


def test_a_file_that_is_no_store_is_set_aside(damaged: Project) -> None:
    store = home_of(damaged) / "store.db"
    store.write_bytes(b"notes")

    assert doctor(damaged, "--repair", "--yes")[0] == 0

    (aside,) = store.parent.glob("store.db.damaged-*")
    assert aside.read_bytes() == b"notes"
    assert len(loaded(store.parent)) == 1


def test_a_repair_asks_on_a_terminal(damaged: Project) -> None:
    home = home_of(damaged)
    before = state(home)

    assert answered(damaged, "n\n") == 1
    assert state(home) == before
    assert answered(damaged, "y\n") == 0
    assert not list((home / "journal").iterdir())


def answered(project: Project, answer: str) -> int:
    """The exit status of a repair that gets this *answer* on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "flight_recorder.cli.app", "doctor", "--repair"],
        cwd=project.folder,
        env=clean_environment(),
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        os.write(ours, answer.encode())
        said, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert "Repair now? [Y/n]: " in said
    return process.returncode


def test_without_a_terminal_a_repair_needs_a_yes(damaged: Project) -> None:
    before = state(home_of(damaged))

    ran = damaged.command("doctor", "--repair")

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(
        "error: a repair asks before it changes anything, and there is no terminal to ask on"
    )
    assert damaged.command("doctor", "--yes").stderr.startswith("error: --yes agrees to a repair.")
    assert state(home_of(damaged)) == before


def test_a_store_that_is_in_use_is_not_exchanged(damaged: Project) -> None:
    zero_a_page(damaged)
    home = home_of(damaged)
    before = (home / "store.db").read_bytes()  # now: closing the file would let go of the locks that come next
    connection = sqlite3.connect(home / "store.db")
    connection.execute("SELECT count(*) FROM session").fetchone()

    status, told = doctor(damaged, "--repair", "--yes")
    connection.close()

    salvage = told["done"][0]
    assert (status, salvage["action"], salvage["is_done"]) == (1, "salvage", False)
    assert "is in use: another process" in salvage["left"][0]
    assert (told["done"][1]["action"], told["done"][1]["left"]) == ("drain", ["the store is still damaged"])
    assert journal_of(damaged).exists()
    assert (home / "store.db").read_bytes() == before
    assert not list(home.glob("store.db.damaged-*"))
    assert not (home / "store.new").exists()


def test_a_program_that_still_records_is_left_alone(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("os.kill(os.getpid(), signal.SIGKILL)", "sys.stdin.readline()"))
    with subprocess.Popen(
        [sys.executable, "program.py", "-1"],
        cwd=project.folder,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        text=True,
    ) as process:
        journals = home_of(project) / "journal"
        while not any(b'"killed"' in path.read_bytes() for path in journals.glob("*.journal")):
            assert process.poll() is None
            time.sleep(0.05)
        status, told = doctor(project, "--repair", "--yes")
        (journal,) = journals.iterdir()
        assert (status, told["well"], told["repairs"]) == (0, True, [])
        assert [(each["name"], each["condition"]) for each in told["journals"]] == [(journal.name, "live")]
        process.communicate("go\n", timeout=60)

    assert len(project.sessions()) == 1
    assert doctor(project)[0] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_recording_of_another_user_is_not_repaired(damaged: Project) -> None:
    zero_a_page(damaged)
    os.chown(home_of(damaged) / "store.db", 65534, 65534)
    before = state(home_of(damaged))

    status, told = doctor(damaged, "--repair", "--yes")

    assert (status, told["folder"]["owner"], told["repairs"]) == (1, "nobody", [])
    assert state(home_of(damaged)) == before


def test_where_nothing_is_recorded_nothing_is_made(project: Project) -> None:
    ran = project.command("doctor")

    assert (ran.status, ran.stderr) == (0, "")
    assert "which the first recording will make" in ran.stdout
    assert list(project.folder.iterdir()) == []


def test_a_variable_that_means_nothing_is_named_and_its_value_is_not_shown(project: Project) -> None:
    ran = project.command("doctor", env={"FLIGHT_RECORDER_DISABLE": "hush", "FLIGHT_RECORDER_HINT": "0"})

    assert ran.status == 1
    assert (
        "[FAIL] FLIGHT_RECORDER_DISABLE means nothing to Flight Recorder; did you mean FLIGHT_RECORDER_DISABLED?"
        in ran.stdout
    )
    assert "[OK]   FLIGHT_RECORDER_HINT=0" in ran.stdout
    assert "hush" not in ran.stdout


def test_the_document_has_the_documented_shape(damaged: Project) -> None:
    _, told = doctor(damaged)

    assert list(told) == [
        "home",
        "well",
        "folder",
        "journals",
        "store",
        "versions",
        "hooks",
        "environment",
        "repairs",
    ]
    assert list(told["versions"]) == ["Python", "flight-recorder", "msgspec", "flight-recorder-speed", "SQLite"]
    assert told["store"]["sessions"] == 12
    assert told["store"]["interpreters"] == [
        {
            "python": ".".join(map(str, sys.version_info[:3])),
            "executable": sys.executable,
            "sessions": 12,
            "exists": True,
        }
    ]
    assert json.dumps(told["folder"]["open_to_others"]) == "[]"
    assert (told["folder"]["locks"], told["folder"]["reserves_room"]) == (True, True)
