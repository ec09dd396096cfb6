"""Made sessions: by Hypothesis, whole or cut off anywhere, with names and values of any kind."""

from hypothesis import strategies as st

from flight_recorder.codec.capture import capture
from flight_recorder.model.event import Ended, Event, Finished, Learned, Opened, Started
from flight_recorder.model.failure import Failure, Frame
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind
from flight_recorder.model.judgement import Decision, Judgement
from flight_recorder.model.session import Launch, Mode, Status
from flight_recorder.model.step import Raised, Returned, Site
from flight_recorder.model.value import Value

SOURCES = [
    "def lookup(email):\n    return TABLE.get(email)\n",
    "def score(contact, extra=None):\n    assert contact is not None, 'No contact'\n    return contact['score']\n",
    "async def main(items):\n    rows = [lookup(i) for i in items]\n    return score(rows[0], extra=len(rows))\n",
    "def broken(:\n",
    "",
]
TYPES = [
    "AssertionError",
    "KeyError",
    "TypeError",
    "AttributeError",
    "IndexError",
    "json.decoder:JSONDecodeError",
    "X",
]
MESSAGES = [
    "'sum'",
    "'NoneType' object is not subscriptable",
    "unsupported operand type(s) for +: 'int' and 'NoneType'",
    "'dict' object has no attribute 'rate'",
    "list index out of range",
    "",
]

# Text with all that a terminal would act on, and what rich and JSON give a meaning to.
TEXTS = st.one_of(
    st.sampled_from(["agent://crm/lookup", "score", "[red]x[/red]", "a\x1b[31mb", "\r\nx", "\x9b2J", "‮", "	", ""]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
OBJECTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.binary(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3), st.tuples(inner, inner)
    ),
    max_leaves=5,
)
VALUES: st.SearchStrategy[Value] = OBJECTS.map(capture)
NAMED_VALUES = st.dictionaries(st.sampled_from(["contact", "email", "items", "x\x1b"]), VALUES, max_size=3)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """A frame, sometimes one that a source of SOURCES explains."""
    source = draw(
        st.sampled_from([line.strip() for text in SOURCES for line in text.splitlines()] + ["x[0]", "\x1b"])
    )
    line = draw(st.integers(1, 4))
    return Frame("/shop.py", line, draw(st.sampled_from(["score", "f.<lambda>"])), source, True, draw(NAMED_VALUES))


@st.composite
def failures(draw: st.DrawFn, depth: int = 2) -> Failure:
    """A failure, with causes and members down to *depth*."""
    links = st.none() if depth == 0 else st.one_of(st.none(), failures(depth - 1))
    return Failure(
        draw(st.sampled_from(TYPES)),
        draw(st.one_of(st.sampled_from(MESSAGES), TEXTS)),
        draw(VALUES),
        tuple(draw(st.lists(frames(), max_size=2))),
        draw(TEXTS),
        cause=draw(links),
        context=draw(links),
        members=() if depth == 0 else tuple(draw(st.lists(failures(depth - 1), max_size=1))),
        notes=tuple(draw(st.lists(TEXTS, max_size=1))),
        origin=draw(st.one_of(st.none(), st.integers(1, 8))),
    )


@st.composite
def event_lists(draw: st.DrawFn, max_steps: int = 7) -> list[Event]:
    """The events of one session: steps under steps that began before them, ended in any order or not at all."""
    began = draw(st.integers(0, 4_000_000_000))
    events: list[Event] = [
        Opened("4f2a91ab00", draw(TEXTS), draw(st.sampled_from(Mode)), began * 10**9, Launch(), "p", 0)
    ]
    names = ["main", "lookup", "score", draw(TEXTS)]
    for name in names:
        part = Part(PartKind.CONSTANT, "m:TABLE", "00", preview="{'ann@example.org': 1}")
        source = draw(st.sampled_from(SOURCES))
        events.append(Learned(name, Fingerprint(f"m:{name}", "00", (part,), source, "/shop.py", 1)))
    at, opened = 0, []
    for step in range(1, draw(st.integers(0, max_steps)) + 1):
        at += draw(st.integers(0, 10**9))
        parent = draw(st.sampled_from(opened)) if opened else None
        name = draw(st.sampled_from(names))
        site = draw(st.sampled_from([None, Site("/shop.py", 2, "main")]))
        judgement = draw(
            st.sampled_from([None, Judgement(Decision.CACHED), Judgement(Decision.PROTECTED, "held", "a\x1bb\nc")])
        )
        events.append(
            Started(step, parent, at, name, f"m:{name}", draw(NAMED_VALUES), site=site, judgement=judgement)
        )
        opened.append(step)
        events += [event for event in [draw(endings(step, at))] if event is not None]
    status = draw(st.sampled_from(Status))
    return [*events, Ended(at, status)] if draw(st.booleans()) else events


def endings(step: int, at: int) -> st.SearchStrategy[Finished | None]:
    """How a step ends: not, or with a value, or with a failure."""
    return st.one_of(
        st.none(),
        st.builds(Returned, VALUES, NAMED_VALUES).map(lambda outcome: Finished(step, at, outcome)),
        st.builds(Returned, VALUES).map(lambda outcome: Finished(step, at, outcome, 3)),
        failures().map(lambda failure: Finished(step, at, Raised(failure))),
    )
