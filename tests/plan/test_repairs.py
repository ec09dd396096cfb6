"""Which repairs are due."""

import pytest
from msgspec.structs import replace

from flight_recorder.model.checkup import Checkup, Health
from flight_recorder.plan.repairs import Action, Repair, is_well, repairs
from tests.render.made_checkups import DAMAGED, WELL


def actions(checkup: Checkup) -> list[Action]:
    return [repair.action for repair in repairs(checkup)]


def with_store(**fields: object) -> Checkup:
    return replace(WELL, store=replace(WELL.store, **fields))  # type: ignore[arg-type]


def test_what_is_well_needs_no_repair() -> None:
    assert (is_well(WELL), repairs(WELL)) == (True, ())


def test_repairs_come_in_the_order_in_which_one_needs_the_other() -> None:
    assert actions(DAMAGED) == [Action.CLOSE, Action.SALVAGE, Action.DRAIN, Action.SET_ASIDE]
    assert repairs(DAMAGED)[3] == Repair(Action.SET_ASIDE, ("165c36bd-3.journal",))


@pytest.mark.parametrize("health", [Health.NEWER, Health.FOREIGN, Health.UNUSABLE])
def test_beside_a_store_that_is_not_ours_to_write_journals_stay(health: Health) -> None:
    checkup = replace(DAMAGED, store=replace(DAMAGED.store, health=health))

    assert actions(checkup) == [Action.CLOSE, Action.CLEAR]
    assert not is_well(checkup)


def test_the_recording_of_another_user_is_not_repaired() -> None:
    assert repairs(replace(DAMAGED, folder=replace(DAMAGED.folder, owner="alice"))) == ()


def test_where_nothing_can_be_written_modes_can_still_be_set() -> None:
    assert actions(replace(DAMAGED, folder=replace(DAMAGED.folder, is_writable=False))) == [Action.CLOSE]


@pytest.mark.parametrize(
    ("size", "free", "orphan_bytes", "expected"),
    [
        (10 << 20, 1 << 20, 0, []),  # a tenth
        (2 << 20, 900_000, 0, []),  # less than a megabyte
        (4 << 20, 1 << 20, 0, [Action.COMPACT]),
        (4 << 20, 1 << 19, 1 << 19, [Action.SWEEP, Action.COMPACT]),
        (10 << 20, 0, 1 << 20, [Action.SWEEP]),
    ],
)
def test_a_store_is_compacted_when_it_pays(size: int, free: int, orphan_bytes: int, expected: list[Action]) -> None:
    checkup = with_store(bytes=size, free_bytes=free, orphans=int(orphan_bytes > 0), orphan_bytes=orphan_bytes)

    assert actions(checkup) == expected
    assert is_well(checkup) is (expected == [])


def test_what_a_killed_repair_left_is_cleared_away() -> None:
    checkup = replace(WELL, folder=replace(WELL.folder, has_remains=True))

    assert repairs(checkup) == (Repair(Action.CLEAR, ("store.new",)),)
