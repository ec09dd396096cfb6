"""Who can read the folder of a recording, and whose folder is used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flight_recorder.record.redaction_key import KEY_NAME, redaction_key
from tests.kit import Project, clean_environment

HOME = ".flight-recorder"
OTHER = 65_534

PROGRAM = """
    @fr.register("step")
    def step():
        return "ok"

    if __name__ == "__main__":
        print(fr.run(step))
"""

as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file to another user"
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("program.py", PROGRAM)
    return made


def _modes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): oct(path.stat().st_mode & 0o777) for path in folder.rglob("*")}


def test_everything_is_the_users_alone_whatever_the_umask(project: Project) -> None:
    # A reader is kept at work, so that the files that SQLite lays beside the store are there.
    script = f"""
import os, sqlite3, subprocess, sys
os.umask(0)
subprocess.run([sys.executable, "program.py"], check=True)
subprocess.run([sys.executable, "-c", "import os, program; program.fr.run(lambda: os.kill(os.getpid(), 9))"])
open_store = sqlite3.connect("{HOME}/store.db")
open_store.execute("BEGIN"); open_store.execute("SELECT count(*) FROM session").fetchone()
before = sorted(os.listdir("{HOME}/journal"))
subprocess.run([sys.executable, "-m", "flight_recorder.cli.app", "list"], check=True, stdout=subprocess.DEVNULL)
for folder, _, files in os.walk("{HOME}"):
    for name in files:
        print(oct(os.stat(os.path.join(folder, name)).st_mode & 0o777), os.path.join(folder, name))
    print(oct(os.stat(folder).st_mode & 0o777), folder)
print(len(before), "journals before")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project.folder, env=clean_environment(), capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    lines = done.stdout.splitlines()
    assert sorted(lines[lines.index("ok") + 1 :]) == [
        "0o600 .flight-recorder/.gitignore",
        "0o600 .flight-recorder/redaction.key",
        "0o600 .flight-recorder/store.db",
        "0o600 .flight-recorder/store.db-shm",
        "0o600 .flight-recorder/store.db-wal",
        "0o700 .flight-recorder",
        "0o700 .flight-recorder/journal",
        "1 journals before",
    ]


def test_a_journal_is_the_users_alone_whatever_the_umask(project: Project) -> None:
    script = "import os; os.umask(0); import program; program.fr.run(lambda: os.kill(os.getpid(), 9))"

    project.python("-c", script)

    [mode] = [mode for name, mode in _modes(project.folder).items() if name.endswith(".journal")]
    assert mode == "0o600"


@as_root
@pytest.mark.parametrize("name", ["", "store.db", "journal"])
def test_a_command_refuses_what_belongs_to_another_user(project: Project, name: str) -> None:
    project.record()
    project.sessions()
    os.chown(project.folder / HOME / name, OTHER, OTHER)

    listed = project.command("list")
    replayed = project.command("replay", "last", "--yes")

    for done in (listed, replayed):
        assert done.status == 4
        assert f"{project.folder / HOME / name} belongs to another user" in done.stderr.replace("/\n", "\n")
        assert f"set FLIGHT_RECORDER_TRUST={project.folder / HOME}" in done.stderr
    assert replayed.ran == []


@as_root
@pytest.mark.parametrize("trust", ["*", "other:{home}", "{home}/../.flight-recorder"])
def test_a_folder_that_is_named_is_trusted(project: Project, trust: str) -> None:
    project.record()
    os.chown(project.folder / HOME, OTHER, OTHER)

    trusted = {"FLIGHT_RECORDER_TRUST": trust.format(home=project.folder / HOME)}

    assert project.command("list", env=trusted).status == 0
    assert project.command("list", env={"FLIGHT_RECORDER_TRUST": "other"}).status == 4


@as_root
def test_a_link_of_another_user_is_not_followed(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    project.record()
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    (project.folder / HOME).rename(elsewhere)
    (project.folder / HOME).symlink_to(elsewhere)
    assert project.command("list").status == 0

    os.chown(project.folder / HOME, OTHER, OTHER, follow_symlinks=False)

    assert project.command("list").status == 4


@as_root
def test_a_program_records_nothing_into_a_folder_of_another_user(project: Project) -> None:
    (project.folder / HOME).mkdir()
    os.chown(project.folder / HOME, OTHER, OTHER)

    ran = project.record()

    assert (ran.status, ran.stdout) == (0, "ok\n")
    assert "recording is off" in ran.stderr
    assert "belongs to another user" in ran.stderr
    assert list((project.folder / HOME).iterdir()) == []


@as_root
def test_a_user_without_rights_refuses_the_folder_of_root(project: Project) -> None:
    project.record()
    for path in (project.folder / HOME).rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    (project.folder / HOME).chmod(0o777)
    script = f"import os; os.setgid({OTHER}); os.setuid({OTHER})\n" + (
        "from pathlib import Path\n"
        "from flight_recorder.errors import ForeignStoreError\n"
        "from flight_recorder.store.database import open_store\n"
        f"try: open_store(Path({str(project.folder / HOME)!r}), create=False)\n"
        "except ForeignStoreError as error: print(error)\n"
    )

    done = project.python("-c", "import flight_recorder.store.database\n" + script)

    assert "belongs to another user (root)" in done.stdout or "PermissionError" in done.stderr


@as_root
def test_root_under_sudo_uses_the_folder_of_the_user_who_called_it(project: Project) -> None:
    project.record()
    for path in (project.folder / HOME, *(project.folder / HOME).rglob("*")):
        os.chown(path, OTHER, OTHER)

    assert project.command("list", env={"SUDO_UID": str(OTHER)}).status == 0
    assert project.command("list", env={"SUDO_UID": "12345"}).status == 4


def test_all_who_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from flight_recorder.record.redaction_key import redaction_key\n"
        "sys.stdin.readline(); print(redaction_key(Path('home')).hex())\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    keys = {process.communicate()[0].strip() for process in processes}

    assert keys == {redaction_key(tmp_path / "home").hex()}
    assert len(keys.pop()) == 64
    assert _modes(tmp_path / "home") == {KEY_NAME: "0o600"}


def test_a_key_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    tmp_path.joinpath(KEY_NAME).write_bytes(b"half")

    key = redaction_key(tmp_path)

    assert len(key) == 32
    assert redaction_key(tmp_path) == key
    assert redaction_key(tmp_path / "other") != key
