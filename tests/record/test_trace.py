"""`with fr.trace():` makes steps of the project's own functions, with nothing changed in them."""

from tests.kit import Project


def names(project: Project) -> list[tuple[str, str, str | None]]:
    """(name, status, caller) of each step of the last session, without the module."""
    steps = project.show()["steps"]
    by_id = {step["step"]: step["name"].partition(":")[2] for step in steps}
    return [(by_id[step["step"]], step["status"], by_id.get(step["parent"])) for step in steps]


def test_calls_of_the_projects_functions_become_steps(project: Project) -> None:
    project.write("shop/__init__.py", "", prelude=False)
    project.write(
        "shop/text.py", "import json\n\ndef clean(t):\n    return json.loads(json.dumps(t.strip()))\n", prelude=False
    )
    project.write(
        "program.py",
        """
        from shop.text import clean

        class Reader:
            def read(self, n):
                return [clean(" x ") for _ in range(n)]

        def pipeline(n, /, *, extra=1):
            return Reader().read(n)

        with fr.trace():
            pipeline(2)
        """,
    )
    project.record()

    assert names(project) == [
        ("<module>", "ok", None),
        ("pipeline", "ok", "<module>"),
        ("Reader.read", "ok", "pipeline"),
        ("clean", "ok", "Reader.read"),
        ("clean", "ok", "Reader.read"),
    ]
    steps = project.show()["steps"]
    assert steps[1]["name"] == "program:pipeline"
    assert steps[1]["inputs"] == {"n": 2, "extra": 1}
    assert steps[-1]["outcome"]["value"] == "x"


def test_debug_works_on_a_traced_session(project: Project) -> None:
    project.write(
        "program.py",
        """
        def lookup(email):
            return None

        def score(contact):
            return contact["score"]

        def qualify(email):
            return score(lookup(email))

        with fr.trace():
            qualify("a@b.c")
        """,
    )
    assert project.record().status == 1

    debug = project.command("debug", "last", "--json").json

    assert debug["failure"]["name"] == "program:score"
    assert debug["failure"]["error"]["type"] == "TypeError"
    assert debug["root_cause"]["name"] == "program:lookup"


def test_coroutines_keep_their_callers_under_gather(project: Project) -> None:
    project.write(
        "program.py",
        """
        import asyncio

        async def leaf(n):
            await asyncio.sleep(0.001 * n)
            return n

        async def left():
            return await leaf(2)

        async def right():
            return await leaf(1)

        async def main():
            with fr.trace():
                return await asyncio.gather(left(), right())

        asyncio.run(main())
        """,
    )
    project.record()

    assert [(name, caller) for name, _, caller in names(project) if name == "leaf"] == [
        ("leaf", "left"),
        ("leaf", "right"),
    ]
    assert all(status == "ok" for _, status, _ in names(project))


def test_a_generator_is_one_step_from_its_first_item_to_its_end(project: Project) -> None:
    project.write(
        "program.py",
        """
        def helper(n):
            return n

        def numbers():
            yield helper(1)
            yield helper(2)

        def main():
            return [helper(n) for n in numbers()]

        with fr.trace():
            main()
        """,
    )
    project.record()

    assert [(name, caller) for name, _, caller in names(project)] == [
        ("<module>", None),
        ("main", "<module>"),
        ("numbers", "main"),
        ("helper", "numbers"),
        ("helper", "main"),
        ("helper", "numbers"),
        ("helper", "main"),
    ]


def test_a_handled_exception_is_seen_as_a_failed_step(project: Project) -> None:
    project.write(
        "program.py",
        """
        def risky():
            raise ValueError("no")

        def main():
            try:
                risky()
            except ValueError:
                return 1

        with fr.trace():
            main()
        """,
    )
    project.record()

    assert [status for _, status, _ in names(project)] == ["ok", "ok", "failed"]
    assert project.show()["steps"][2]["outcome"]["error"]["type"] == "ValueError"


def test_threads_started_in_the_block_are_traced(project: Project) -> None:
    project.write(
        "program.py",
        """
        import threading

        def work():
            return 1

        def main():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()

        with fr.trace():
            main()
        """,
    )
    project.record()

    assert names(project)[-1] == ("work", "ok", "main")


def test_registered_steps_keep_their_names_in_a_traced_block(project: Project) -> None:
    project.write(
        "program.py",
        """
        @fr.register("named")
        def step():
            return 1

        def main():
            return step()

        with fr.trace():
            main()
        """,
    )
    project.record()

    assert [step["name"] for step in project.show()["steps"]] == ["program:<module>", "program:main", "named"]


def test_two_traced_blocks_after_each_other_both_see_every_call(project: Project) -> None:
    project.write("program.py", "def f():\n    return 1\n\nfor _ in range(2):\n    with fr.trace():\n        f()\n")
    project.record()

    assert [session["steps"] for session in project.sessions()] == [2, 2]


def test_a_debuggers_profile_hook_is_put_back(project: Project) -> None:
    project.write(
        "program.py",
        """
        import sys

        def hook(frame, event, argument):
            pass

        sys.setprofile(hook)
        with fr.trace():
            pass
        assert sys.getprofile() is hook
        sys.setprofile(None)
        print("kept")
        """,
    )

    assert project.record().stdout == "kept\n"
