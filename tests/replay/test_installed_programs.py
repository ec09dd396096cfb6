"""Programs that are not started from a file of the project: console scripts, folders, archives."""

import sys
import zipfile
from pathlib import Path

from tests.kit import Project, Ran

STEPS = """
@fr.register("double")
def double(n):
    ran(f"double {n}")
    return n * 2

@fr.register("check")
def check(n):
    ran(f"check {n}")
    if n == BAD:
        raise ValueError(f"bad number {n}")
    return n

@fr.register("main")
def main(n):
    return check(double(n))

BAD = 6
"""

# As pip writes it for `[project.scripts] leads = "leads.cli:run"`.
WRAPPER = """#!{python}
# -*- coding: utf-8 -*-
import re
import sys
from leads.cli import run
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(run())
"""


def test_a_console_script_of_an_editable_package_is_replayed(project: Project) -> None:
    wrapper = _installed(project)
    recorded = _run(project, wrapper, "3")
    assert (recorded.status, _log(project)) == (1, ["double 3", "check 6"])
    project.edit("src/leads/cli.py", "BAD = 6", "BAD = 7")

    replay = _command(project)

    assert replay.json["result"] == 6
    assert (replay.status, _log(project)) == (0, ["check 6"])
    assert replay.stderr.splitlines() == ["leads got 6"]


def test_a_console_script_that_goes_to_another_folder_is_replayed_from_its_first(project: Project) -> None:
    wrapper = _installed(project, "import os\n    os.chdir('deep')\n    ")
    (project.folder / "deep").mkdir()
    (project.folder / ".flight-recorder").mkdir()
    assert _run(project, wrapper, "3").status == 1
    project.edit("src/leads/cli.py", "BAD = 6", "BAD = 7")

    assert _command(project).json["result"] == 6
    assert _log(project) == ["check 6"]


def test_a_folder_with_a_main_is_replayed(project: Project) -> None:
    project.write("app/limits.py", "BAD = 6\n", prelude=False)
    project.write("app/__main__.py", STEPS.replace("BAD = 6", "from limits import BAD") + "fr.run(main, 3)\n")
    assert project.python("app").status == 1
    project.edit("app/limits.py", "BAD = 6", "BAD = 7")
    (project.folder / "app" / "ran.log").unlink()

    assert project.replay().json["result"] == 6
    assert (project.folder / "app" / "ran.log").read_text().splitlines() == ["check 6"]


def test_an_archive_is_replayed(project: Project) -> None:
    project.write("limits.py", "BAD = 6\n", prelude=False)
    main = "import limits, steps\nif __name__ == '__main__':\n    steps.fr.run(steps.main, 3)\n"
    with zipfile.ZipFile(project.folder / "app.pyz", "w") as archive:
        archive.writestr("__main__.py", main)
    project.write("steps.py", STEPS.replace("BAD = 6", "from limits import BAD"))
    path = {"PYTHONPATH": f"{project.folder}:{_source()}"}
    assert project.run([sys.executable, "app.pyz"], env=path).ran == ["double 3", "check 6"]
    project.edit("limits.py", "BAD = 6", "BAD = 7")

    replay = project.command("replay", "last", "--yes", "--json", env=path)

    assert (replay.json["result"], replay.ran) == (6, ["check 6"])


def test_the_replay_of_a_replay_of_the_third_session_is_that_of_the_third_session(project: Project) -> None:
    project.write("program.py", STEPS + "for n in (1, 2, 3, 4):\n    fr.run(main, n)\n")
    project.record()
    project.edit("program.py", "BAD = 6", "BAD = 7")
    assert project.replay().json["result"] == 6

    again = project.replay()

    assert (again.json["result"], again.ran) == (6, [])


def _installed(project: Project, before: str = "") -> Path:
    """Lay out a package and its console script as an editable install does."""
    project.write("src/leads/__init__.py", "", prelude=False)
    run = f"def run():\n    import sys\n    {before}print('leads got', fr.run(main, int(sys.argv[1])))\n"
    project.write("src/leads/cli.py", STEPS + run)
    wrapper = project.write(".venv/bin/leads", WRAPPER.replace("{python}", sys.executable), prelude=False)
    wrapper.chmod(0o755)
    return wrapper


def _path(project: Project) -> dict[str, str]:
    return {"PYTHONPATH": f"{project.folder / 'src'}:{_source()}"}


def _source() -> str:
    import flight_recorder

    return str(Path(flight_recorder.__file__).parents[1])


def _run(project: Project, wrapper: Path, *arguments: str) -> Ran:
    (project.folder / "src/leads/ran.log").unlink(missing_ok=True)
    return project.run([str(wrapper), *arguments], env=_path(project))


def _command(project: Project) -> Ran:
    (project.folder / "src/leads/ran.log").unlink(missing_ok=True)
    return project.command("replay", "last", "--yes", "--json", env=_path(project))


def _log(project: Project) -> list[str]:
    log = project.folder / "src/leads/ran.log"
    return log.read_text().splitlines() if log.exists() else []
