"""`flight-recorder replay`"""

import sys
from argparse import ArgumentParser
from functools import cached_property
from pathlib import Path

import msgspec

from flight_recorder.cli.arguments import SESSION, add_json
from flight_recorder.cli.overrides import read_overrides
from flight_recorder.cli.project import open_recordings, project_home
from flight_recorder.cli.recordings import chosen_id, no_step
from flight_recorder.cli.terminal import confirm, console, print_json
from flight_recorder.errors import NotFoundError, ReplayRefusedError, UsageError
from flight_recorder.model.forecast import Forecast
from flight_recorder.model.session import Session, Status
from flight_recorder.plan.audit import audit_report
from flight_recorder.plan.explain import explain_forecast, explain_replay
from flight_recorder.plan.sending import Sending
from flight_recorder.record.opening import new_session_id
from flight_recorder.render.as_json import forecast_document, replay_document
from flight_recorder.render.audit import audit_document, audit_text
from flight_recorder.render.explain import explain_text
from flight_recorder.render.plan import plan_text, result_text
from flight_recorder.render.terminal import line
from flight_recorder.replay.launch import Options, ReplayProcess
from flight_recorder.replay.messages import Done, Plan, Refused
from flight_recorder.replay.refusing import check_replayable, check_startable
from flight_recorder.store.drain import drained_session
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import Began, load_beginning

EXIT_FAILED = 1
EXIT_DIFFERENT = 1
EXIT_HELD = 3
STDERR = 2


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("session", nargs="?", default="last", help=SESSION)
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask before the replay")
    parser.add_argument("--dry-run", action="store_true", help="print the plan; run no step")
    parser.add_argument(
        "--from", dest="from_step", action="append", metavar="STEP", help="run this step in any case; may be repeated"
    )
    parser.add_argument("--all", dest="run_all", action="store_true", help="run every step but the protected ones")
    parser.add_argument(
        "--allow", action="append", metavar="STEP", help="let this protected step run for real; may be repeated"
    )
    parser.add_argument(
        "--set",
        dest="set_to",
        action="append",
        metavar="STEP=JSON",
        help="what if this step gave another value? It does not run. Also STEP#2=, STEP.field=, =@file.json",
    )
    parser.add_argument(
        "--stub",
        action="append",
        metavar="STEP=JSON",
        help="answer this protected step with a value; may be repeated",
    )
    parser.add_argument(
        "--live", action="store_true", help="send the requests of the steps that run, recorded or not"
    )
    parser.add_argument(
        "--live-host", action="append", metavar="HOST", help="the same for requests to this host; may be repeated"
    )
    parser.add_argument(
        "--offline", action="store_true", help="stop before a request that was not recorded; nothing is sent"
    )
    parser.add_argument(
        "--explain", action="store_true", help="say for each step what decided that it runs or is served"
    )
    parser.add_argument(
        "--watch", action="store_true", help="replay again whenever a file that the session depends on is saved"
    )
    parser.add_argument(
        "--audit", action="store_true", help="call the served steps too, and name those that give something else"
    )
    add_json(parser)


def replay(
    session: str = "last",
    yes: bool = False,
    dry_run: bool = False,
    from_step: list[str] | None = None,
    run_all: bool = False,
    allow: list[str] | None = None,
    set_to: list[str] | None = None,
    stub: list[str] | None = None,
    live: bool = False,
    live_host: list[str] | None = None,
    offline: bool = False,
    explain: bool = False,
    watch: bool = False,
    audit: bool = False,
    as_json: bool = False,
) -> int:
    """Run the fixed program again: only what the fix touches runs, the rest is served from the recording.

    Protected steps (replayable=False) never run again. The plan is shown first, with a question; --yes skips it.

    With --watch it asks once, replays at each save, and ends at Ctrl-C (exit status 0).

    With --audit every step is called again, but protected ones and streams. The program goes on with what was
    recorded.

    A step that runs is given the recorded response where it sends a request that it sent before; --live sends it.

    Exit status: 0 done, 1 the program failed again or an audited step differs, 2 wrong use, 3 stopped before a
    protected step, or with --offline before a request.

    Examples:

      flight-recorder replay last
      flight-recorder replay 4f2a --dry-run
      flight-recorder replay last --yes --from agent://crm/scorer
      flight-recorder replay last --watch
      flight-recorder replay last --set 'agent://crm/lookup={"score": 10}'
    """
    if watch and (dry_run or explain):
        raise UsageError("--watch runs the program at each save.\n  Leave out --dry-run and --explain, or --watch.")
    if audit and (dry_run or watch or run_all):
        raise UsageError(
            "--audit calls the steps that a replay serves, once, and compares what they give.\n"
            "  Leave out --dry-run, --watch and --all, or --audit."
        )
    if offline and (live or live_host):
        raise UsageError("--offline sends nothing.\n  Leave it out, or --live and --live-host.")
    home = project_home()
    with open_recordings(home) as store:
        recorded = _Recorded(home, load_beginning(store, chosen_id(store, session)))
    check_startable(recorded.id, recorded.launch)
    _check_names(recorded, from_step or [])
    overrides = read_overrides(recorded.session, set_to or [], stub or []) if set_to or stub else {}
    sending = Sending(live, tuple(live_host or ()), offline)
    options = Options(tuple(from_step or ()), run_all, tuple(allow or ()), overrides, sending, audit)
    if not (yes or dry_run) and (as_json or not sys.stdin.isatty()):
        check_replayable(recorded.session)
        raise UsageError(
            "a replay asks before it runs, and there is no terminal to ask on.\n"
            "  Add --yes to run it, or --dry-run to see the plan only."
        )
    if watch:
        from flight_recorder.cli.watch import watch_replays  # here: other replays need none of it

        check_replayable(recorded.session)
        watch_replays(home, recorded.session, options, yes=yes, as_json=as_json)
        return 0
    ask = _Ask(recorded, yes=yes, dry_run=dry_run, as_json=as_json, explain=explain, is_audit=audit)
    return _finish(_run(home, recorded, options, ask), ask)


class _Recorded:
    """The session that is replayed. All of it is loaded only when it is asked for: the worker does so as well."""

    def __init__(self, home: Path, began: Began) -> None:
        self._home = home
        self.id = began.id
        self.launch = began.launch

    @cached_property
    def session(self) -> Session:
        """The whole session."""
        with open_recordings(self._home) as store:
            return load_session(store, self.id)


class _Ask(msgspec.Struct, frozen=True):
    """How the plan is shown and agreed to."""

    recorded: "_Recorded"
    yes: bool
    dry_run: bool
    as_json: bool
    explain: bool
    is_audit: bool

    def show(self, forecast: Forecast) -> bool:
        """Show the plan; return whether the replay is to run."""
        if not self.as_json:
            is_detailed = not self.yes or self.dry_run
            console().print(plan_text(forecast, is_detailed=is_detailed, is_audit=self.is_audit))
        if self.dry_run:
            self._show_forecast(forecast)
        if self.dry_run:
            return False
        return self.yes or confirm("Replay now?")

    def _show_forecast(self, forecast: Forecast) -> None:
        why = explain_forecast(self.recorded.session, forecast) if self.explain else None
        if self.as_json:
            print_json(forecast_document(forecast, self.recorded.id, why))
        elif why is not None:
            output = console()
            output.print(line(""))
            output.print(explain_text(why, is_forecast=True, width=output.width))


class _Run(msgspec.Struct, frozen=True):
    """What came of the process that replays."""

    replayed: Session | None  # the new session; None when the entry was not reached
    was_agreed: bool
    was_planned: bool
    error: str
    exit_status: int


def _run(home: Path, recorded: "_Recorded", options: Options, ask: _Ask) -> _Run:
    id = new_session_id()
    planned = agreed = False
    error = ""
    stdout = STDERR if ask.as_json else None
    with ReplayProcess(home, recorded.id, recorded.launch, id, options, stdout) as process:
        for message in process.messages():
            if isinstance(message, Plan):
                planned, agreed = True, ask.show(message.forecast)
                sys.stdout.flush()
                if agreed:
                    process.go()
                else:
                    process.stop()
            elif isinstance(message, Refused):
                raise ReplayRefusedError(message.why)
            elif isinstance(message, Done):
                error = message.error
        status = process.wait()
    return _Run(drained_session(home, id), agreed, planned, error, status)


def _finish(run: _Run, ask: _Ask) -> int:
    """Say what came of the replay, and return the exit status that tells it."""
    if run.was_planned and not run.was_agreed:
        if not ask.dry_run:
            console().print(line("Nothing was run."))
        return 0
    why = explain_replay(ask.recorded.session, run.replayed) if ask.explain and run.replayed is not None else None
    report = audit_report(ask.recorded.session, run.replayed) if ask.is_audit and run.replayed is not None else None
    if ask.as_json:
        document = replay_document(run.replayed, ask.recorded.id, run.error, why)
        print_json(document if report is None else document | audit_document(report))
    else:
        console().print(result_text(run.replayed, run.error))
        if run.exit_status and run.replayed is not None and run.replayed.status is Status.SUCCESS and not run.error:
            console().print(line(f"The program went on from there, and exited with status {run.exit_status}."))
        if why is not None:
            output = console()
            output.print(line(""))
            output.print(explain_text(why, width=output.width))
        if report is not None:
            output = console()
            output.print(audit_text(report, output.width))
    status = _exit_status(run)
    return EXIT_DIFFERENT if status == 0 and report is not None and report.differing else status


def _exit_status(run: _Run) -> int:
    if run.replayed is None:
        return EXIT_FAILED
    if run.replayed.status is Status.HELD:
        return EXIT_HELD
    return 0 if run.replayed.status is Status.SUCCESS and run.exit_status == 0 else EXIT_FAILED


def _check_names(recorded: "_Recorded", names: list[str]) -> None:
    for name in names:
        if not any(step.name == name for step in recorded.session.steps.values()):
            raise NotFoundError(no_step(recorded.session, name))
