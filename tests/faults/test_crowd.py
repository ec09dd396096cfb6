"""Eight processes write and two read at once: nobody waits in vain, nothing is lost, nothing is read that is not."""

import json
import threading
from pathlib import Path

import pytest

from tests.faults.kit import Limits, Server, Servers, Trial, finished

WRITERS = 8
READERS = 2
STEPS = 10
SECONDS = 2  # 60 in the long form

# Each child records one session after the other, and now and then moves them into the store at once.
PROGRAM = f"""
import time

@fr.register("step")
def step(who, n):
    return n

@fr.register("main")
def main(who, number):
    for n in range({STEPS}):
        step(who, n)

children = []
until = time.monotonic() + float(sys.argv[1])
for who in range({WRITERS}):
    child = os.fork()
    if child == 0:
        number = 0
        while time.monotonic() < until:
            fr.run(main, who, number)
            say(who, number)
            number += 1
            if number % 5 == 0:
                fr.close()
        sys.exit()
    children.append(child)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""


class Reader(threading.Thread):
    """Reads what is there, over and over, by commands in processes of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._server = Server("recorded")
        self._trial = Trial(Servers(self._server, self._server), folder)
        self.is_over = False
        self.counts: list[int] = []
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.is_over:
                self._look()
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            self.problem = error
        finally:
            self._server.close()

    def _look(self) -> None:
        listed = self._trial.read("list", "--limit", "1000000")["sessions"]
        self.counts.append(len(listed))
        if listed:
            shown = self._trial.read("show", listed[0]["id"])
            assert len(shown["steps"]) >= listed[0]["steps"]


@pytest.mark.fault(
    f"{WRITERS} processes writing, {READERS} reading at once", "no session is lost, no command fails, no warning"
)
def test_a_crowd_of_writers_and_readers_loses_nothing(trial: Trial, is_long: bool) -> None:
    trial.write(PROGRAM)
    trial.home.mkdir()
    readers = [Reader(trial.folder) for _ in range(READERS)]
    for reader in readers:
        reader.start()

    ran = trial.record(str(60 if is_long else SECONDS), limits=Limits(seconds=300))
    for reader in readers:
        reader.is_over = True
        reader.join()

    assert (ran.status, ran.stderr, ran.warnings) == (0, "", [])
    assert [reader.problem for reader in readers] == [None] * READERS
    assert all(counts == sorted(counts) for counts in (reader.counts for reader in readers))
    listed = trial.read("list", "--limit", "1000000")["sessions"]
    assert len(listed) == len(ran.stdout.splitlines()) > WRITERS
    assert {(one["status"], one["steps"]) for one in listed} == {("success", STEPS + 1)}
    some = [trial.read("show", one["id"]) for one in listed[:: max(1, len(listed) // 20)]]
    assert all(len(finished(session, "step")) == STEPS for session in some)
    told = {json.dumps([session["steps"][0]["inputs"][name] for name in ("who", "number")]) for session in some}
    assert len(told) == len(some)
