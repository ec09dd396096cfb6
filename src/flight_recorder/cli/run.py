"""`flight-recorder run`"""

import os
import sys
from collections.abc import Callable
from types import TracebackType

from flight_recorder.cli.arguments import Parser
from flight_recorder.closing import drain_at_exit
from flight_recorder.config import Config, load_config
from flight_recorder.errors import UsageError
from flight_recorder.model.start import Program, Traced
from flight_recorder.record import at_start
from flight_recorder.record.ambient import KINDS
from flight_recorder.record.following import follow_also
from flight_recorder.record.loading import marks
from flight_recorder.replay.programs import as_if_started, program_run, session_run
from flight_recorder.replay.tracebacks import drop_own_frames

EXAMPLE = "flight-recorder run script.py ARGUMENTS"


def add_arguments(parser: Parser) -> None:
    """Say what the command takes."""
    parser.usage = "flight-recorder run [OPTIONS] SCRIPT | -m MODULE [ARGUMENTS ...]"
    parser.add_argument(
        "--include", action="append", metavar="MODULES", help="record these modules alone (shop.*); may be repeated"
    )
    parser.add_argument(
        "--exclude", action="append", metavar="MODULES", help="do not record these modules; may be repeated"
    )
    parser.add_argument(
        "--boundary",
        action="append",
        choices=KINDS,
        help="record the time, random numbers or new ids, too, so that a replay is given the same; may be repeated",
    )
    naming = parser.add_argument("-m", dest="module", metavar="MODULE", help="run a module, as `python -m` does")
    parser.take_program("program", naming)


def run(
    include: list[str] | None = None,
    exclude: list[str] | None = None,
    boundary: list[str] | None = None,
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
      flight-recorder run --boundary clock --boundary uuid pipeline.py
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
    config = load_config()
    included, excluded, boundaries = (tuple(dict.fromkeys(given or ())) for given in (include, exclude, boundary))
    traced = Traced(included, excluded, config.hot_calls, config.share, boundaries)
    return lambda: _run(config, started, traced)


def _run(config: Config, program: Program, traced: Traced) -> int:
    try:
        if config.is_enabled:
            drain_at_exit(config)
            follow_also(traced.boundaries)
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
