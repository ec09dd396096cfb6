"""`flight-recorder debug`"""

from typing import Annotated

import typer

from flight_recorder.cli.recordings import (
    chosen_id,
    chosen_session,
    earlier_sessions,
    is_being_written,
    open_recordings,
)
from flight_recorder.cli.terminal import Json, console, print_json
from flight_recorder.cli.wrong import named_wrong
from flight_recorder.diagnose.diagnosis import diagnose
from flight_recorder.render.as_json import debug_document
from flight_recorder.render.debug import debug_text


def debug(
    session: Annotated[str, typer.Argument(help="A session's id, the beginning of one, or `last`.")] = "last",
    wrong: Annotated[
        str | None,
        typer.Option(
            "--wrong", metavar="PATH", help="What is wrong, though nothing failed: result.total, STEP#2.field."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Name the root cause of a failed session, with evidence, timeline and a hint.

    `last` is the most recent session that failed; with --wrong, the most recent one.

    --wrong starts from a wrong value instead of a failure: a part of `result`, which is what the entry returned, or
    of what a step returned.

    Examples: `flight-recorder debug last`, `flight-recorder debug 4f2a --json`,
    `flight-recorder debug last --wrong result.total`, `flight-recorder debug last --wrong 'result["items"][2].price'`
    """
    with open_recordings() as store:
        chosen = chosen_session(store, session, failed=wrong is None)
        said = named_wrong(chosen, wrong) if wrong is not None else None
        diagnosis = diagnose(chosen, earlier_sessions(store, chosen), said, is_live=is_being_written(chosen.id))
        is_last = chosen_id(store, "last") == chosen.id
    if as_json:
        print_json(debug_document(diagnosis))
    else:
        output = console()
        output.print(debug_text(diagnosis, output.width, is_last=is_last))
