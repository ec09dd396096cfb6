"""Sessions made by hand, small and known, that the goldens show."""

from msgspec import structs
from msgspec.structs import replace

from flight_recorder.codec.capture import capture
from flight_recorder.model.difference import Difference
from flight_recorder.model.event import Ended, Event, Finished, Learned, Opened, Started
from flight_recorder.model.failure import Failure, Frame
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind
from flight_recorder.model.fold import fold
from flight_recorder.model.forecast import Forecast, Planned, Role
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.session import Launch, Mode, Session, Status
from flight_recorder.model.step import Raised, Returned, Site

MS = 1_000_000
AT_NS = 1_700_000_000_000_000_000  # 2023-11-14T22:13:20Z

FILE = "/home/user/crm.py"
SOURCES = {
    "agent://crm/lookup": "def crm_lookup(email):\n    return CONTACTS.get(email)\n",
    "agent://crm/scorer": (
        'def score_lead(contact):\n    assert contact is not None, "Contact required"\n    return contact["score"]\n'
    ),
    "agent://crm/qualifier": (
        "def qualify_lead(email):\n    contact = crm_lookup(email)\n    score = score_lead(contact)\n"
        '    return {"qualified": score > 70}\n'
    ),
}
LINES = {"agent://crm/lookup": 8, "agent://crm/scorer": 14, "agent://crm/qualifier": 20}
FUNCTIONS = {
    "agent://crm/lookup": "crm:crm_lookup",
    "agent://crm/scorer": "crm:score_lead",
    "agent://crm/qualifier": "crm:qualify_lead",
}
ERROR = capture(AssertionError("Contact required"))


def session(*events: Event) -> Session:
    """The session that *events* tell of."""
    folded = fold(events)
    assert folded is not None
    return folded


def opened(entry: str = "agent://crm/qualifier", id: str = "4f2a91ab03c7d2e5", **fields: object) -> Opened:
    """The beginning of a session."""
    known: dict[str, object] = {"mode": Mode.RUN, "at_ns": AT_NS, "launch": Launch(), "process": "p", "index": 0}
    return Opened(id, entry, **{**known, **fields})  # type: ignore[arg-type]


def begun(
    step: int, parent: int | None, at_ns: int, name: str, inputs: dict[str, object], **fields: object
) -> Started:
    """A step began."""
    values = {key: capture(value) for key, value in inputs.items()}
    return Started(step, parent, at_ns, name, FUNCTIONS.get(name, f"m:{name}"), values, **fields)  # type: ignore[arg-type]


def ended(step: int, at_ns: int, value: object, source: int | None = None) -> Finished:
    """A step returned."""
    return Finished(step, at_ns, Returned(capture(value)), source)


def demo_events() -> list[Event]:
    """The demo: the lookup gives None, the scorer needs a contact."""
    traceback = (
        "Traceback (most recent call last):\n"
        f'  File "{FILE}", line 15, in score_lead\n'
        '    assert contact is not None, "Contact required"\n'
        "AssertionError: Contact required\n"
    )
    frame = Frame(
        FILE,
        15,
        "score_lead",
        'assert contact is not None, "Contact required"',
        True,
        {"contact": capture(None)},
    )
    failure = Failure("AssertionError", "Contact required", ERROR, (frame,), traceback)
    return [
        opened(),
        *(Learned(name, fingerprint_of(name)) for name in SOURCES),
        begun(1, None, 0, "agent://crm/qualifier", {"email": "unknown@example.com"}),
        begun(
            2, 1, 400_000, "agent://crm/lookup", {"email": "unknown@example.com"}, site=Site(FILE, 21, "qualify_lead")
        ),
        ended(2, 900_000, None),
        begun(3, 1, MS, "agent://crm/scorer", {"contact": None}, site=Site(FILE, 22, "qualify_lead")),
        Finished(3, 2 * MS, Raised(failure)),
        Finished(1, 3 * MS, Raised(Failure("AssertionError", "Contact required", ERROR, origin=3))),
        Ended(4 * MS, Status.FAILED),
    ]


def demo() -> Session:
    """The session of the demo."""
    return session(*demo_events())


def fixed_lookup() -> Fingerprint:
    """The fingerprint of the demo's lookup after the fix."""
    fixed = SOURCES["agent://crm/lookup"].replace("get(email)", 'get(email, {"name": "there", "score": 10})')
    part = Part(PartKind.CODE, "crm:crm_lookup", "fixed", "crm.py:8")
    return Fingerprint("crm:crm_lookup", "fixed", (part,), fixed, FILE, 8)


def fixed_code() -> list[Event]:
    """The fingerprints of the demo after the fix."""
    return [
        Learned(name, fixed_lookup() if name == "agent://crm/lookup" else fingerprint_of(name)) for name in SOURCES
    ]


def fingerprint_of(name: str) -> Fingerprint:
    """The fingerprint of a step of the demo, before the fix."""
    part = Part(PartKind.CODE, FUNCTIONS[name], "00", f"crm.py:{LINES[name]}")
    return Fingerprint(FUNCTIONS[name], "00", (part,), SOURCES[name], FILE, LINES[name])


def demo_replayed() -> Session:
    """A replay of the demo after the fix."""
    contact = {"name": "there", "score": 10}
    changed = Judgement(Decision.RERUN, Reason.CODE_CHANGED, "CONTACTS.get(email) changed", twin=2)
    return session(
        opened(id="77aa00112233aabb", mode=Mode.REPLAY, replay_of="4f2a91ab03c7d2e5"),
        *fixed_code(),
        begun(1, None, 0, "agent://crm/qualifier", {"email": "unknown@example.com"}),
        begun(2, 1, MS, "agent://crm/lookup", {"email": "unknown@example.com"}, judgement=changed),
        ended(2, 2 * MS, contact),
        begun(
            3,
            1,
            3 * MS,
            "agent://crm/enricher",
            {"email": "x"},
            judgement=Judgement(Decision.CACHED, saved_ns=930 * MS),
        ),
        ended(3, 3 * MS, "A company.", source=4),
        begun(
            4,
            1,
            4 * MS,
            "agent://crm/scorer",
            {"contact": contact},
            judgement=Judgement(Decision.RERUN, Reason.INPUT_CHANGED, "input 'contact': None -> {…}", twin=3),
        ),
        ended(4, 5 * MS, 10),
        ended(1, 6 * MS, {"qualified": False}),
        Ended(7 * MS, Status.SUCCESS),
    )


def demo_audited() -> Session:
    """The replay of the demo with an audit: the lookup gave another score, a text of two lines and no more tags."""
    found = (
        Difference(".score", "None", "10"),
        Difference(".text", "'Dear …'", "'Hi …'", ("- Dear [red] friend", "+ Hi", "  yours")),
        Difference("email.tags[0]", "'new'", None),
    )
    replayed = demo_replayed()
    audited = {
        2: Judgement(Decision.CACHED, saved_ns=40 * MS, audit=found),
        3: Judgement(Decision.CACHED, saved_ns=930 * MS),
        4: Judgement(Decision.CACHED, saved_ns=2 * MS, audit=()),
    }
    steps = {
        id: structs.replace(step, judgement=audited.get(id), source=id if id in audited else None)
        for id, step in replayed.steps.items()
    }
    return replace(replayed, steps=steps)


def what_if() -> Session:
    """A replay of the demo in which the user gave the lookup's value."""
    contact = {"name": "Kim", "score": 90}
    answered = Judgement(Decision.CACHED, Reason.OVERRIDDEN, f"answered with {contact}", twin=2)
    forced = Judgement(Decision.RERUN, Reason.FORCED, "a step under it is overridden", twin=1)
    changed = Judgement(Decision.RERUN, Reason.INPUT_CHANGED, "input 'contact': None -> {…}", twin=3)
    return session(
        opened(id="99ff00112233aabb", mode=Mode.REPLAY, replay_of="4f2a91ab03c7d2e5", is_overridden=True),
        *(Learned(name, fingerprint_of(name)) for name in SOURCES),
        begun(1, None, 0, "agent://crm/qualifier", {"email": "unknown@example.com"}, judgement=forced),
        begun(2, 1, MS, "agent://crm/lookup", {"email": "unknown@example.com"}, judgement=answered),
        ended(2, MS, contact),
        begun(3, 1, 2 * MS, "agent://crm/scorer", {"contact": contact}, judgement=changed),
        ended(3, 3 * MS, 90),
        ended(1, 4 * MS, {"qualified": True}),
        Ended(5 * MS, Status.SUCCESS),
    )


def killed() -> Session:
    """A session that died in its second step."""
    return session(
        opened("nightly"),
        begun(1, None, 0, "nightly", {"day": "2024-02-29"}),
        begun(2, 1, MS, "fetch", {"page": 1}),
        ended(2, 1_234 * MS, ["a", "b"]),
        begun(3, 1, 1_240 * MS, "upload", {"rows": ["a", "b"]}),
    )


def held() -> Session:
    """A replay that stopped before a protected step."""
    detail = (
        "step 'send_email' is protected (replayable=False) and was not reached in the recording.\n"
        "  Replay stopped before it; nothing was done. It would have been called with to='a@b.c'.\n"
        "  Run it for real with --allow send_email, or answer it with --stub send_email=null."
    )
    return session(
        opened("confirm", mode=Mode.REPLAY, replay_of="4f2a91ab03c7d2e5"),
        begun(1, None, 0, "confirm", {}),
        begun(
            2,
            1,
            MS,
            "send_email",
            {"to": "a@b.c"},
            is_protected=True,
            judgement=Judgement(Decision.PROTECTED, "held", detail),
        ),
        Ended(2 * MS, Status.HELD),
    )


def long_and_deep(*, edited: bool = False) -> Session:
    """A loop of many steps, one level down, and a failure after it that nothing explains.

    When *edited*, one page is left out, and another gave a text that differs in one word.
    """
    events: list[Event] = [opened("crawl"), begun(1, None, 0, "crawl", {}), begun(2, 1, MS, "pages", {"count": 60})]
    for number in range(60):
        if edited and number == 5:
            continue
        text = "lorem ipsum dolor " * 12
        if edited and number == 40:
            text = text[:90] + "sit" + text[90:]
        events += [
            begun(3 + number, 2, (2 + number) * MS, "page", {"number": number}),
            ended(3 + number, (3 + number) * MS, {"number": number, "text": text}),
        ]
    error = capture(ValueError("the index is full, and this is a long message about it: " + "x" * 80))
    return session(
        *events,
        ended(2, 70 * MS, 60),
        begun(90, 1, 71 * MS, "index", {"count": 60}),
        Finished(90, 72 * MS, Raised(Failure("ValueError", "the index is full: " + "x" * 80, error))),
        Finished(1, 73 * MS, Raised(Failure("ValueError", "the index is full: " + "x" * 80, error, origin=90))),
        Ended(74 * MS, Status.FAILED),
    )


def hostile() -> Session:
    """Names, values and messages with all that a terminal would act on, and what rich takes for markup."""
    name = "[red]step[/red]\x1b[2J"
    error = capture(RuntimeError("\x1b]0;title\x07"))
    return session(
        opened(name),
        begun(1, None, 0, name, {"text": "a\nb\x1b[31m", "[bold]": None}),
        begun(2, 1, MS, "line\r\nbreak", {}),
        ended(2, 2 * MS, "[blink]\u202etxt\x9b"),
        Finished(
            1, 3 * MS, Raised(Failure("m:Bad\x1b", "\x1b]0;title\x07\nmore", error, traceback="Tr\x1b[0m\n  x\n"))
        ),
        Ended(4 * MS, Status.FAILED),
    )


FORECAST = Forecast(
    (
        Planned(
            "agent://crm/qualifier",
            1,
            Decision.RERUN,
            Role.SPINE,
            Reason.CALLEE_CHANGED,
            "it calls agent://crm/lookup, which runs",
        ),
        Planned("agent://crm/lookup", 2, Decision.RERUN, Role.ROOT_CAUSE, Reason.CODE_CHANGED, "code changed"),
        Planned(
            "agent://crm/scorer",
            3,
            Decision.RERUN,
            Role.DOWNSTREAM,
            Reason.FAILED,
            "AssertionError: Contact required",
        ),
    ),
    is_at_least=True,
)

FULL_FORECAST = Forecast(
    (
        *FORECAST.planned,
        *(
            Planned("parse_amount", 4 + n, Decision.RERUN, Role.NONE, Reason.CODE_CHANGED, "LIMIT 10 -> 20")
            for n in range(5)
        ),
        Planned(
            "report",
            9,
            Decision.MAY_RERUN,
            Role.DOWNSTREAM,
            Reason.INPUT_CHANGED,
            "it took what agent://crm/lookup gave",
        ),
        Planned("rates", 13, Decision.CACHED, Role.NONE, Reason.OVERRIDDEN, "answered with 1.08"),
        Planned("fetch", 10, Decision.CACHED, saved_ns=400 * MS),
        Planned("enrich", 11, Decision.CACHED, saved_ns=10 * MS),
        Planned("send_email", 12, Decision.PROTECTED),
        Planned("add_to_crm", None, Decision.PROTECTED, reason=Reason.NEW, detail="not reached in the recording"),
    ),
    is_at_least=True,
    changed={"agent://crm/lookup": fixed_lookup()},
)
