"""What places are called: the same in every session, whoever names them."""

from types import CellType

import pytest

from flight_recorder.fingerprint.places import Place, told_apart

SHOP = {"__name__": "shop", "TABLE": {}}
STEPS = {"__name__": "steps", "TABLE": {}}


@pytest.mark.parametrize("named", ["global TABLE", "global shop.TABLE"])
def test_a_global_of_another_module_is_called_by_that(named: str) -> None:
    place = Place(named, SHOP, "TABLE")

    assert [one.label for one in told_apart([place], STEPS)] == ["global shop.TABLE"]


@pytest.mark.parametrize("named", ["global TABLE", "global steps.TABLE"])
def test_a_global_of_the_steps_own_module_goes_without(named: str) -> None:
    both = [Place(named, STEPS, "TABLE"), Place("global TABLE", SHOP, "TABLE")]

    assert [one.label for one in told_apart(both, STEPS)] == ["global TABLE", "global shop.TABLE"]


def test_cells_of_one_name_are_numbered() -> None:
    cells = [Place("closure made.total", CellType(n), "total") for n in range(2)]

    assert [one.label for one in told_apart(cells, STEPS)] == ["closure made.total", "closure made.total #2"]
