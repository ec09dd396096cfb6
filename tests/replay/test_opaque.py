"""Objects without a value: connections, clients, locks. What takes them is served when the same call made them."""

import pytest

from tests.kit import Project

PROGRAM = """
import io
import threading

FAIL = True

class Client:
    def __init__(self, url):
        self.url = url
        self.lock = threading.Lock()
        self.used = 0

@fr.register("connect")
def connect(url):
    ran("connect")
    return Client(url)

@fr.register("fetch")
def fetch(client, query):
    ran("fetch")
    with client.lock:
        client.used += 1
    return client.url + query

@fr.register("buffer")
def buffer():
    ran("buffer")
    return io.StringIO()

@fr.register("write")
def write(out, text):
    ran("write")
    out.write(text)

@fr.register("main")
def main():
    one, two = connect("a"), connect("b")
    first, second, third = fetch(one, "?1"), fetch(two, "?2"), fetch(two, "?2")
    out = buffer()
    write(out, "x"), write(out, "x")
    print("|", first, second, third, one.used, two.used, out.getvalue())
    if FAIL:
        raise ValueError("to be mended")

if __name__ == "__main__":
    fr.run(main)
"""

SAID = "| a?1 b?2 b?2 1 2 xx"
KEPT_INSIDE = ["buffer", "write", "write"]  # what was written is in the buffer alone: all of it is done again


def test_what_took_an_opaque_object_is_served_when_the_same_call_made_it(project: Project) -> None:
    project.write("program.py", PROGRAM)
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.ran == ["connect", "connect", *KEPT_INSIDE]
    assert SAID in replay.stderr


def test_a_replay_of_the_replay_knows_the_object_still(project: Project) -> None:
    project.write("program.py", PROGRAM)
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")
    project.replay()

    again = project.replay("--from", "main")

    assert again.ran == ["connect", "connect", *KEPT_INSIDE]
    assert SAID in again.stderr


@pytest.mark.parametrize(
    ("old", "new", "ran"),
    [
        pytest.param(
            'connect("b")', 'connect("c")', ["connect", "connect", "fetch", "fetch"], id="made in another way"
        ),
        pytest.param(
            "return Client(url)",
            "return Client(url + '')",
            ["connect", "connect", "fetch", "fetch", "fetch"],
            id="other maker",
        ),
        pytest.param(
            "    out = buffer()",
            '    fetch(connect("a"), "?1")\n    out = buffer()',
            ["connect", "connect", "connect", "fetch"],
            id="made once more",
        ),
    ],
)
def test_an_object_that_is_made_otherwise_is_another_object(
    project: Project, old: str, new: str, ran: list[str]
) -> None:
    project.write("program.py", PROGRAM)
    project.record()
    project.edit("program.py", old, new)

    assert project.replay().ran == [*ran, *KEPT_INSIDE]


def test_an_object_that_no_step_made_is_never_taken_for_another(project: Project) -> None:
    project.write("program.py", PROGRAM)
    project.edit("program.py", 'one, two = connect("a"), connect("b")', 'one, two = Client("a"), Client("b")')
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()

    assert replay.ran == ["fetch", "fetch", "fetch", *KEPT_INSIDE]
    assert SAID in replay.stderr
