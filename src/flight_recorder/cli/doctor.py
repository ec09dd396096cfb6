"""`flight-recorder doctor`"""

import os
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path

from flight_recorder.cli.arguments import add_json
from flight_recorder.cli.progress import progress
from flight_recorder.cli.surroundings import surroundings
from flight_recorder.cli.terminal import confirm, console, print_json
from flight_recorder.config import HOME_VARIABLE, find_home
from flight_recorder.errors import UsageError
from flight_recorder.model.checkup import Checkup, Origin
from flight_recorder.plan.repairs import Done, is_well, repairs
from flight_recorder.render.checkup import checkup_text
from flight_recorder.render.checkup_json import checkup_document
from flight_recorder.render.repaired import done_document, done_text, outcome_text, plan_text
from flight_recorder.render.terminal import joined, line
from flight_recorder.store.check_folder import check_folder
from flight_recorder.store.check_journals import check_journals
from flight_recorder.store.check_store import check_store
from flight_recorder.store.repair import carry_out, repairing

EXIT_FOUND = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--repair", action="store_true", help="put right what was found, after a question")
    parser.add_argument("--yes", action="store_true", help="with --repair: do not ask")
    add_json(parser)


def doctor(repair: bool = False, yes: bool = False, as_json: bool = False) -> int:
    """Check this project's recording, and say what a repair would do.

    Looks at the folder, the journals, the store with every session in it, versions, hooks and environment variables.
    Without --repair nothing is changed. A repair deletes nothing that was recorded: what is damaged is set aside.

    Exit status: 0 all is well, 1 something was found, and is not repaired, 2 wrong use.

    Examples:

      flight-recorder doctor
      flight-recorder doctor --repair
      flight-recorder doctor --repair --yes --json
    """
    if yes and not repair:
        raise UsageError("--yes agrees to a repair.\n  Add --repair, or leave it out.")
    home = find_home(Path.cwd(), os.environ.get(HOME_VARIABLE))
    found = _checkup(home)
    if repair and repairs(found):
        return _repair(home, found, yes=yes, as_json=as_json)
    if as_json:
        print_json(checkup_document(found))
    else:
        _print_found(found)
        if repairs(found):
            console().print(line("Nothing was changed. To do it: flight-recorder doctor --repair"))
    return 0 if is_well(found) else EXIT_FOUND


def _checkup(home: Path) -> Checkup:
    folder = check_folder(home, _origin(home))
    with progress("Checking") as tick:
        store, ids = check_store(home, tick)
        return Checkup(folder, check_journals(home, ids, tick), store, surroundings())


def _origin(home: Path) -> Origin:
    if os.environ.get(HOME_VARIABLE):
        return Origin.VARIABLE
    return Origin.NEAREST if home.is_dir() else Origin.NEW


def _print_found(found: Checkup) -> None:
    output = console()
    output.print(joined([checkup_text(found, output.width), line(""), plan_text(found, output.width)]))


def _repair(home: Path, found: Checkup, *, yes: bool, as_json: bool) -> int:
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageError(
            "a repair asks before it changes anything, and there is no terminal to ask on.\n"
            "  Add --yes to do it, or leave out --repair to see what it would do."
        )
    if not as_json:
        _print_found(found)
        if not yes and not confirm("Repair now?"):
            console().print(line("Nothing was changed."))
            return EXIT_FOUND
    done = _carried_out(home, found)
    after = _checkup(home)
    if as_json:
        print_json(checkup_document(after) | {"done": [done_document(each) for each in done]})
    else:
        output = console()
        output.print(joined([line(""), done_text(done, output.width), outcome_text(after)]))
    return 0 if is_well(after) else EXIT_FOUND


def _carried_out(home: Path, found: Checkup) -> list[Done]:
    today = datetime.now(UTC).date()
    with repairing(home), progress("Repairing") as tick:
        return list(carry_out(home, repairs(found), today, tick))
