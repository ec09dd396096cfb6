"""SIGKILL at random instants: all that the program knows to have happened is there, and nothing that did not."""

import random
from collections import defaultdict
from typing import Any

import pytest

from tests.faults.conftest import Tries
from tests.faults.kit import Limits, Ran, Trial, finished

# Each line that a program prints is said after the step returned. Now and then one is long, so that a kill may fall
# into the middle of what is written for it.
STEPS = """
@fr.register("step")
def step(who, n, load):
    return n

def load_of(n):
    return "x" * (100_000 if n % 20 == 19 else n)
"""

THREADS = f"""{STEPS}
from threading import Thread

def work(who):
    for n in range(30):
        step(who, n, load_of(n))
        say(who, n)

@fr.register("main")
def main(number):
    threads = [Thread(target=work, args=(who,)) for who in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

fr.run(main, int(sys.argv[1]))
"""

TASKS = f"""{STEPS}
import asyncio

@fr.register("worker")
async def worker(who):
    for n in range(30):
        step(who, n, load_of(n))
        say(who, n)
        await asyncio.sleep(0)

@fr.register("main")
async def main(number):
    await asyncio.gather(*(worker(who) for who in range(3)))

asyncio.run(fr.run(main, int(sys.argv[1])))
"""

TRACED = f"""{STEPS}
def work(who):
    for n in range(60):
        step(who, n, load_of(n))
        say(who, n)

def main(number):
    work(0)

with fr.trace():
    main(int(sys.argv[1]))
"""

WRITERS = 3
BATCH = (
    10  # sessions in one store: each program that ends also moves the journals of those that were killed before it
)
CHECKED = "every step that had returned is there; nothing else but what was in flight"


@pytest.mark.fault("SIGKILL at random instants, threads", CHECKED, short=50, share=0.5)
def test_threads_that_are_killed_leave_every_step_that_returned(trial: Trial, tries: Tries) -> None:
    assert kill_often(trial, tries, THREADS) > 0


@pytest.mark.fault("SIGKILL at random instants, asyncio", CHECKED, short=40, share=0.4)
def test_tasks_that_are_killed_leave_every_step_that_returned(trial: Trial, tries: Tries) -> None:
    assert kill_often(trial, tries, TASKS) > 0


@pytest.mark.fault("SIGKILL at random instants, `fr.trace()`", CHECKED, short=10, share=0.1)
def test_a_traced_program_that_is_killed_leaves_every_call_that_returned(trial: Trial, tries: Tries) -> None:
    kill_often(trial, tries, TRACED)


def kill_often(trial: Trial, tries: Tries, source: str) -> int:
    """Kill *source* as often as *tries* says, and check what is left; return how often it was in mid-session."""
    chance = random.Random(tries.number)
    trial.write(source)
    spent = 1.1 * how_long(trial)
    batch: dict[int, Ran] = {}
    midway = 0
    for number in tries:
        # Half of them at any moment of its life, half while its steps run.
        limits = Limits(kill_after=chance.uniform(0, spent / (1 + number % 2 * 4)), after_output=number % 2 == 1)
        batch[number] = trial.record(str(number), limits=limits)
        if len(batch) == BATCH or number == tries.number - 1:
            midway += check(trial, batch)
            batch.clear()
            trial.start_afresh()
    return midway


def how_long(trial: Trial) -> float:
    """Return the seconds that the program takes when nothing happens to it, the longest of three."""
    took = max(trial.record(str(number)).seconds for number in range(3))
    trial.start_afresh()
    return took


def check(trial: Trial, batch: dict[int, Ran]) -> int:
    """Check what is left of each program of *batch*; return how many were killed in mid-session."""
    sessions = {number_of(session): session for session in trial.sessions()}
    midway = 0
    for number, ran in batch.items():
        assert ran.status in (0, -9)
        assert (ran.stderr, ran.warnings) == ("", [])
        said = [tuple(map(int, line.split())) for line in ran.stdout.splitlines()]
        if number not in sessions:
            assert not said, number
            continue
        steps = [(step["who"], step["n"]) for step in finished(sessions[number], "step")]
        assert_holds(said, steps)
        status = sessions[number]["session"]["status"]
        assert status == "success" or ran.status == -9
        midway += bool(said) and status == "unfinished"
    return midway


def assert_holds(said: list[Any], steps: list[Any]) -> None:
    """Assert that *steps* are those that were said, and at most one more of each writer: the next."""
    missing = set(said) - set(steps)
    assert not missing, sorted(missing)
    counts: defaultdict[int, int] = defaultdict(int)
    for who, n in sorted(steps):
        assert n == counts[who]
        counts[who] += 1
    assert len(steps) - len(said) <= WRITERS


def number_of(session: Any) -> int:
    """Return which try the session is of; -1 when it was killed before a step told."""
    return next((int(step["inputs"]["number"]) for step in session["steps"] if "number" in step["inputs"]), -1)
