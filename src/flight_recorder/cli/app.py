"""The `flight-recorder` command."""

import sys

import typer

from flight_recorder.cli import debug, demo, diff, init, replay, sessions
from flight_recorder.cli.terminal import report_error
from flight_recorder.errors import FlightRecorderError

EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="flight-recorder",
    help="Record a pipeline, see why it failed, replay only what the fix touches.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("debug")(debug.debug)
app.command("replay")(replay.replay)
app.command("diff")(diff.diff)
app.command("list")(sessions.list_sessions)
app.command("show")(sessions.show)
app.command("init")(init.init)
app.command("demo")(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"flight-recorder {version('flight-recorder')}")
        raise typer.Exit


@app.callback()
def _options(
    _: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version and stop."),
) -> None:
    """Record a pipeline, see why it failed, replay only what the fix touches."""


def main() -> None:
    """Run the command line; the console script's entry."""
    try:
        app()
    except FlightRecorderError as error:
        report_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # `flight-recorder list | head`
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
