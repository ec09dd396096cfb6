"""The disk is full, at whatever moment: the program runs on, and what was recorded before can be read."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.conftest import Tries
from tests.faults.kit import Limits, Servers, Trial, ends_alike, finished, mostly_long
from tests.faults.worlds import CAN_MOUNT, CANNOT_MOUNT, World, world

PROGRAM = """
@fr.register("step")
def step(n, load):
    return n

@fr.register("main")
def main(label):
    for n in range(40):
        say(step(n, "x" * int(sys.argv[2])))

fr.run(main, sys.argv[1])
"""

CHECKED = "afterwards: all earlier sessions are there, and of this one the steps before, without a gap"
needs_mount = pytest.mark.skipif(not CAN_MOUNT, reason=CANNOT_MOUNT)


@pytest.fixture(scope="module")
def only_world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all: a server takes longer to start than what is done with it."""
    with world(servers, tmp_path_factory.mktemp("small") / "project", "2m") as made:
        made.write(PROGRAM)
        yield made


@pytest.fixture
def small(only_world: World) -> Iterator[World]:
    """A world of 2 MB, with nothing recorded."""
    yield only_world
    only_world.empty()
    only_world.remount("size=2m")


@needs_mount
@pytest.mark.fault("disk full in mid-run (tmpfs)", CHECKED, short=1, share=0.003)
def test_a_disk_that_becomes_full_costs_one_warning(small: World, tries: Tries) -> None:
    chance = random.Random(5)
    for _ in tries:
        small.record("before", "10")
        small.leave_free(400)
        load = str(chance.randint(15_000, 100_000))

        ends_alike(small.bare("full", load), small.record("full", load), warnings=1)

        small.delete_filler()
        small.remount("size=32m")
        before, full = small.sessions()
        assert len(finished(before, "step")) == 40
        assert 0 < len(unbroken(full)) < 40
        small.empty()
        small.remount("size=2m")


@needs_mount
@pytest.mark.parametrize("kilobytes", mostly_long([0, 4, 8, 16, 32, 64, 128, 256], 0, 16, 128))
@pytest.mark.fault("store on a full tmpfs", CHECKED)
def test_a_store_on_a_full_disk_costs_one_warning(small: World, kilobytes: int) -> None:
    """What is left decides where it fails: at the journal's first byte, at some event, or when the store takes it."""
    small.record("before", "10")
    small.leave_free(kilobytes)

    ends_alike(small.bare("full", "1000"), recorded := small.record("full", "1000"), warnings=1)

    small.delete_filler()
    small.remount("size=32m")
    before, *full = small.sessions()
    assert len(finished(before, "step")) == 40
    is_whole = not recorded.warnings or "stays in its journal" in recorded.warnings[0]
    assert len(full) == 1 or (not full and not is_whole)
    assert not is_whole or len(unbroken(full[0])) == 40


@needs_mount
@pytest.mark.fault("reading on a full tmpfs", "`list`, `show` and `debug` give the earlier sessions")
def test_what_was_recorded_before_can_be_read_while_the_disk_is_full(small: World) -> None:
    small.record("before", "10")
    small.leave_free(0)

    assert len(finished(small.session(), "step")) == 40


@pytest.mark.parametrize("size", mostly_long([0, 100, 5_000, 20_000, 100_000, 300_000], 100, 20_000))
@pytest.mark.fault("files may not grow (RLIMIT_FSIZE)", CHECKED)
def test_a_file_that_may_not_grow_costs_one_warning(trial: Trial, size: int) -> None:
    trial.write(PROGRAM.replace("say(step(", "(step("))  # what it prints goes to a file, too
    trial.record("before", "10")
    limits = Limits(file_size=size)

    ends_alike(trial.bare("full", "9000", limits=limits), trial.record("full", "9000", limits=limits), warnings=1)

    before, *full = trial.sessions()
    assert len(finished(before, "step")) == 40
    for session in full:
        unbroken(session)


def unbroken(session: Any) -> list[int]:
    """Return the numbers of the steps that are there, which are those from 0 on."""
    numbers = [inputs["n"] for inputs in finished(session, "step")]
    assert numbers == list(range(len(numbers)))
    return numbers
