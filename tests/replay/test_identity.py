"""What a served step did to its caller's objects, and which of them it gave back, in real processes."""

import pytest

from tests.kit import Project

HEAD = """
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass
import threading

FAIL = True

def seen(*objects):
    print("|", *objects)

"""

# Steps, and what the entry does with them. Every one changes, keeps or gives back objects of its caller's.
PROGRAMS = {
    "a list that grows": """
        @fr.register("step")
        def step(items):
            ran("step")
            items.append(len(items))
            return len(items)

        def body():
            items = [7]
            kept = items
            step(items), step(items)
            seen(items, kept is items)
    """,
    "a list that is given back": """
        @fr.register("step")
        def step(items):
            ran("step")
            items.append(1)
            return items

        def body():
            items = []
            back = step(items)
            back.append(2)
            seen(items, back is items)
    """,
    "a part that is given back": """
        @fr.register("step")
        def step(page):
            ran("step")
            return {"rows": page["rows"], "copy": list(page["rows"])}

        def body():
            page = {"rows": [1, 2]}
            back = step(page)
            back["rows"].append(3)
            seen(page, back, back["rows"] is page["rows"], back["copy"] is page["rows"])
    """,
    "a part that is taken out and changed": """
        @fr.register("step")
        def step(page):
            ran("step")
            part = page.pop("part")
            part["n"] = 2
            return part

        def body():
            part = {"n": 1}
            back = step({"part": part})
            seen(part, back is part)
    """,
    "one object twice in a result": """
        @fr.register("step")
        def step(n):
            ran("step")
            one = [n]
            return {"a": one, "b": one, "c": [n]}

        def body():
            back = step(1)
            back["a"].append(2)
            seen(back, back["a"] is back["b"], back["a"] is back["c"])
    """,
    "a new object in an argument and in the result": """
        @fr.register("step")
        def step(todo):
            ran("step")
            new = {"id": len(todo)}
            todo.append(new)
            return new

        def body():
            todo = [{"id": 0}]
            new = step(todo)
            new["done"] = True
            seen(todo, new is todo[1])
    """,
    "items that are sorted": """
        @fr.register("step")
        def step(rows):
            ran("step")
            rows.sort(key=lambda row: row["n"])

        def body():
            rows = [{"n": 3}, {"n": 1}]
            first = rows[0]
            step(rows)
            first["was"] = "first"
            seen(rows, rows[1] is first)
    """,
    "two arguments, one put into the other": """
        @fr.register("step")
        def step(parent, child):
            ran("step")
            parent["child"] = child

        def body():
            parent, child = {}, {"n": 1}
            step(parent, child)
            child["n"] = 2
            seen(parent)
    """,
    "a dataclass": """
        @dataclass
        class Order:
            total: int
            lines: list

        @fr.register("step")
        def step(order):
            ran("step")
            order.total += 5
            order.lines.append("tax")

        def body():
            order = Order(10, ["book"])
            lines = order.lines
            step(order)
            seen(order, lines is order.lines)
    """,
    "an ordinary instance with a lock": """
        class Counter:
            def __init__(self):
                self.count = 0
                self.seen = {}

            @fr.register("step")
            def step(self, by):
                ran("step")
                self.count += by
                self.seen[by] = self.count
                return self

        def body():
            counter = Counter()
            back = counter.step(3)
            seen(counter.count, counter.seen, back is counter)
    """,
    "an attribute that is taken away, and slots": """
        class Slotted:
            __slots__ = ("a", "b")

        @fr.register("step")
        def step(slotted, namespace):
            ran("step")
            del slotted.a
            slotted.b = [1]
            del namespace.x

        def body():
            slotted, namespace = Slotted(), threading.local.__class__("N", (), {})()
            slotted.a = 1
            namespace.x = 1
            step(slotted, namespace)
            seen(hasattr(slotted, "a"), slotted.b, vars(namespace))
    """,
    "containers of every kind": """
        @fr.register("step")
        def step(values):
            ran("step")
            values["set"].add(3)
            values["deque"].appendleft(0)
            values["bytes"].extend(b"!")
            values["default"]["x"].append(1)
            values["ordered"].move_to_end("a")

        def body():
            values = {
                "set": {1, 2}, "deque": deque([1], maxlen=5), "bytes": bytearray(b"hi"),
                "default": defaultdict(list), "ordered": OrderedDict(a=1, b=2),
            }
            before = list(values.values())
            step(values)
            seen(values, all(one is other for one, other in zip(before, values.values())))
    """,
    "a change, and then an error that is handled": """
        @fr.register("step")
        def step(log):
            ran("step")
            log.append("tried")
            raise KeyError("no")

        def body():
            log = []
            for _ in range(2):
                try:
                    step(log)
                except KeyError:
                    pass
            seen(log)
    """,
    "a cycle": """
        @fr.register("step")
        def step(node):
            ran("step")
            node["self"] = node

        def body():
            node = {}
            step(node)
            seen(node["self"] is node)
    """,
    "steps in a step": """
        @fr.register("inner")
        def inner(items):
            ran("inner")
            items.append(len(items))

        @fr.register("step")
        def step(items):
            ran("step")
            inner(items)
            inner(items)
            return items[-1]

        def body():
            items = []
            step(items)
            inner(items)
            seen(items)
    """,
}

TAIL = """

@fr.register("main")
def main():
    body()
    if FAIL:
        raise ValueError("to be mended")

if __name__ == "__main__":
    fr.run(main)
"""


def said(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("|")]


def write(project: Project, program: str) -> None:
    import textwrap

    project.write("program.py", HEAD + textwrap.dedent(program) + TAIL)


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_served_step_leaves_its_callers_objects_as_it_left_them(project: Project, what: str) -> None:
    write(project, PROGRAMS[what])
    recorded = project.record()
    assert recorded.status == 1
    assert said(recorded.stdout)
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.ran == []
    assert said(replay.stderr) == said(recorded.stdout)
    assert replay.json["status"] == "success"


@pytest.mark.parametrize("what", ["a list that grows", "a part that is given back", "steps in a step"])
def test_a_replay_of_the_replay_does_the_same(project: Project, what: str) -> None:
    write(project, PROGRAMS[what])
    recorded = project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")
    project.replay()

    project.edit("program.py", "body()\n    if", "body()\n    body\n    if")
    again = project.replay()

    assert again.ran == []
    assert said(again.stderr) == said(recorded.stdout)


def test_equal_arguments_that_are_one_object_are_another_call_than_two_equal_objects(project: Project) -> None:
    program = """
        @fr.register("step")
        def step(a, b):
            ran("step")
            a.append(1)
            return len(b)

        def body():
            one = []
            seen(step(one, one))
    """
    write(project, program)
    project.record()
    project.edit("program.py", "step(one, one)", "step(one, [])")

    replay = project.replay()

    assert replay.ran == ["step"]
    assert said(replay.stderr) == ["| 0"]


def test_a_new_instance_of_no_declared_kind_in_an_argument_makes_the_step_run(project: Project) -> None:
    program = """
        class Plain:
            pass

        @fr.register("step")
        def step(items):
            ran("step")
            items.append(Plain())

        def body():
            items = []
            step(items)
            seen(type(items[0]).__name__)
    """
    write(project, program)
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.ran == ["step"]
    assert said(replay.stderr) == ["| Plain"]
    [step] = [one for one in replay.json["steps"] if one["name"] == "step"]
    assert step["reason"] == "mutated input"


def test_putting_attributes_back_runs_no_code_of_the_program(project: Project) -> None:
    program = """
        class Lazy:
            __slots__ = ("a", "b")

            def __getattr__(self, name):
                print("| asked for", name)
                raise AttributeError(name)

        @fr.register("step")
        def step(lazy):
            ran("step")
            lazy.a = 2

        def body():
            lazy = Lazy()
            lazy.a = 1
            step(lazy)
            seen(lazy.a)
    """
    write(project, program)
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.ran == []
    assert said(replay.stderr) == ["| 2"]
