"""`flight-recorder debug`"""

from argparse import ArgumentParser

from flight_recorder.cli.arguments import SESSION, add_json, at_least
from flight_recorder.cli.project import open_recordings, project_home
from flight_recorder.cli.recordings import chosen_id, chosen_session, earlier_sessions, is_being_written
from flight_recorder.cli.terminal import console, print_json
from flight_recorder.diagnose.diagnosis import diagnose
from flight_recorder.diagnose.experiment import Verification
from flight_recorder.errors import UsageError
from flight_recorder.render.debug import debug_text

DEFAULT_TIMEOUT_S = 60.0


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("session", nargs="?", default="last", help=SESSION)
    parser.add_argument(
        "--wrong", metavar="PATH", help="what is wrong, though nothing failed: result.total, STEP#2.field"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="put it to the test: run the session again with one thing as in a good run",
    )
    parser.add_argument(
        "--budget",
        metavar="N",
        type=at_least(0, int, "a whole number"),
        help="with --verify: how many steps may run in all experiments, beside the failing one and its callers;"
        " also such as leave the program (default: 30, and none that leaves the program)",
    )
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=at_least(0, float, "a number"),
        help="with --verify: seconds for all experiments (default: 60)",
    )
    add_json(parser)


def debug(
    session: str = "last",
    wrong: str | None = None,
    verify: bool = False,
    budget: int | None = None,
    timeout: float | None = None,
    as_json: bool = False,
) -> int:
    """Name the root cause of a failed session, with evidence, timeline and a hint.

    `last` is the most recent session that failed; with --wrong, the most recent one.

    --wrong starts from a wrong value instead of a failure: a part of `result`, which is what the entry returned, or
    of what a step returned.

    With --verify the session is run again, in processes of its own: as it was; with the old code of a step that was
    changed since the last good run; with what a step gave in that run. Protected steps never run. Ctrl-C ends it, and
    the answer is what is known by then.

    Examples:

      flight-recorder debug last
      flight-recorder debug 4f2a --json
      flight-recorder debug last --verify --budget 5
      flight-recorder debug last --wrong result.total
      flight-recorder debug last --wrong 'result["items"][2].price'
    """
    if not verify and (budget is not None or timeout is not None):
        raise UsageError("--budget and --timeout are limits of the experiments.\n  Add --verify, or leave them out.")
    if verify and wrong is not None:
        raise UsageError(
            "--verify looks whether an exception is gone, and with --wrong there is none.\n  Leave one of them out."
        )
    home = project_home()
    with open_recordings(home) as store:
        chosen = chosen_session(store, session, failed=wrong is None)
        earlier = earlier_sessions(store, chosen)
        said = None
        if wrong is not None:
            from flight_recorder.cli.wrong import named_wrong  # here: a diagnosis of a failure needs none of it

            said = named_wrong(chosen, wrong)
        is_live = is_being_written(chosen.id)
        is_last = chosen_id(store, "last") == chosen.id
    diagnosis = diagnose(chosen, earlier, said, is_live=is_live)
    verification: Verification | None = None
    if verify:
        from flight_recorder.cli import verify as verifying  # here: a diagnosis alone needs none of it
        from flight_recorder.diagnose.investigation import investigate

        limits = verifying.Limits(budget, DEFAULT_TIMEOUT_S if timeout is None else timeout)
        verification = verifying.verify(home, diagnosis, investigate(diagnosis, earlier), limits)
        diagnosis = diagnose(chosen, earlier, said, verification.conclusion, is_live=is_live)
    if as_json:
        from flight_recorder.render.as_json import debug_document

        print_json(debug_document(diagnosis, verification))
    else:
        output = console()
        output.print(debug_text(diagnosis, output.width, is_last=is_last, verification=verification))
    return 0
