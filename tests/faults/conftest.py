"""Fixtures of the fault tests. `make faults` sets FAULTS_LONG to how often a try that is cheap is made."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.kit import Server, Servers, Trial

LONG = int(os.environ.get("FAULTS_LONG", "0"))


class Tries:
    """How often a fault is tried: iterate, and each round that ends is one that held."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.begun = self.held = 0

    def __iter__(self) -> Iterator[int]:
        for number in range(self.number):
            self.begun += 1
            yield number
            self.held += 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is left to the long form."""
    left_out = [] if LONG else [item for item in items if item.get_closest_marker("only_long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("only_long")]


@pytest.fixture
def is_long() -> bool:
    """Whether this is the long form."""
    return LONG > 0


@pytest.fixture(autouse=True)
def tries(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Iterator[Tries]:
    """The tries that the mark `fault` asks for. A test that does not iterate over them is one try itself."""
    mark = request.node.get_closest_marker("fault")
    if mark is None:
        yield Tries(1)
        return
    fault, checked = mark.args
    short, share = mark.kwargs.get("short", 1), mark.kwargs.get("share", 0)
    counted = Tries(max(1, round(LONG * share)) if LONG and share else short)
    yield counted
    record_property("fault", [fault, checked, counted.begun, counted.held])


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """What runs programs without and with Flight Recorder."""
    both = Servers(Server("bare"), Server("recorded"))
    yield both
    both.bare.close()
    both.recorded.close()


@pytest.fixture
def trial(servers: Servers, tmp_path: Path) -> Trial:
    """A folder for a program."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Trial(servers, folder)
