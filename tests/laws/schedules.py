"""Schedules: each number stands for a fan-out, recorded under one schedule and replayed under another."""

from dataclasses import dataclass

from tests.laws.choices import random_choices
from tests.laws.fan_outs import FanOut, fan_out, problems
from tests.laws.workers import servers_here


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What came of the fan-out *number*."""

    number: int
    fan_out: FanOut
    problems: list[str]


def scheduled(number: int) -> Scheduled:
    """Return what came of the fan-out *number*."""
    one = fan_out(random_choices(number))
    return Scheduled(number, one, problems(one, servers_here()))
