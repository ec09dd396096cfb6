"""`flight-recorder list`"""

import time
from argparse import ArgumentParser

from flight_recorder.cli.arguments import add_json, at_least
from flight_recorder.cli.project import open_recordings
from flight_recorder.cli.terminal import console, print_json
from flight_recorder.store.sessions import list_sessions as stored_sessions


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "--limit",
        "-n",
        type=at_least(1, int, "a whole number"),
        default=20,
        help="how many, newest first (default: 20)",
    )
    add_json(parser)


def list_sessions(limit: int = 20, as_json: bool = False) -> int:
    """List the recent sessions of this project: id, when, entry, status, steps, duration."""
    with open_recordings() as store:
        summaries = stored_sessions(store, limit)
    if as_json:
        from flight_recorder.render.as_json import list_document

        print_json(list_document(summaries))
        return 0
    from flight_recorder.render.listing import list_table

    output = console()
    output.print(list_table(summaries, time.time_ns(), output.width))
    return 0
