"""`flight-recorder diff`"""

from argparse import ArgumentParser

from flight_recorder.cli.arguments import SESSION, add_json
from flight_recorder.cli.project import open_recordings
from flight_recorder.cli.recordings import chosen_session
from flight_recorder.cli.terminal import console, print_json
from flight_recorder.plan.divergence import compare
from flight_recorder.render.diff import diff_text
from flight_recorder.render.diff_json import diff_document

EXIT_DIFFERENT = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "a", metavar="A", nargs="?", default="last~1", help=f"{SESSION}, or `last~1` for the one before"
    )
    parser.add_argument("b", metavar="B", nargs="?", default="last", help="the same")
    add_json(parser)


def diff(
    a: str = "last~1",
    b: str = "last",
    as_json: bool = False,
) -> int:
    """Show two sessions side by side, and name the step in which they begin to differ.

    `=` the same, `~` changed (its input, its code, its output), `+` only in B, `-` only in A.

    Exit status, as that of diff: 0 the same, 1 different, 2 wrong use.

    Examples:

      flight-recorder diff
      flight-recorder diff 4f2a last
    """
    with open_recordings() as store:
        comparison = compare(chosen_session(store, a), chosen_session(store, b))
    if as_json:
        print_json(diff_document(comparison))
    else:
        output = console()
        output.print(diff_text(comparison, output.width))
    return 0 if comparison.is_same else EXIT_DIFFERENT
