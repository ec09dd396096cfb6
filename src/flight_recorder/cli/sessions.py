"""`flight-recorder list` and `flight-recorder show`"""

import time
from typing import Annotated

import typer

from flight_recorder.cli.recordings import chosen_session, chosen_steps, open_recordings
from flight_recorder.cli.terminal import Json, console, print_json
from flight_recorder.render.as_json import list_document, show_document
from flight_recorder.render.sessions import list_table, session_tree, step_page
from flight_recorder.store.sessions import list_sessions as stored_sessions


def list_sessions(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the recent sessions of this project: id, when, entry, status, steps, duration."""
    with open_recordings() as store:
        summaries = stored_sessions(store, limit)
    if as_json:
        print_json(list_document(summaries))
        return
    output = console()
    output.print(list_table(summaries, time.time_ns()))


def show(
    session: Annotated[str, typer.Argument(help="A session's id, the beginning of one, or `last`.")] = "last",
    step: Annotated[str | None, typer.Argument(help="A step's name or number: show all of it.")] = None,
    as_json: Json = False,
) -> None:
    """Show the tree of a session's steps, or one step with its full inputs, outcome and traceback.

    Examples: `flight-recorder show last`, `flight-recorder show 4f2a agent://crm/scorer`
    """
    with open_recordings() as store:
        chosen = chosen_session(store, session)
    steps = chosen_steps(chosen, step) if step is not None else None
    if as_json:
        print_json(show_document(chosen, steps))
        return
    output = console()
    if steps is None:
        output.print(session_tree(chosen, output.width))
        return
    for one in steps:
        output.print(step_page(chosen, one))
