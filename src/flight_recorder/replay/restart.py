"""Restart: reach the recorded `fr.run` once more, in the way that the recording tells."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import assert_never

import msgspec

from flight_recorder.config import Config, Project
from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.session import Launch, Session
from flight_recorder.model.start import Cells, EntryCall, OneTest, Program, Traced, Unstartable
from flight_recorder.replay.programs import as_if_started, program_run, session_run
from flight_recorder.replay.refusing import refusal


class Restart(msgspec.Struct, frozen=True):
    """*run* comes to the session, and raises what the program raises. *unit* is the part of it that runs now."""

    run: Callable[[], object]
    unit: Callable[[], str]


def restart_of(session: Session, recorded: Sequence[Launch], home: Path) -> Restart:
    """Return what starts *session* again, after making this process look as if its program had been started so.

    *recorded* are the launches of the sessions of the recorded process, in the order of their beginning. Raises
    ReplayRefusedError.
    """
    launch = session.launch
    match launch.start:
        case Program() as program:
            as_if_started(program, launch.argv, launch.cwd)
            if program.is_session:
                config = Config(home, Project(launch.root))
                return Restart(session_run(config, program, launch.traced or Traced()), str)
            return Restart(program_run(program), str)
        case OneTest() as test:
            from flight_recorder.replay.testing import running_test, test_run

            return Restart(test_run(test, launch), running_test)
        case Cells() as cells:
            from flight_recorder.replay.notebooks import cells_run

            return Restart(*cells_run(cells, launch, recorded))
        case EntryCall() as call:
            from flight_recorder.replay.calling import entry_call

            return Restart(*entry_call(call, session, home))
        case Unstartable() as unstartable:
            raise ReplayRefusedError(refusal(session.id, unstartable.why, unstartable.remedy))
    assert_never(launch.start)
