"""`flight-recorder list` and `flight-recorder show`"""

import time
from typing import Annotated

import typer

from flight_recorder.cli.recordings import chosen_session, chosen_steps, open_recordings
from flight_recorder.cli.terminal import Json, console, print_json
from flight_recorder.errors import UsageError
from flight_recorder.model.session import Session
from flight_recorder.plan.explain import Explanation, explain_replay
from flight_recorder.render.as_json import list_document, show_document
from flight_recorder.render.explain import explain_text
from flight_recorder.render.sessions import list_table, session_tree, step_page
from flight_recorder.store.database import Store
from flight_recorder.store.load import has_session, load_session
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
    explain: Annotated[
        bool, typer.Option("--explain", help="Of a replay: what decided for each step that it ran or was served.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the tree of a session's steps, or one step with its full inputs, outcome and traceback.

    Examples: `flight-recorder show last`, `flight-recorder show 4f2a agent://crm/scorer`,
    `flight-recorder show last --explain`
    """
    with open_recordings() as store:
        chosen = chosen_session(store, session)
        why = _explained(store, chosen) if explain else None
    steps = chosen_steps(chosen, step) if step is not None else None
    if why is not None and steps is not None:
        ids = {one.id for one in steps}
        why = tuple(each for each in why if each.step in ids)
    if as_json:
        print_json(show_document(chosen, steps, why))
        return
    output = console()
    if why is not None:
        output.print(explain_text(why, width=output.width))
        return
    if steps is None:
        output.print(session_tree(chosen, output.width))
        return
    for one in steps:
        output.print(step_page(chosen, one))


def _explained(store: Store, session: Session) -> tuple[Explanation, ...]:
    if session.replay_of is None:
        raise UsageError(
            f"session {session.id[:8]} is a recording, not a replay: every step in it ran.\n"
            f"  `flight-recorder replay {session.id[:8]} --dry-run --explain` says what a replay of it would do."
        )
    recorded = load_session(store, session.replay_of) if has_session(store, session.replay_of) else None
    return explain_replay(recorded, session)
