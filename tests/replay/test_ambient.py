"""The time, random numbers and new ids are given to a step that runs again as they were, where that is asked for."""

import pytest

from tests.kit import Project

STEPS = """
import random, time, uuid
from datetime import date, datetime, timezone
from random import choice
from uuid import uuid4

@fr.register
def stamp(label):
    ran("stamp")
    found = [datetime.now(timezone.utc), datetime.now(), datetime.today(), date.today(), time.time(), time.time_ns()]
    order = list("abcdefgh")
    random.shuffle(order)
    found += [random.random(), random.random(), choice(order), order, uuid4(), uuid.uuid4(), uuid.uuid1()]
    return found

@fr.register
def send(found):
    ran("send")
    return [str(one) for one in found]

@fr.register
def finish(sent):
    ran("finish")
    return sent["x"]

@fr.register
def main():
    return finish(send(stamp("now")))
"""
OPTED = 'fr = FlightRecorder(boundaries=["clock", "random", "uuid"])\n'
START = '\nif __name__ == "__main__":\n    print(fr.run(main))\n'


def failed(project: Project, opted: str = OPTED) -> Project:
    project.write("program.py", opted + STEPS + START)
    assert project.record().status == 1
    project.edit("program.py", 'return sent["x"]', "return len(sent)")
    return project


def edited(project: Project) -> Project:
    """Make `stamp` other code that gives the same."""
    project.edit("program.py", "return found\n", "return list(found)\n")
    return project


def test_a_step_that_runs_again_gets_the_recorded_ones_so_that_what_it_feeds_is_served(project: Project) -> None:
    edited(failed(project))

    replayed = project.replay()

    assert replayed.json["result"] == 13
    assert replayed.ran == ["stamp", "finish"]
    assert project.show()["steps"][3]["name"] == "datetime.now"


def test_nothing_of_it_is_recorded_where_nobody_asks(project: Project) -> None:
    edited(failed(project, opted=""))

    replayed = project.replay()

    assert replayed.ran == ["stamp", "send", "finish"]
    assert {step["kind"] for step in project.show()["steps"]} == {"function"}


def test_whether_it_is_asked_for_makes_no_step_another(project: Project) -> None:
    failed(project, opted="")
    text = (project.folder / "program.py").read_text()
    project.edit("program.py", text[: text.index("import random")], text[: text.index("import random")] + OPTED)

    replayed = project.replay()

    assert replayed.ran == ["finish"]
    assert replayed.json["result"] == 13


def test_they_are_real_again_when_a_replay_is_live_and_no_request_when_it_is_offline(project: Project) -> None:
    edited(failed(project))
    assert project.replay("--live").ran == ["stamp", "send", "finish"]

    project.edit("program.py", 'order = list("abcdefgh")', 'order = list("abcdefgh" + str(time.time()))')
    replayed = project.replay("--offline")

    assert replayed.status == 0
    assert replayed.ran == ["stamp", "send", "finish"]


def test_a_whole_program_without_a_change_in_it(project: Project) -> None:
    source = STEPS.replace("@fr.register\n", "").replace('ran("', 'print("ran ')
    project.write("program.py", source + "\nprint(datetime.now(), main())\n", prelude=False)
    chosen = [word for kind in ("clock", "random", "uuid") for word in ("--boundary", kind)]
    assert project.command("run", *chosen, "program.py").status == 1
    project.edit("program.py", 'return sent["x"]', "return len(sent)")
    edited(project)

    replayed = project.command("replay", "last", "--yes")

    assert replayed.status == 0, replayed.stderr
    assert "ran stamp" in replayed.stdout
    assert "ran send" not in replayed.stdout


def test_an_unknown_kind_is_told(project: Project) -> None:
    project.write("program.py", 'fr = FlightRecorder(boundaries="time")\n')
    assert "ValueError: boundaries are 'clock', 'random', 'uuid', not 'time'" in project.record().stderr

    refused = project.command("run", "--boundary", "time", "program.py")
    assert refused.status == 2
    assert "'time'" in refused.stderr


AS_EVER = """
import datetime, pickle, random, time, uuid

class Mine(datetime.datetime):
    pass

def check():
    assert type(Mine.now()) is Mine and type(Mine.today()) is Mine
    assert type(datetime.datetime.now()) is datetime.datetime and type(datetime.date.today()) is datetime.date
    assert pickle.loads(pickle.dumps(time.time)) is time.time and pickle.loads(pickle.dumps(uuid.uuid4)) is uuid.uuid4
    assert abs(datetime.datetime.now().timestamp() - time.time()) < 5
    random.seed(7)
    first = [random.random(), random.randint(1, 9)]
    random.seed(7)
    assert first == [random.random(), random.randint(1, 9)] == [random.Random(7).random(), first[1]]
    for wrong in (lambda: random.choice([]), lambda: datetime.datetime.now(3), lambda: time.time(1)):
        try:
            wrong()
        except Exception as error:
            yield type(error).__name__, str(error)

def found():
    of_classes = vars(datetime.datetime)["now"], vars(datetime.date)["today"]
    return *of_classes, time.time, random.random, random.choice, uuid.uuid4

before = found()
bare = list(check())

@fr.register
def main():
    return list(check())

assert fr.run(main) == bare
assert before == found()
assert "now" not in vars(Mine) and type(datetime.datetime.now()) is datetime.datetime
"""


def test_they_are_what_they_were_in_a_session_and_after_it(project: Project) -> None:
    project.write("program.py", OPTED + AS_EVER)

    done = project.record()

    assert (done.status, done.stderr) == (0, "")


@pytest.mark.parametrize("calls", [5_000])
def test_one_that_is_asked_for_thousands_of_times_gets_hot(project: Project, calls: int) -> None:
    project.write(
        "program.py",
        OPTED
        + f"""
import time

@fr.register
def wait():
    return len([time.time() for _ in range({calls})])

@fr.register
def finish(count):
    return count["x"]

@fr.register
def main():
    return finish(wait())

fr.run(main)
""",
    )
    assert project.record().status == 1
    shown = project.show()
    assert len(shown["steps"]) < 1_500
    assert [one["name"] for one in shown["hot"]] == ["time.time"]
    project.edit("program.py", 'count["x"]', "count")
    project.edit("program.py", "len([", "sum([1 for _ in ([")
    project.edit("program.py", f"range({calls})]", f"range({calls})])]")

    assert project.replay().json["result"] == calls
