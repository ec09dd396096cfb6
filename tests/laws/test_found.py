"""What the long runs found, each as a small program."""

from tests.kit import Project

RUN = """

if __name__ == "__main__":
    print("|", fr.run(main))
"""


def said(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_a_global_that_a_step_gives_back_is_that_global(project: Project) -> None:
    program = """
CONFIG = {"all": [1]}

@fr.register("config")
def config(n):
    ran("config")
    return CONFIG

@fr.register("part")
def part(n):
    ran("part")
    return [n, CONFIG["all"], CONFIG["all"]]

@fr.register("main")
def main():
    one, other = config(1), part(2)
    one["all"].append(2)
    return one is CONFIG, other[1] is CONFIG["all"] is other[2], CONFIG, config(3)  # edited below
"""
    project.write("program.py", program + RUN)
    recorded = project.record()
    project.edit("program.py", "config(3)  # edited below", "config(3), 'edited'")

    replay = project.replay()

    assert said(recorded.stdout) == ["| (True, True, {'all': [1, 2]}, {'all': [1, 2]})"]
    assert said(replay.stderr) == ["| (True, True, {'all': [1, 2]}, {'all': [1, 2]}, 'edited')"]
    assert replay.ran == []


def test_what_a_served_step_did_to_a_global_by_another_name_shows_in_what_is_given_later(project: Project) -> None:
    program = """
CONFIG = {"all": [1]}

@fr.register("config")
def config(n):
    ran("config")
    return CONFIG

@fr.register("part")
def part():
    ran("part")
    config(1)["all"].append(2)

@fr.register("main")
def main():
    part()
    return config(2)  # edited below
"""
    project.write("program.py", program + RUN)
    project.record()
    project.edit("program.py", "config(2)  # edited below", "config(2), 'edited'")

    served = project.replay()
    project.edit("program.py", ".append(2)", ".append(3)")
    changed = project.replay()

    assert (said(served.stderr), served.ran) == (["| ({'all': [1, 2]}, 'edited')"], [])
    assert (said(changed.stderr), changed.ran) == (["| ({'all': [1, 3]}, 'edited')"], ["part", "config"])


def test_a_log_grows_alike_in_a_replay_of_a_replay(project: Project) -> None:
    program = """
LOG = []

@fr.register("note")
def note(n):
    LOG.append(n)
    return n

@fr.register("main")
def main():
    note(1)
    note(2)
    note(3)
    return LOG
"""
    project.write("program.py", program + RUN)
    project.record()
    project.edit("program.py", "    note(2)\n    note(3)\n", "    note(3)\n    note(2)\n")
    project.replay()
    project.edit("program.py", "    note(2)\n", "    note(2)\n    note(2)\n")

    replay = project.replay()

    assert said(replay.stderr) == ["| [1, 3, 2, 2]"]


def test_a_handle_that_is_made_anew_because_it_was_asked_for_is_the_same_handle(project: Project) -> None:
    program = """
import threading

class Client:
    def __init__(self, base):
        self.base, self.lock = base, threading.Lock()

@fr.register("connect")
def connect(base):
    ran("connect")
    return Client(base)

@fr.register("ask")
def ask(client, n):
    ran("ask")
    return client.base + n

@fr.register("main")
def main():
    client = connect(1)
    return ask(client, 2), ask(client, 3)
"""
    project.write("program.py", program + RUN)
    project.record()

    replay = project.replay("--from", "connect")

    assert said(replay.stderr) == ["| (3, 4)"]
    assert replay.ran == ["connect"]


def test_the_plan_of_a_session_that_was_held_says_what_runs(project: Project) -> None:
    program = """
@fr.register("pay", replayable=False)
def pay(n):
    return n

@fr.register("main")
def main():
    return pay(1)
"""
    project.write("program.py", program + RUN)
    project.record()
    project.edit("program.py", "return pay(1)", "return pay(1) + pay(2)")
    held = project.replay()

    plan = project.replay("--dry-run")

    assert held.json["status"] == "held"
    assert next((step["name"], step["decision"]) for step in plan.json["steps"]) == ("main", "rerun")


def test_tasks_that_begin_at_once_have_their_places(project: Project) -> None:
    program = """
import asyncio, sys

ANSWERS = {"a": 1, "b": 2}

@fr.register("ask", ignore=("who",))
async def ask(question, who):
    ran("ask")
    return ANSWERS[who]

async def branch(who, pauses):
    for _ in range(pauses):
        await asyncio.sleep(0)
    return await asyncio.create_task(ask("?", who))

@fr.register("main")
async def main():
    loop = asyncio.get_running_loop()
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)
    pauses = 3, 1
    return await asyncio.gather(branch("a", pauses[0]), branch("b", pauses[1]))
"""
    project.write("program.py", program + RUN.replace("fr.run(main)", "asyncio.run(fr.run(main))"))
    recorded = project.record()
    project.edit("program.py", "pauses = 3, 1", "pauses = 1, 3")

    replay = project.replay()

    assert said(recorded.stdout) == said(replay.stderr) == ["| [1, 2]"]
    assert replay.ran == []


def test_an_equal_call_that_is_made_once_more_adds_once_more_what_they_all_added(project: Project) -> None:
    program = """
LOG = [0]

@fr.register("note")
def note(n):
    ran("note")
    LOG.append(n)
    return n

@fr.register("main")
def main():
    note(4), note(4)
    # edited
    return LOG
"""
    project.write("program.py", program + RUN)
    recorded = project.record()
    project.edit("program.py", "# edited", "note(4)")

    replay = project.replay()

    assert said(recorded.stdout) == ["| [0, 4, 4]"]
    assert said(replay.stderr) == ["| [0, 4, 4, 4]"]
    assert replay.ran == []
