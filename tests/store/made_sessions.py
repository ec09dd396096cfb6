"""Made sessions: by Hypothesis, for laws; and by hand, small and known, for the rest."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from flight_recorder.journal.folder import journal_path
from flight_recorder.journal.writer import JournalWriter
from flight_recorder.model.difference import Difference
from flight_recorder.model.event import Ended, Event, Exchanged, Finished, Learned, Opened, Started, Streamed
from flight_recorder.model.expectation import Expectation
from flight_recorder.model.failure import Failure, Frame
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind
from flight_recorder.model.fold import fold
from flight_recorder.model.judgement import Decision, Judgement
from flight_recorder.model.session import Launch, Mode, Session, Status
from flight_recorder.model.start import Program
from flight_recorder.model.step import Closed, Kind, Outcome, Raised, Returned, Site, Unfinished
from flight_recorder.model.stream import Changed, Item, Sent, Thrown, Tied
from flight_recorder.model.value import Form, Value
from flight_recorder.store.database import Store
from flight_recorder.store.reading import Left
from flight_recorder.store.save import save_journals

MS = 1_000_000
SECOND = 1_000 * MS
EPOCH_NS = 1_700_000_000 * SECOND

FINGERPRINT = Fingerprint(
    "shop:lookup",
    "ab" * 16,
    (Part(PartKind.CONSTANT, "shop:LIMIT", "cd" * 16, "shop.py:3", "10"),),
    "def lookup(email): ...",
    "/home/user/shop.py",
    7,
    ("agent://crm/scorer",),
)
FAILURE = Failure(
    "AssertionError",
    "Contact required\nsecond line",
    Value(b'{"$error":"AssertionError"}'),
    (Frame("/home/user/shop.py", 12, "score", "assert contact", True, {"contact": Value(b"null")}),),
    "Traceback (most recent call last): ...",
    cause=Failure("shop:Missing", "", Value(b"{}", Form.OPAQUE, False), notes=("a note",)),
    members=(Failure("ValueError", "one", Value(b"1")),),
)


def opened(session: str, **fields: object) -> Opened:
    """The beginning of a session."""
    known: dict[str, object] = {
        "entry": "qualify",
        "mode": Mode.RUN,
        "at_ns": EPOCH_NS,
        "launch": Launch(start=Program(script="/home/user/shop.py"), argv=("shop.py", "--all"), cwd="/home/user"),
        "process": "p1",
        "index": 0,
    }
    return Opened(session=session, **{**known, **fields})  # type: ignore[arg-type]


def failed_run(session: str = "4f2a91", **fields: object) -> list[Event]:
    """A session that uses every part of the model: lookup gives None, the scorer raises, so does the entry."""
    passed_on = Failure("AssertionError", "Contact required", FAILURE.value, origin=3)
    email = Value(b'"a@b.c"')
    return [
        opened(session, **fields),
        Learned("agent://crm/lookup", FINGERPRINT),
        Started(1, None, 0, "qualify", "shop:qualify", {"email": email}),
        Started(
            2,
            1,
            1 * MS,
            "agent://crm/lookup",
            "shop:lookup",
            {"email": email, "db": Value(b'"<db>"', Form.OPAQUE, False), "log": Value(b"[]")},
            ignored=("db",),
            key=Value(b"7"),
            branch=(1, 0),
            kind=Kind.BOUNDARY,
            site=Site("/home/user/shop.py", 30, "qualify"),
        ),
        Finished(2, 2 * MS, Returned(Value(b"null"), {"log": Value(b'["asked"]')})),
        Started(3, 1, 3 * MS, "agent://crm/scorer", "shop:score", {"contact": Value(b"null")}, is_protected=True),
        Finished(3, 4 * MS, Raised(FAILURE, {"contact": Value(b'"changed"')})),
        Finished(1, 5 * MS, Raised(passed_on)),
        Ended(6 * MS, Status.FAILED),
    ]


def replay_run(session: str = "77c0de", replay_of: str = "4f2a91") -> list[Event]:
    """Its replay after a fix, an hour later: one step served, one run again with a long answer, one unfinished.

    The one that was served was audited.
    """
    long = Value(b'{"answer":"' + b"very long " * 400 + b'"}')
    audited = (Difference(".answer", "'short'", None, ("- short",)),)
    return [
        opened(session, mode=Mode.REPLAY, at_ns=EPOCH_NS + 3600 * SECOND, process="p2", replay_of=replay_of),
        Learned("agent://crm/lookup", FINGERPRINT),
        Started(1, None, 0, "qualify", "shop:qualify", {"email": Value(b'"a@b.c"')}),
        Started(
            2,
            1,
            1,
            "agent://crm/lookup",
            "shop:lookup",
            {},
            judgement=Judgement(Decision.CACHED, saved_ns=9),
            site=None,
        ),
        Finished(2, 1, Returned(long), source=2, judgement=Judgement(Decision.CACHED, saved_ns=9, audit=audited)),
        Started(3, 1, 2, "words", "shop:words", {}),
        Streamed(3, False),
        Exchanged(3, 0, Item(3, Value(b'"Hel"'))),
        Exchanged(3, 1, Sent(4, Value(b"2"))),
        Exchanged(3, 2, Thrown(4, Failure("KeyError", "'x'", Value(b"{}")))),
        Exchanged(3, 3, Item(5, Value(b'[["lo"]]'), ((0, 2),))),
        Exchanged(3, 4, Changed(5, Value(b'[["lo"],1]'), ((1, 1),))),
        Exchanged(3, 5, Tied(5, "its item 2 was changed later")),
        Finished(3, 6, Closed(Value(b"null"), was_left=True)),
        Started(5, 1, 7, "agent://crm/scorer", "shop:score", {"contact": long}),
    ]


def folded(events: Iterable[Event]) -> Session:
    """The session that *events* tell of."""
    session = fold(events)
    assert session is not None
    return session


def good_run(session: str, **fields: object) -> list[Event]:
    """The shortest session that succeeds."""
    return [
        opened(session, **fields),
        Started(1, None, 0, "qualify", "shop:qualify", {"email": Value(b'"a@b.c"')}),
        Finished(1, MS, Returned(Value(b"true"))),
        Ended(2 * MS, Status.SUCCESS),
    ]


def wrong_run(session: str, **fields: object) -> list[Event]:
    """A session whose result was not as expected."""
    unmet = Expectation(
        "shop:check", "lead", "def check(lead):\n    assert lead\n", "/shop.py", 3, "AssertionError", "", 4
    )
    return [*good_run(session, **fields)[:-1], Ended(2 * MS, Status.FAILED, unmet)]


def long_run(session: str, steps: int) -> list[Event]:
    """A session of many steps, each with a value of its own and one that all share."""
    history: list[Event] = [opened(session), Started(0, None, 0, "qualify", "shop:qualify", {})]
    for step in range(1, steps):
        inputs = {"email": Value(b'"lead-%d@b.c"' % step), "limits": Value(b'{"limit":10}')}
        history.append(Started(step, 0, step, "agent://crm/lookup", "shop:lookup", inputs))
        history.append(Finished(step, step + 1, Returned(Value(b'{"contact":%d}' % step))))
    return [*history, Ended(steps * 2, Status.SUCCESS)]


def write_journal(home: Path, session: str, pid: int, events: Iterable[Event]) -> Path:
    """Write the journal of a process that has ended; return where it lies."""
    writer = open_journal(home, session, pid, events)
    writer.close()
    return writer.path


def save(store: Store, *histories: list[Event]) -> None:
    """Put sessions into *store*, from journals that lie elsewhere."""
    for history in histories:
        assert try_to_save(store, history) == []


def try_to_save(store: Store, history: list[Event]) -> list[str]:
    """Put a session into *store*; return why that could not be."""
    opened = history[0]
    assert isinstance(opened, Opened)
    left: list[Left] = []
    with tempfile.TemporaryDirectory() as folder:
        save_journals(store, opened.session, [write_journal(Path(folder), "ab", 1, history)], left)
    return [one.reason for one in left]


def open_journal(home: Path, session: str, pid: int, events: Iterable[Event]) -> JournalWriter:
    """Write the journal of a process that still runs."""
    writer = JournalWriter.open(journal_path(home, session, pid))
    for event in events:
        writer.append(event)
    return writer


def orders(session: Session) -> list[object]:
    """Every order in *session* that comparing its dicts does not look at."""
    return [
        list(session.fingerprints),
        [(id, list(step.inputs), list(_mutated(step.outcome))) for id, step in session.steps.items()],
    ]


def _mutated(outcome: Outcome) -> dict[str, Value]:
    return {} if isinstance(outcome, Unfinished) else outcome.mutated
