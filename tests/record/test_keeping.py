"""What the program keeps: the objects in its globals, by identity."""

from pathlib import Path

from flight_recorder.codec.capture import capture_parts
from flight_recorder.config import Project
from flight_recorder.fingerprint.places import Place
from flight_recorder.record.learning import Learner

RATE = [6]


def rated(n: int) -> int:
    """Read and change a global."""
    global RATE
    RATE = [*RATE, n]
    return n


def test_a_function_that_is_looked_at_may_bring_places_with_it() -> None:
    learner = Learner(Project(str(Path(__file__).parent)))
    learner.keeper.add([Place("global TABLE", {"__name__": "shop", "TABLE": [rated]}, "TABLE")])

    found = learner.keeper.kept([capture_parts(RATE, learner.settings)[1]])

    assert [(name, number) for _, name, number in found] == [(f"{__name__}.RATE", 0)]
