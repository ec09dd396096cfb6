"""`flight-recorder init`"""

from argparse import ArgumentParser
from pathlib import Path

from flight_recorder.cli.arguments import add_json
from flight_recorder.cli.terminal import console, print_json
from flight_recorder.config import HOME_NAME
from flight_recorder.record.opening import make_home
from flight_recorder.render.terminal import line


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_json(parser)


def init(as_json: bool = False) -> int:
    """Set the current directory up as a project.

    Makes a `.flight-recorder` folder here, with a .gitignore in it. Programs started here or in a folder below
    record into it. Running it twice changes nothing.
    """
    home = Path.cwd() / HOME_NAME
    existed = home.is_dir()
    make_home(home)
    if as_json:
        print_json({"home": str(home), "created": not existed})
        return 0
    console().print(line(f"{'Already set up' if existed else 'Set up'}: {home}"))
    if not existed:
        console().print(line("Programs started in this folder or below it now record here."))
    return 0
