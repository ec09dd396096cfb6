"""What the program keeps: the objects in its globals, by identity."""

from pathlib import Path
from typing import Any

from flight_recorder.codec.capture import CaptureSettings, capture_parts
from flight_recorder.config import Project
from flight_recorder.fingerprint.places import Place
from flight_recorder.record.keeping import Keeper
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


class Counting(dict[str, Any]):
    """A namespace that counts how often a name is looked up in it."""

    reads = 0

    def get(self, name: str, default: Any = None) -> Any:
        if name != "__name__":
            self.reads += 1
        return super().get(name, default)


def test_a_place_is_looked_at_once_for_an_outcome_however_many_of_its_parts_are_in_it() -> None:
    rows = [[number] for number in range(50)]
    names = Counting(__name__="shop", ROWS=rows)
    keeper = Keeper(CaptureSettings())
    keeper.add([Place("global ROWS", names, "ROWS")])
    _, parts = capture_parts(rows, CaptureSettings())
    keeper.kept([parts])  # the first look
    before = names.reads

    assert len(keeper.kept([parts])) == 51
    assert names.reads - before == 1


def test_a_place_that_is_known_already_makes_nobody_look_at_the_others_again() -> None:
    rows = [[1], [2]]
    names = Counting(__name__="shop", ROWS=rows, OTHERS=[[3]])
    keeper = Keeper(CaptureSettings())
    keeper.add([Place("global ROWS", names, "ROWS"), Place("global OTHERS", names, "OTHERS")])
    _, parts = capture_parts(rows, CaptureSettings())
    keeper.kept([parts])
    before = names.reads

    keeper.add([Place("global OTHERS", names, "OTHERS")])

    assert len(keeper.kept([parts])) == 3
    assert names.reads - before == 1
