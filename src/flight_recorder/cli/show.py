"""`flight-recorder show`"""

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from flight_recorder.cli.arguments import SESSION, add_json
from flight_recorder.cli.project import open_recordings
from flight_recorder.cli.recordings import chosen_session, chosen_steps
from flight_recorder.cli.terminal import console, print_json
from flight_recorder.errors import UsageError
from flight_recorder.model.session import Session
from flight_recorder.render.sessions import session_tree, step_page
from flight_recorder.store.database import Store
from flight_recorder.store.load import has_session, load_session

if TYPE_CHECKING:  # what --explain and --json need is imported where they are asked for
    from flight_recorder.plan.explain import Explanation


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("session", nargs="?", default="last", help=SESSION)
    parser.add_argument("step", nargs="?", help="a step's name or number: show all of it")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="of a replay: what decided for each step that it ran or was served",
    )
    add_json(parser)


def show(
    session: str = "last",
    step: str | None = None,
    explain: bool = False,
    as_json: bool = False,
) -> int:
    """Show the tree of a session's steps, or one step with its full inputs, outcome and traceback.

    Examples:

      flight-recorder show last
      flight-recorder show 4f2a agent://crm/scorer
      flight-recorder show last --explain
    """
    with open_recordings() as store:
        chosen = chosen_session(store, session)
        why = _explained(store, chosen) if explain else None
    steps = chosen_steps(chosen, step) if step is not None else None
    if why is not None and steps is not None:
        ids = {one.id for one in steps}
        why = tuple(each for each in why if each.step in ids)
    if as_json:
        from flight_recorder.render.as_json import show_document

        print_json(show_document(chosen, steps, why))
        return 0
    output = console()
    if why is not None:
        from flight_recorder.render.explain import explain_text

        output.print(explain_text(why, width=output.width))
        return 0
    if steps is None:
        output.print(session_tree(chosen, output.width))
        return 0
    for one in steps:
        output.print(step_page(chosen, one))
    return 0


def _explained(store: Store, session: Session) -> "tuple[Explanation, ...]":
    from flight_recorder.plan.explain import explain_replay

    if session.replay_of is None:
        raise UsageError(
            f"session {session.id[:8]} is a recording, not a replay: every step in it ran.\n"
            f"  `flight-recorder replay {session.id[:8]} --dry-run --explain` says what a replay of it would do."
        )
    recorded = load_session(store, session.replay_of) if has_session(store, session.replay_of) else None
    return explain_replay(recorded, session)
