"""Recordings: the sessions that the words of a command name."""

import re
from contextlib import suppress
from pathlib import Path

from flight_recorder.cli.project import project_home
from flight_recorder.errors import NotFoundError
from flight_recorder.journal.folder import journals_in, parse_name
from flight_recorder.journal.reader import is_live, read_mark
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step
from flight_recorder.model.words import listed
from flight_recorder.store.database import Store
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import find_session, last_session_id, successes_before

MAX_LISTED = 8  # names of steps
MAX_EARLIER, MAX_EARLIER_STEPS = 8, 10_000

_LAST = re.compile(r"last(?:~(\d{1,9}))?")


def is_being_written(id: str) -> bool:
    """Whether the program that records the session with this id still runs. Needs `open_recordings` around it."""
    named = [(parse_name(path), path) for path in journals_in(project_home())]
    try:
        return any(name is not None and name.session == id and is_live(path) for name, path in named)
    except OSError:  # gone in between
        return False


def chosen_session(store: Store, text: str, *, failed: bool = False) -> Session:
    """Return the session that *text* names, as for `chosen_id`. Raises NotFoundError."""
    return load_session(store, chosen_id(store, text, failed=failed))


def earlier_sessions(store: Store, session: Session) -> list[Session]:
    """Return the last sessions of the same entry that succeeded before *session*, the latest first.

    At least one where there is one; more as long as they are small: what is usual shows in a few.
    """
    found: list[Session] = []
    steps = 0
    for id, count in successes_before(store, session, MAX_EARLIER):
        steps += count
        if found and steps > MAX_EARLIER_STEPS:
            break
        found.append(load_session(store, id))
    return found


def chosen_id(store: Store, text: str, *, failed: bool = False) -> str:
    """Return the id that *text* names: an id, an unambiguous prefix, `last`, or `last~2`: two before the last.

    With *failed*, only those count that did not succeed. Raises NotFoundError.
    """
    last = _LAST.fullmatch(text)
    if last is None:
        try:
            return find_session(store, text)
        except NotFoundError:
            _refuse_unreadable(store.path.parent, text.strip().lower())
            raise
    back = int(last[1] or 0)
    id = last_session_id(store, failed=failed, back=back)
    if id is None and back and last_session_id(store, failed=failed) is not None:
        raise NotFoundError(f"there is no {text}: this project has fewer {'failed ' if failed else ''}sessions")
    if id is None:
        raise NotFoundError(_nothing_recorded(store, failed))
    return id


def _refuse_unreadable(home: Path, text: str) -> None:
    """Raise UnreadableError when journals have the session that *text* names, and this version cannot read them."""
    for path in journals_in(home):
        name = parse_name(path)
        if text and name is not None and name.session.startswith(text):
            with suppress(OSError):
                read_mark(path)


def _nothing_recorded(store: Store, failed: bool) -> str:
    latest = last_session_id(store)
    if failed and latest is not None:
        return (
            f"no session of this project failed; the most recent one, {latest[:8]}, succeeded.\n"
            f"  `flight-recorder debug {latest[:8]}` looks at it all the same."
        )
    return "nothing is recorded in this project yet.\n  Run a program that calls fr.run(...) or uses fr.trace()."


def chosen_steps(session: Session, text: str) -> list[Step]:
    """Return the steps that *text* names: by name, or one by id. Raises NotFoundError with the nearest match."""
    if text.isdigit() and int(text) in session.steps:
        return [session.steps[int(text)]]
    found = [step for step in session.steps.values() if step.name == text]
    if found:
        return found
    raise NotFoundError(no_step(session, text))


def no_step(session: Session, text: str) -> str:
    """Return what is said when no step of *session* is called *text*."""
    import difflib  # here: only a mistyped name needs it

    names = sorted({step.name for step in session.steps.values()})
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.4) or [name for name in names if text in name][:1]
    hint = f"; did you mean {near[0]!r}?" if near else f"; it has: {listed(names, MAX_LISTED)}"
    return f"no step {text!r} in session {session.id[:8]}{hint}"
