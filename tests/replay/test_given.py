"""What stands in the class of an object that a step is given counts where the step may read it, in real processes."""

import pytest

from tests.kit import Project

MODELS = """
import enum
from dataclasses import dataclass, field
from pydantic import BaseModel, ConfigDict

class Base:
    RATE = 2

@dataclass
class Order(Base):
    n: int
    size: int = 11
    LIMIT = 5
    TABLE = {"a": 21}
    UNREAD = 31

    def unread(self):
        return 41

class Model(BaseModel):
    model_config = ConfigDict(extra="ignore")
    n: int = 1

class Colour(enum.Enum):
    RED = 1

class Other(Order):
    LIMIT = 6
"""

PROGRAM = """
import models

@fr.register("base")
def base(order):
    ran("base")
    return order.n * order.RATE

@fr.register("nested")
def nested(orders):
    ran("nested")
    return orders[0]["x"].LIMIT

def of_helper(order):
    return order.TABLE["a"]

@fr.register("helper")
def helper(order):
    ran("helper")
    return of_helper(order)

@fr.register("any name")
def any_name(order, name):
    ran("any name")
    return getattr(order, name)

@fr.register("state")
def state(order):
    ran("state")
    return order.n + order.size

@fr.register("library")
def library(model):
    ran("library")
    return model.model_dump()

@fr.register("make")
def make(n):
    ran("make")
    return models.Order(n)

@fr.register("taken")
def taken(n):
    ran("taken")
    return make(n).LIMIT

@fr.register("pipeline")
def pipeline(order, model, other):
    ran("pipeline")
    return [base(order), nested([{"x": order}]), helper(order), any_name(order, "LIMIT"), state(order),
            library(model), taken(3), nested([{"x": other}])]

if __name__ == "__main__":
    print(fr.run(pipeline, models.Order(1), models.Model(), models.Other(2)))
"""

SESSION: list[str] = []  # the id of the recording
STEPS = ["base", "nested", "helper", "any name", "state", "library", "taken", "make", "nested"]

EDITS = [
    ("RATE = 2", "RATE = 3", "base, any name, make", ".RATE 2 -> 3"),
    ("LIMIT = 5", "LIMIT = 7", "nested, any name, taken, make", "LIMIT 5 -> 7"),
    ("LIMIT = 6", "LIMIT = 8", "nested", "Other.LIMIT 6 -> 8"),
    ('"a": 21', '"a": 22', "helper, any name, make", "TABLE {'a': 21} -> {'a': 22}"),
    ("UNREAD = 31", "UNREAD = 32", "any name, make", "UNREAD 31 -> 32"),
    ('extra="ignore"', 'extra="forbid"', "library", "Model.model_config"),
    ("size: int = 11", "size: int = 12", "make", "Order.size 11 -> 12"),
    ("return 41", "return 42", "make", "helper Order.unread in models.py:"),
    ("RED = 1", "RED = 2", "", ""),
    ("class Base:", "class Base:\n    MORE = 1", "any name, make", ".MORE"),
]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("given"))
    project.write("models.py", MODELS, prelude=False)
    project.write("program.py", PROGRAM)
    recording = project.record()
    assert recording.ran == ["pipeline", *STEPS], recording.stderr
    SESSION[:] = [project.sessions()[0]["id"]]
    return project


@pytest.mark.parametrize(("old", "new", "ran", "said"), EDITS, ids=[old for old, *_ in EDITS])
def test_an_edit_in_the_class_runs_the_steps_that_may_read_it(
    recorded: Project, old: str, new: str, ran: str, said: str
) -> None:
    recorded.edit("models.py", old, new)

    plan = recorded.command("replay", SESSION[0], "--dry-run", "--json").json["steps"]

    recorded.edit("models.py", new, old)
    running = [one for one in plan if one["decision"] == "rerun" and one["reason"] == "code changed"]
    assert {one["name"] for one in running} - {"pipeline"} == set(filter(None, ran.split(", ")))
    assert all(said in one["detail"] for one in running), running


def test_the_result_is_that_of_running_it_afresh(recorded: Project) -> None:
    recorded.edit("models.py", "RATE = 2", "RATE = 3")
    recorded.edit("models.py", "LIMIT = 6", "LIMIT = 8")

    replay = recorded.replay(session=SESSION[0])
    again = recorded.replay(session=replay.json["session"])
    fresh = recorded.record()

    recorded.edit("models.py", "RATE = 3", "RATE = 2")
    recorded.edit("models.py", "LIMIT = 8", "LIMIT = 6")
    assert replay.ran == ["pipeline", "base", "any name", "taken", "make", "nested"]
    assert again.ran == []
    assert str(replay.json["result"]) == fresh.stdout.strip()
