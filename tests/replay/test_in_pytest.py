"""Sessions that began in a test: the replay runs that test alone, under pytest."""

import os

import pytest

from tests.kit import Project

PIPELINE = """
@fr.register("lookup")
def lookup(email):
    ran(f"lookup {email}")
    return None if "unknown" in email else {"email": email, "score": 5}

@fr.register("rate")
def rate(contact):
    ran("rate")
    return contact["score"] * FACTOR

@fr.register("qualify")
def qualify(email):
    return rate(lookup(email))

FACTOR = None
"""

TESTS = """
import pytest
from pipeline import fr, qualify, ran

@pytest.fixture
def email(request):
    ran("fixture")
    return request.param + "@b.c"

@pytest.mark.parametrize("email", ["ann", "bob"], indirect=True)
def test_qualify(email):
    print("seen by pytest:", email)
    assert fr.run(qualify, email) == 10

def test_other():
    ran("other test")
    assert fr.run(qualify, "cat@b.c") == 10
"""


@pytest.fixture
def suite(project: Project) -> Project:
    """A project with a pipeline and tests of it, all of which fail."""
    project.write("pipeline.py", PIPELINE)
    project.write("tests/test_pipeline.py", TESTS, prelude=False)
    project.write("pytest.ini", "[pytest]\npythonpath = .\n", prelude=False)
    return project


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "pytest", "tests/test_pipeline.py::test_qualify"],
        ["-m", "pytest", "-q", "-k", "bob or other", "tests"],
        ["-m", "pytest", "--last-failed", "-x", "tests", "-k", "test_qualify"],
        ["-m", "pytest", "-n", "2", "--dist", "loadfile", "tests", "-k", "test_qualify"],
        ["-m", "pytest", "--assert=plain", "tests", "-k", "test_qualify"],
    ],
    ids=["a node", "a choice by name", "the last failed", "pytest-xdist", "plain asserts"],
)
def test_only_the_recorded_test_runs_again(
    suite: Project, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "-n" in command:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "")
    suite.python(*command, "-p", "no:cacheprovider") if "--last-failed" not in command else suite.python(*command)
    sessions = [session["id"] for session in suite.sessions()]
    suite.edit("pipeline.py", "FACTOR = None", "FACTOR = 2")
    wanted = next(id for id in sessions if suite.show(id)["steps"][0]["inputs"]["email"] != "cat@b.c")
    email = suite.show(wanted)["steps"][0]["inputs"]["email"]

    replay = suite.replay(session=wanted)

    assert replay.ran == ["fixture", "rate"]
    assert (replay.status, replay.json["result"]) == (0, 10)
    assert "1 passed" in replay.stderr
    assert email in ("ann@b.c", "bob@b.c")


def test_a_test_that_still_fails_is_shown_as_pytest_shows_it(suite: Project) -> None:
    suite.python("-m", "pytest", "tests/test_pipeline.py::test_qualify[bob]")
    suite.edit("pipeline.py", "FACTOR = None", "FACTOR = 3")

    replay = suite.command("replay", "last", "--yes")

    assert replay.ran == ["fixture", "rate"]
    assert replay.status == 1
    assert "seen by pytest: bob@b.c" in replay.stdout
    assert "assert 15 == 10" in replay.stdout
    assert "SUCCESS\nFinal result: 15\n" in replay.stdout
    assert "exited with status 1" in replay.stdout


def test_the_second_session_of_a_test_is_replayed_and_the_first_is_answered(suite: Project) -> None:
    suite.write(
        "tests/test_two.py",
        """
        from pipeline import fr, qualify, lookup

        def test_two():
            assert fr.run(lookup, "ann@b.c")["score"] == 5
            assert fr.run(qualify, "ann@b.c") == 10
            fr.run(lookup, "eve@b.c")
        """,
        prelude=False,
    )
    assert suite.python("-m", "pytest", "tests/test_two.py").ran == ["lookup ann@b.c", "lookup ann@b.c", "rate"]
    suite.edit("pipeline.py", "FACTOR = None", "FACTOR = 2")

    replay = suite.replay()

    assert replay.ran == ["rate"]  # and not the third: it was never recorded, and the program ends before it
    assert (replay.status, replay.json["result"]) == (0, 10)


def test_a_session_in_a_shared_fixture_is_answered_for_the_test_that_comes_later(suite: Project) -> None:
    suite.write(
        "tests/test_shared.py",
        """
        import pytest
        from pipeline import fr, qualify, lookup

        @pytest.fixture(scope="module")
        def contact():
            return fr.run(lookup, "ann@b.c")

        def test_first(contact):
            assert contact["score"] == 5

        def test_second(contact):
            assert fr.run(qualify, contact["email"]) == 10
        """,
        prelude=False,
    )
    suite.python("-m", "pytest", "tests/test_shared.py")
    suite.edit("pipeline.py", "FACTOR = None", "FACTOR = 2")

    replay = suite.replay()

    assert replay.ran == ["rate"]
    assert (replay.status, replay.json["result"]) == (0, 10)


def test_a_step_in_a_test_file_is_served_although_pytest_rewrites_its_asserts(suite: Project) -> None:
    suite.write(
        "tests/test_own.py",
        """
        from pipeline import fr, ran

        @fr.register("measure")
        def measure(n):
            ran("measure")
            assert n > 0, "positive"
            return n

        @fr.register("judge")
        def judge(n):
            ran("judge")
            assert n == WANTED
            return n

        WANTED = 7

        @fr.register("both")
        def both():
            return judge(measure(6))

        def test_both():
            assert fr.run(both) == 6
        """,
        prelude=False,
    )
    assert suite.python("-m", "pytest", "tests/test_own.py").ran == ["measure", "judge"]
    stamp = (suite.folder / "tests/test_own.py").stat()
    suite.edit("tests/test_own.py", "WANTED = 7", "WANTED = 6")
    os.utime(suite.folder / "tests/test_own.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    replay = suite.replay()

    assert replay.ran == ["judge"]
    assert replay.json["result"] == 6


def test_a_protected_step_ends_the_test_run_and_not_as_a_failed_test(suite: Project) -> None:
    suite.write(
        "tests/test_mail.py",
        """
        from pipeline import fr, ran

        @fr.register("mail", replayable=False)
        def mail(text):
            ran("mail")
            raise OSError("no answer")

        @fr.register("send")
        def send():
            return mail("hi")

        def test_send():
            fr.run(send)
        """,
        prelude=False,
    )
    assert suite.python("-m", "pytest", "tests/test_mail.py").ran == ["mail"]

    replay = suite.replay()

    assert (replay.status, replay.json["status"], replay.ran) == (3, "held", [])
    assert "stopped before a protected step" in replay.stderr
    assert "failed" not in replay.stderr


def test_an_async_entry_in_a_test_is_replayed(suite: Project) -> None:
    suite.write(
        "tests/test_async.py",
        """
        import asyncio
        from pipeline import fr, lookup, rate

        @fr.register("qualify-async")
        async def qualify_async(email):
            return rate(await asyncio.to_thread(lookup, email))

        def test_async():
            assert asyncio.run(fr.run(qualify_async, "ann@b.c")) == 10
        """,
        prelude=False,
    )
    suite.python("-m", "pytest", "tests/test_async.py")
    suite.edit("pipeline.py", "FACTOR = None", "FACTOR = 2")

    replay = suite.replay()

    assert (replay.ran, replay.json["result"]) == (["rate"], 10)


def test_a_test_whose_file_is_gone_is_refused(suite: Project) -> None:
    suite.python("-m", "pytest", "tests/test_pipeline.py::test_other")
    (suite.folder / "tests/test_pipeline.py").unlink()

    replay = suite.command("replay", "last", "--yes")

    assert replay.status == 2
    assert "test_pipeline.py is gone" in replay.stderr


def test_a_program_that_a_test_started_is_replayed_as_a_program(suite: Project) -> None:
    suite.write("program.py", "from pipeline import fr, qualify\nfr.run(qualify, 'ann@b.c')\n", prelude=False)
    suite.python("program.py", env={"PYTEST_CURRENT_TEST": "tests/test_pipeline.py::test_other (call)"})
    suite.edit("pipeline.py", "FACTOR = None", "FACTOR = 2")

    assert suite.replay().ran == ["rate"]
