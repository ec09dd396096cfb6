"""The laws of replay on random programs whose steps share state: arguments, globals, handles. docs/laws.md"""

from tests.laws.features import IMPURE, SEQUENTIAL
from tests.laws.model import Feature
from tests.laws.processes import Servers
from tests.laws.strategies import check


def test_the_laws_hold_where_steps_change_what_they_are_given(servers: Servers) -> None:
    check(servers, SEQUENTIAL | {Feature.MUTATION, Feature.ALIASES}, 30)


def test_the_laws_hold_where_steps_share_what_is_not_given(servers: Servers) -> None:
    check(servers, SEQUENTIAL | IMPURE, 30)
