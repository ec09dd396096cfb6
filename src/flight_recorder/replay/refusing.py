"""Refusing: what is said at once of a session that cannot be replayed: what, why, and what to do."""

import os

from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.session import Launch, Mode, Session
from flight_recorder.model.start import Cells, EntryCall, OneTest, Program, Unstartable
from flight_recorder.replay.notebooks import notebook_of


def check_replayable(session: Session) -> None:
    """Raise ReplayRefusedError, with the reason and what to do, when what was recorded cannot be replayed."""
    if session.mode is Mode.EXPERIMENT:
        raise ReplayRefusedError(
            f"session {session.id} is an experiment of `debug --verify`: something in it was not as it is.\n"
            f"  Replay the session that it was made of: flight-recorder replay {session.replay_of}"
        )
    if session.root is None:
        raise ReplayRefusedError(
            f"session {session.id} ended before its entry was called: there is nothing to replay."
        )
    if isinstance(session.launch.start, EntryCall):
        _check_inputs(session, session.launch.start)


def check_startable(session: str, launch: Launch) -> None:
    """Raise ReplayRefusedError, with the reason and what to do, when *session* cannot begin as it was launched.

    This is all that can be said before the session is loaded.
    """
    match launch.start:
        case Program() as program:
            _check_there(session, program.script)
        case OneTest() as test:
            _check_there(session, os.path.join(test.folder, test.node.partition("::")[0]))
        case Cells() as cells:
            notebook_of(cells, launch)
        case EntryCall() as call:
            _check_there(session, call.program.script if call.program is not None else "")
        case Unstartable() as unstartable:
            raise ReplayRefusedError(refusal(session, unstartable.why, unstartable.remedy))
    if not os.path.isdir(launch.cwd):
        raise ReplayRefusedError(refusal(session, f"its working directory {launch.cwd} is gone", "Put it back."))


def _check_there(session: str, file: str) -> None:
    if file and not os.path.exists(file):
        raise ReplayRefusedError(refusal(session, f"{file} is gone", "Put the file back, or record again."))


def _check_inputs(session: Session, call: EntryCall) -> None:
    """Raise ReplayRefusedError when some input of the entry cannot be rebuilt."""
    root = session.root
    for name, value in root.inputs.items() if root is not None else ():
        if not value.is_exact:
            why = (
                f"{call.why}, so its entry has to be called with its recorded inputs,"
                f" and {name!r} cannot be rebuilt from the recording (it is {value.form})"
            )
            remedy = "Give fr.run plain data; make handles (requests, connections, clients) within the entry."
            raise ReplayRefusedError(refusal(session.id, why, remedy))


def refusal(session: str, why: str, remedy: str) -> str:
    """Return what a person is told: what, why, and what to do."""
    return f"session {session} cannot be started again: {why}.\n  {remedy}"
