"""Trial: record one program in a process of its own, and ask `flight-recorder debug` who is to blame."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.rootcause.case import Case
from bench.rootcause.grade import Answer, Result, crash_site, last_equal
from flight_recorder.cli.debug import debug
from flight_recorder.cli.project import open_recordings
from flight_recorder.cli.recordings import chosen_session
from flight_recorder.errors import FlightRecorderError
from flight_recorder.model.expectation import WRONG_RESULT
from flight_recorder.model.session import Session, Status

SECONDS = 60  # for one run of a program
NAMED = 3
PATIENCE_S = 600.0  # for all experiments on one session: what is asked is what they show, on a busy machine too


class NotTriedError(Exception):
    """The program did not do what its case says."""


def try_case(case: Case) -> Result:
    """Record *case*, alone and after its earlier runs, and return who was named each time. Changes the folder."""
    try:
        with _new_project():
            session = _record(case)
            alone = _ask(session, case.wrong)
            site, equal = crash_site(session), last_equal(session)
        with_history = verified = None
        if case.earlier:
            with _new_project():
                session = _record(case, earlier=True)
                with_history = _ask(session, case.wrong)
                verified = None if case.wrong else _ask(session, verify=True)
    except NotTriedError as error:
        return Result(case.name, case.category, case.causes, problem=str(error))
    return Result(
        case.name,
        case.category,
        case.causes,
        alone,
        with_history,
        site=_single(site),
        equal=_single(equal),
        verified=verified,
    )


def run_program(source: str) -> subprocess.CompletedProcess[str]:
    """Run *source* as `program.py` in the current folder."""
    Path("program.py").write_text(source, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLIGHT_RECORDER")}
    # A program may be edited within a second at equal size; Python would take the old bytecode for current.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        [sys.executable, "program.py"],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        check=False,
    )


def _record(case: Case, *, earlier: bool = False) -> Session:
    for source in case.earlier if earlier else ():
        done = run_program(source)
        if done.returncode:
            raise NotTriedError(f"an earlier run failed: {done.stderr.strip()[-200:]}")
    done = run_program(case.program)
    with open_recordings() as store:
        try:
            session = chosen_session(store, "last")
        except FlightRecorderError as error:
            raise NotTriedError(f"nothing was recorded: {done.stderr.strip()[-200:]}") from error
    failure = session.root.failure if session.root is not None else None
    raised = failure.type_name if failure is not None else WRONG_RESULT if session.unmet is not None else ""
    is_to_fail = bool(case.causes) and not case.wrong
    if (raised != case.error) if case.error else bool(raised) != is_to_fail:
        raise NotTriedError(f"it ended with {raised or 'success'}, not with {case.error or 'what its case says'}")
    return session


def _ask(session: Session, wrong: str = "", *, verify: bool = False) -> Answer:
    """What `debug --json` says, in this process: to start Python for each question would take most of the time.

    With *verify* it makes its experiments, each in a process of its own as ever.
    """
    said = io.StringIO()
    began = time.perf_counter()
    timeout = PATIENCE_S if verify else None
    with contextlib.redirect_stdout(said):
        debug(session.id, wrong or None, verify=verify, timeout=timeout, as_json=True)
    milliseconds = (time.perf_counter() - began) * 1000
    document = json.loads(said.getvalue())
    if session.status is Status.SUCCESS and document["root_cause"] is None:
        return Answer((), "", milliseconds)
    named = _names(document["candidates"])
    blamed = document["root_cause"]
    if blamed is None or not named or blamed["name"] != named[0]:
        raise NotTriedError(f"debug blames {blamed}, its first candidate is {named[:1]}")
    return Answer(tuple(named), blamed["confidence"], milliseconds)


def _names(candidates: Sequence[dict[str, str]]) -> list[str]:
    return [candidate["name"] for candidate in candidates[:NAMED]]


def _single(name: str | None) -> Answer:
    return Answer((name,) if name is not None else ())


@contextlib.contextmanager
def _new_project() -> Iterator[None]:
    """Go to a new folder for a project, and back again."""
    with tempfile.TemporaryDirectory(prefix="rootcause-") as folder, contextlib.chdir(folder):
        Path(".flight-recorder").mkdir()  # here, and not in a folder above that happens to have one
        yield
