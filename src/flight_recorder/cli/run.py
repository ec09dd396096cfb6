"""`flight-recorder run`"""

import os
import sys
from collections.abc import Callable
from types import TracebackType

from flight_recorder.cli.arguments import Parser
from flight_recorder.closing import drain_at_exit
from flight_recorder.config import load_config
from flight_recorder.errors import UsageError
from flight_recorder.model.start import Program, Traced
from flight_recorder.record import at_start
from flight_recorder.record.loading import marks
from flight_recorder.replay.programs import as_if_started, program_run, session_run
from flight_recorder.replay.tracebacks import drop_own_frames

EXAMPLE = "flight-recorder run script.py ARGUMENTS"


def add_arguments(parser: Parser) -> None:
    """Say what the command takes."""
    parser.usage = "flight-recorder run [--include MODULES] [--exclude MODULES] SCRIPT | -m MODULE [ARGUMENTS ...]"
    parser.add_argument(
        "--include", action="append", metavar="MODULES", help="record these modules alone (shop.*); may be repeated"
    )
    parser.add_argument(
        "--exclude", action="append", metavar="MODULES", help="do not record these modules; may be repeated"
    )
    naming = parser.add_argument("-m", dest="module", metavar="MODULE", help="run a module, as `python -m` does")
    parser.take_program("program", naming)


def run(
    include: list[str] | None = None,
    exclude: list[str] | None = None,
    module: str | None = None,
    program: list[str] | None = None,
) -> Callable[[], int]:
    """Run a program as `python` does, and record every call of its own functions. Nothing in it is changed.

    All of it is one session, for `debug`, `show` and `replay`. Its own functions are those in the files of the
    project, which is the folder of the recording. The exit status is the program's.

    Examples:

      flight-recorder run pipeline.py --limit 10
      flight-recorder run -m shop.nightly
      flight-recorder run --include 'shop.*' --exclude shop.settings -m shop.nightly
    """
    words = program or []
    if module is None and not words:
        raise UsageError(f"which program?\n  {EXAMPLE}, or -m and a module.")
    started = Program(module=module or "", script="" if module else os.path.abspath(words[0]), is_session=True)
    if started.script and not os.path.exists(started.script):
        raise UsageError(f"there is no file {words[0]}\n  {EXAMPLE}, or -m and a module.")
    argv = ["-m", *words] if module else words
    at_start.argv = tuple(argv)
    as_if_started(started, argv, at_start.folder)
    return lambda: _run(started, tuple(include or ()), tuple(exclude or ()))


def _run(program: Program, include: tuple[str, ...], exclude: tuple[str, ...]) -> int:
    config = load_config()
    traced = Traced(include, exclude, config.hot_calls, config.share)
    try:
        if config.is_enabled:
            drain_at_exit(config)
            marks.begin(config.project, traced)
            session_run(config, program, traced)()
        else:
            program_run(program)()
    except SystemExit:
        raise
    except BaseException:
        _leave_us_out()
        raise
    return 0


def _leave_us_out() -> None:
    """Have Python show what ends the program as it shows it without us."""
    found = sys.excepthook

    def show(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
        drop_own_frames(error)
        found(kind, error, error.__traceback__)

    sys.excepthook = show
