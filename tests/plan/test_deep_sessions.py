"""Sessions that nest deeper than Python's own stack."""

from flight_recorder.model.event import Ended, Event, Finished, Opened, Started
from flight_recorder.model.fold import fold
from flight_recorder.model.session import Launch, Mode, Status
from flight_recorder.model.step import Returned
from flight_recorder.model.value import Value

DEPTH = 5_000


def test_all_that_lies_under_a_step_is_found_however_deep_it_nests() -> None:
    events: list[Event] = [Opened("a", "s", Mode.RUN, 0, Launch(), "p", 0)]
    events += [Started(id, id - 1 or None, id, "s", "m:s", {}) for id in range(1, DEPTH + 1)]
    events += [Finished(id, DEPTH, Returned(Value(b"1"))) for id in range(DEPTH, 0, -1)]
    session = fold([*events, Ended(DEPTH, Status.SUCCESS)])

    assert session is not None
    assert session.root is not None
    assert [step.id for step in session.under(session.root)] == list(range(2, DEPTH + 1))
    assert sum(1 for _ in session.ancestors(session.steps[DEPTH])) == DEPTH - 1
