"""Fan-outs that are recorded under one schedule, and replayed under another. docs/laws.md"""

import pytest

from tests.laws.choices import random_choices
from tests.laws.fan_outs import fan_out, problems
from tests.laws.processes import Servers


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_every_task_gets_its_own_answers_under_any_schedule(servers: Servers, first: int) -> None:
    for number in range(first, first + 20):
        one = fan_out(random_choices(number))
        assert problems(one, servers) == [], one
