"""What steps share beside their arguments: globals, closure cells, attributes of classes. In real processes."""

import textwrap

import pytest

from tests.kit import Project

HEAD = """
from collections import Counter, defaultdict
import state

FAIL = True

def seen(*objects):
    print("|", *objects)

"""

TAIL = """

@fr.register("main")
def main():
    body()
    if FAIL:
        raise ValueError("to be mended")

if __name__ == "__main__":
    fr.run(main)
"""

# Each step is served, and what it left in the places that it shares is there again.
SERVED = {
    "a counter": """
        COUNT = 0

        @fr.register("step")
        def step(n):
            global COUNT
            ran("step")
            COUNT += n
            return n * 2

        def body():
            seen(step(3), step(3), COUNT)
    """,
    "a global that is set and one that is read": """
        MODE = "fast"

        @fr.register("configure")
        def configure(mode):
            global MODE
            ran("configure")
            MODE = mode

        @fr.register("ask")
        def ask(question):
            ran("ask")
            return question + MODE

        def body():
            first = ask("?")
            configure("slow")
            seen(first, ask("?"), MODE)
    """,
    "a log": """
        LOG = []

        @fr.register("step")
        def step(n):
            ran("step")
            LOG.append({"n": n})
            return n

        def body():
            log = LOG
            step(1), step(2)
            seen(LOG, log is LOG)
    """,
    "a cache": """
        CACHE = {}

        @fr.register("step")
        def step(n):
            ran("step")
            if n not in CACHE:
                CACHE[n] = n * n
            return CACHE[n]

        def body():
            seen(step(2), step(3), step(2), CACHE)
    """,
    "usage by model": """
        USAGE = Counter()
        BY_NAME = defaultdict(int)

        @fr.register("step")
        def step(model, tokens):
            ran("step")
            USAGE[model] += tokens
            BY_NAME[model] += 1

        def body():
            step("a", 10), step("b", 5), step("a", 1)
            seen(dict(USAGE), dict(BY_NAME))
    """,
    "a closure": """
        def make():
            total, parts = 0, []

            @fr.register("step")
            def step(n):
                nonlocal total
                ran("step")
                total += n
                parts.append(n)
                return total

            return step, lambda: (total, parts)

        step, look = make()

        def body():
            seen(step(1), step(2), look())
    """,
    "an attribute of a class": """
        class Meter:
            calls = 0

        @fr.register("step")
        def step(n):
            ran("step")
            Meter.calls = Meter.calls + 1
            return Meter.calls

        def body():
            seen(step(1), step(1), Meter.calls)
    """,
    "an object of the program's": """
        class Stats:
            def __init__(self):
                self.seen = []

            def note(self, n):
                self.seen.append(n)

        STATS = Stats()

        @fr.register("step")
        def step(n):
            ran("step")
            STATS.note(n)

        def body():
            stats = STATS
            step(1), step(2)
            seen(STATS.seen, stats is STATS)
    """,
    "another module": """
        @fr.register("step")
        def step(n):
            ran("step")
            state.LAST = n
            state.ALL.append(n)

        def body():
            step(1), step(2)
            seen(state.LAST, state.ALL)
    """,
    "a context variable": """
        from contextvars import ContextVar
        user = ContextVar("user", default="nobody")

        @fr.register("sign in")
        def sign_in(name):
            ran("sign in")
            user.set(name)

        @fr.register("greet")
        def greet():
            ran("greet")
            return "hello " + user.get()

        def body():
            first = greet()
            sign_in("Ann")
            seen(first, greet(), user.get())
    """,
    "a context variable in two tasks": """
        import asyncio
        from contextvars import ContextVar
        user = ContextVar("user")

        @fr.register("serve")
        async def serve(name):
            ran("serve")
            user.set(name)
            await asyncio.sleep(0)
            return name + user.get()

        async def two():
            return await asyncio.gather(serve("a"), serve("b")), user.get("nobody")

        def body():
            seen(asyncio.run(two()))
    """,
    "a helper's": """
        LOG = []

        def note(text):
            LOG.append(text)

        @fr.register("inner")
        def inner(n):
            ran("inner")
            note(f"inner {n}")
            return n

        @fr.register("step")
        def step(n):
            ran("step")
            note("step")
            return inner(n) + inner(n + 1)

        def body():
            step(1)
            seen(LOG)
    """,
}


def said(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("|")]


def write(project: Project, program: str) -> None:
    project.write("program.py", HEAD + textwrap.dedent(program) + TAIL)
    project.write("state.py", "LAST = 0\nALL = []\n", prelude=False)


@pytest.mark.parametrize("what", SERVED)
def test_a_served_step_leaves_shared_places_as_it_left_them(project: Project, what: str) -> None:
    write(project, SERVED[what])
    recorded = project.record()
    assert recorded.status == 1, recorded.stderr
    assert said(recorded.stdout)
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.ran == []
    assert said(replay.stderr) == said(recorded.stdout)


def test_a_step_that_reads_what_another_now_sets_runs_again(project: Project) -> None:
    write(project, SERVED["a global that is set and one that is read"])
    project.record()
    project.edit("program.py", 'configure("slow")', 'configure("slower")')

    replay = project.replay()

    assert replay.ran == ["configure", "ask"]
    assert said(replay.stderr) == ["| ?fast ?slower slower"]
    [ask] = [step for step in replay.json["steps"] if step["name"] == "ask" and step["decision"] == "rerun"]
    assert "global MODE" in ask["detail"]


def test_a_step_that_reads_a_context_variable_with_another_value_runs_again(project: Project) -> None:
    write(project, SERVED["a context variable"])
    project.record()
    project.edit("program.py", 'sign_in("Ann")', 'sign_in("Eve")')
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replayed = project.replay()

    assert said(replayed.stderr) == ["| hello nobody hello Eve Eve"]
    assert replayed.ran == ["sign in", "greet"]


def test_a_log_has_no_say_in_what_is_added_to_it(project: Project) -> None:
    write(project, SERVED["a log"])
    project.record()
    project.edit("program.py", "step(1), step(2)", "step(7), step(2)")

    replay = project.replay()

    assert replay.ran == ["step"]
    assert said(replay.stderr) == ["| [{'n': 7}, {'n': 2}] True"]


def test_what_was_counted_is_counted_again_from_where_the_count_is_now(project: Project) -> None:
    write(project, SERVED["usage by model"])
    project.record()
    project.edit("program.py", 'step("a", 10), ', 'step("a", 20), ')

    replay = project.replay()

    assert replay.ran == ["step"]
    assert said(replay.stderr) == ["| {'a': 21, 'b': 5} {'a': 2, 'b': 1}"]


def test_a_table_that_is_only_read_is_no_input(project: Project) -> None:
    write(
        project,
        """
        TABLE = {"a": 1}

        @fr.register("step")
        def step(n):
            return TABLE["a"] + n

        def body():
            seen(step(1))
        """,
    )
    project.record()

    [step] = [step for step in project.show()["steps"] if step["name"] == "step"]
    assert list(step["inputs"]) == ["n"]


def test_a_step_that_is_registered_while_the_session_runs_shares_places_too(project: Project) -> None:
    write(
        project,
        """
        COUNT = 0

        def body():
            @fr.register("late")
            def late(n):
                global COUNT
                ran("late")
                COUNT += n

            late(3)
            seen(COUNT)
        """,
    )
    recorded = project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.ran == []
    assert said(replay.stderr) == said(recorded.stdout) == ["| 3"]


def test_nothing_is_kept_alive_by_looking_at_a_place(project: Project) -> None:
    write(
        project,
        """
        import gc, weakref

        class Item:
            pass

        STORE = {"item": Item()}

        @fr.register("step")
        def step(n):
            gone = weakref.ref(STORE["item"])
            del STORE["item"]
            return gone() is None

        def body():
            seen(step(1))
        """,
    )

    assert said(project.record().stdout) == ["| True"]


def test_what_a_function_reads_that_a_step_is_given_is_an_input_of_the_step(project: Project) -> None:
    project.write(
        "program.py",
        """
        RATE = 6

        @fr.register("raise_rate")
        def raise_rate(by):
            ran("raise_rate")
            global RATE
            raise RuntimeError("to be mended")
            RATE += by

        def rated(n):
            return RATE * n

        @fr.register("apply")
        def apply(function, n):
            ran("apply")
            return function(n)

        @fr.register("main")
        def main():
            found = []
            for _ in range(3):
                found.append(apply(rated, 10))
                raise_rate(1)
            return found

        if __name__ == "__main__":
            fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", '    raise RuntimeError("to be mended")\n', "")

    replay = project.replay()

    assert replay.json["result"] == [60, 70, 80]
    assert replay.ran == ["raise_rate", "apply", "raise_rate", "apply", "raise_rate"]


def test_globals_of_one_name_in_two_modules_are_two_inputs(project: Project) -> None:
    project.write(
        "rates.py",
        """
        RATE = 100

        def rated(n):
            return RATE + n

        def reset():
            global RATE
            RATE = 0
        """,
        prelude=False,
    )
    project.write(
        "program.py",
        """
        import rates

        RATE = 1
        STEP = 5

        @fr.register("reset")
        def reset():
            global RATE
            RATE = 0
            rates.reset()

        @fr.register("both")
        def both(n):
            ran("both")
            return RATE + rates.rated(n)

        @fr.register("change")
        def change():
            ran("change")
            rates.RATE += STEP

        @fr.register("main")
        def main():
            found = [both(1)]
            change()
            return [*found, both(1)]

        if __name__ == "__main__":
            fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", "STEP = 5", "STEP = 7")

    replay = project.replay()

    assert replay.json["result"] == [102, 109]
    assert replay.ran == ["change", "both"]


def test_a_function_that_changes_its_own_closure_is_called_again(project: Project) -> None:
    project.write(
        "program.py",
        """
        FAIL = True

        def make():
            total = 0
            def add(n):
                nonlocal total
                total += n
                return total
            return add

        @fr.register("apply")
        def apply(function, n):
            ran("apply")
            return function(n)

        @fr.register("main")
        def main():
            add = make()
            found = [apply(add, 1), add(10), apply(add, 1)]
            if FAIL:
                raise ValueError("to be mended")
            return found

        if __name__ == "__main__":
            fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.json["result"] == [1, 11, 12]
    assert replay.ran == ["apply", "apply"]


def test_nothing_is_kept_alive_by_looking_at_a_function_that_a_step_is_given(project: Project) -> None:
    write(
        project,
        """
        import gc, weakref

        class Item:
            pass

        def made(item):
            return lambda n: (item, n)[1]

        @fr.register("step")
        def step(function):
            return function(1)

        def body():
            item = Item()
            gone = weakref.ref(item)
            step(made(item))
            del item
            gc.collect()
            seen(gone() is None)
        """,
    )

    assert said(project.record().stdout) == ["| True"]


def test_what_is_put_in_a_place_is_put_there_again_whatever_is_there_now(project: Project) -> None:
    program = """
        LAST, BY_NUMBER, UPDATED, SEEN, SPENT, TEXTS = {"k": 5}, {}, {}, set(), 0.1, {"all": ""}

        @fr.register("step")
        def step(n):
            global SPENT
            ran(f"step {n}")
            LAST["last"] = n
            BY_NUMBER[n] = "put"
            UPDATED.update(last=n)
            SEEN.add(n)
            SPENT += 0.2
            TEXTS["all"] += str(n)

        def body():
            step(1); step(7)  # edited below
            seen(LAST, BY_NUMBER, UPDATED, SEEN, SPENT, TEXTS)
    """
    write(project, program)
    project.record()
    project.edit("program.py", "step(1); step(7)  #", "step(8); step(1); step(7); step(1)  #")

    replay = project.replay()

    assert said(replay.stderr) == said(project.record().stdout)
    assert replay.ran == ["step 8"]


def test_a_step_may_have_put_what_was_there_already(project: Project) -> None:
    program = """
        LAST, SEEN, KEPT, TABLE = {}, set(), {1}, {"k": 5, "last": 3}

        @fr.register("last")
        def last(n):
            ran("last")
            LAST["last"] = 3

        @fr.register("see")
        def see(n):
            ran("see")
            SEEN.add(3)

        @fr.register("keep")
        def keep(n):
            ran("keep")
            KEPT.add(3)

        @fr.register("mixed")
        def mixed(n):
            ran("mixed")
            TABLE["k"] += n
            TABLE["last"] = n

        def body():
            last(1), see(1), keep(1), mixed(3)
            pass  # edited below
            last(2), see(2), keep(2), mixed(4)
            seen(LAST, SEEN, KEPT, TABLE)
    """
    write(project, program)
    project.record()
    project.edit("program.py", "pass  #", "LAST['last'] = 4; SEEN.clear(); KEPT.add(5); TABLE['k'] = 6  #")

    replay = project.replay()

    assert said(replay.stderr) == said(project.record().stdout)
    assert replay.ran == ["last", "see", "mixed"]
