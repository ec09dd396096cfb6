"""A repair that is killed at any point loses nothing: done again, it ends as if it had not been.

Here it is killed at 8 points. `KILLED_STEP=1 pytest tests/cli/test_doctor_killed.py` tries each, for
some minutes, and `KILLED_FIRST=600` those from the 600th on.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cli.damaging import doctor, flip_a_bit, home_of, loaded, open_to_others, zero_a_page
from tests.kit import Project, clean_environment

# Ends itself before the operation with the number given: what opens, makes, links, renames or removes a file, changes
# a mode, or is a statement of SQL that writes.
KILLED = """
import os, signal, sqlite3, sys

last, count = int(sys.argv[1]), 0
OPERATIONS = {"open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.chmod", "sqlite3.connect"}
WRITING = ("BEGIN IMMEDIATE", "COMMIT", "INSERT", "DELETE", "PRAGMA wal_checkpoint", "VACUUM")
HOME = os.path.realpath(".flight-recorder")

def operation():
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

def hook(event, arguments):
    if event in OPERATIONS and HOME in str(arguments):
        operation()

connect = sqlite3.connect
def traced(*arguments, **options):
    connection = connect(*arguments, **options)
    connection.set_trace_callback(lambda sql: operation() if sql.startswith(WRITING) else None)
    return connection
sqlite3.connect = traced

from flight_recorder.cli import app
sys.argv[1:] = ["doctor", "--repair", "--yes", "--json"]
sys.stdout = open(os.devnull, "w")
sys.addaudithook(hook)
try:
    app.main()
finally:
    print(count, file=sys.stderr)
"""


def run_killed(project: Project, number: int) -> subprocess.CompletedProcess[str]:
    """Let a repair end before its operation with this *number*; with 0 it runs through."""
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(number)],
        cwd=project.folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def damage(original: Path, project: Project) -> None:
    """A store with a damaged page, a journal with a damaged record, and files that are open to others."""
    shutil.rmtree(project.folder)
    shutil.copytree(original, project.folder)
    flip_a_bit(project)
    zero_a_page(project)
    open_to_others(project)


def test_a_repair_that_is_killed_at_any_point_loses_nothing(original: Path, project: Project) -> None:
    damage(original, project)
    home = home_of(project)
    stored = (home / "store.db").read_bytes()
    (journal,) = (home / "journal").iterdir()
    told = journal.read_bytes()
    whole = run_killed(project, 0)
    assert whole.returncode == 0, whole.stderr
    count = int(whole.stderr)
    expected = loaded(home)
    assert len(expected) > 2
    assert count > 50

    step = int(os.environ.get("KILLED_STEP", "0")) or max(1, count // 8)
    for number in range(int(os.environ.get("KILLED_FIRST", "1")), count + 1, step):
        damage(original, project)
        killed = run_killed(project, number)
        assert killed.returncode == -9, (number, killed.stderr)

        lying = [path.read_bytes() for path in home.glob("store.db*") if "-wal" not in path.name]
        assert stored in lying, number
        assert told in [path.read_bytes() for path in (home / "journal").iterdir()], number

        status, document = doctor(project, "--repair", "--yes")

        assert (status, document["well"]) == (0, True), number
        assert loaded(home) == expected, number
        assert sorted(path.name.partition(".damaged-")[0] for path in home.iterdir()) == [
            ".gitignore",
            "journal",
            "redaction.key",
            "store.db",
            "store.db",
        ], number
