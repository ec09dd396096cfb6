"""The laws of replay on random programs with tasks and threads. docs/laws.md"""

from tests.laws.features import CONCURRENT, SEQUENTIAL, WORLD
from tests.laws.model import Feature
from tests.laws.processes import Servers
from tests.laws.strategies import check


def test_the_laws_hold_for_programs_with_tasks(servers: Servers) -> None:
    check(servers, SEQUENTIAL | {Feature.ASYNC}, 60)


def test_the_laws_hold_for_programs_with_tasks_and_threads(servers: Servers) -> None:
    check(servers, SEQUENTIAL | CONCURRENT | WORLD, 60)
