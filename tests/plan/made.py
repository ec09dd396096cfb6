"""Sessions made by hand in few words: a tree of calls."""

from dataclasses import dataclass
from itertools import count

from msgspec import structs

from flight_recorder.codec.capture import capture
from flight_recorder.model.event import Ended, Event, Finished, Learned, Opened, Started
from flight_recorder.model.failure import Failure
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.fold import fold
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.session import Launch, Mode, Session, Status
from flight_recorder.model.step import Raised, Returned


@dataclass(frozen=True)
class Made:
    """A call with its outcome, and the calls that it made."""

    name: str
    argument: object
    result: object
    under: tuple["Made", ...] = ()
    branch: tuple[int, ...] = ()
    judgement: Judgement | None = None


def call(name: str, argument: object, result: object, *under: Made, branch: tuple[int, ...] = ()) -> Made:
    """A call of *name* with one argument."""
    return Made(name, argument, result, under, branch)


def session(*under: Made, result: object = None, codes: dict[str, str] | None = None, id: str = "a" * 16) -> Session:
    """A session whose entry `main` made the calls *under*; *codes* are the digests of the steps' code, by name."""
    ids, clock = count(1), count()
    events: list[Event] = []
    names: dict[str, None] = {}
    waiting: list[tuple[Made, int | None] | Finished] = [(Made("main", None, result, under), None)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Finished):
            events.append(structs.replace(one, at_ns=next(clock)))
            continue
        made, parent = one
        number = next(ids)
        names[made.name] = None
        inputs = {"x": capture(made.argument)}
        events.append(
            Started(
                number,
                parent,
                next(clock),
                made.name,
                f"m:{made.name}",
                inputs,
                branch=made.branch,
                judgement=made.judgement,
            )
        )
        waiting.append(Finished(number, 0, outcome(made.result)))
        waiting += [(below, number) for below in reversed(made.under)]
    learned = [Learned(name, Fingerprint(f"m:{name}", (codes or {}).get(name, "d"))) for name in names]
    status = Status.FAILED if isinstance(result, Exception) else Status.SUCCESS
    opened = Opened(id, "main", Mode.RUN, 0, Launch(), "p", 0)
    folded = fold([opened, *learned, *events, Ended(99, status)])
    assert folded is not None
    return folded


def outcome(result: object) -> Returned | Raised:
    """How a call ended that gave *result*: an exception was raised, anything else returned."""
    if isinstance(result, Exception):
        return Raised(Failure(type(result).__name__, str(result), capture(result)))
    return Returned(capture(result))
