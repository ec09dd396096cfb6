"""The laws of replay on random sequential programs and edits. docs/laws.md"""

from tests.laws.features import SEQUENTIAL, WORLD
from tests.laws.processes import Servers
from tests.laws.strategies import check


def test_the_laws_hold_for_sequential_programs(servers: Servers) -> None:
    check(servers, SEQUENTIAL, 80)


def test_the_laws_hold_where_the_world_answers_differently_each_time(servers: Servers) -> None:
    check(servers, SEQUENTIAL | WORLD, 40)
