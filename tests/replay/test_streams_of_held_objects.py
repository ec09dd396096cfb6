"""Replays of streams whose body and consumer hold the same objects: what one does to them the other sees."""

import pytest

from tests.kit import Project
from tests.replay.stream_programs import fresh, said, write

# An entry that is taken further than it was recorded, or changes more; what is said of it, or why the replay is held.
HELD = {
    "its consumer changes now what it took before": (
        """
        @fr.register("pages")
        def pages():
            page = {}
            yield page
            yield 2
            yield dict(page)

        def body():
            stream = pages()
            page = next(stream)
            next(stream)
            # then
            seen(next(stream))
        """,
        ("# then", "page['late'] = 1"),
        "its item 1 was changed later",
    ),
    "its body changes what was taken from the recording": (
        """
        @fr.register("pages")
        def pages():
            page = {}
            yield page
            page["rows"] = 3
            page = None
            yield 2

        def body():
            stream = pages()
            page = next(stream)
            # then
            seen(page)
        """,
        ("# then", "next(stream)"),
        "its item 1 was changed later",
    ),
    "its body gives again what was taken from the recording": (
        """
        @fr.register("pages")
        def pages():
            page = {}
            yield page
            yield {"all": page}

        def body():
            stream = pages()
            page = next(stream)
            # then
        """,
        ("# then", "seen(next(stream)['all'] is page)"),
        "its item 1 is given again",
    ),
    "what is sent again was taken from the recording": (
        """
        @fr.register("pages")
        def pages():
            got = yield {}
            yield len(got)

        def body():
            stream = pages()
            page = next(stream)
            seen(stream.send({}))
        """,
        ("send({})", "send(page)"),
        "what was sent after its item 1 had passed before",
    ),
}

SERVED = {
    "its body keeps what it gave, and only looks at it": (
        """
        @fr.register("pages")
        def pages():
            given = []
            for n in range(3):
                given.append({"n": n, "before": len(given)})
                yield given[-1]

        def body():
            stream = pages()
            kept = [next(stream), next(stream)]
            # then
            seen(kept)
        """,
        ("# then", "kept.append(next(stream))"),
    ),
    "its body changes at last what was sent before": (
        """
        @fr.register("pages")
        def pages():
            got = yield
            yield len(got)
            got.append("late")
            yield len(got)

        def body():
            stream = pages()
            next(stream)
            sent = [1]
            seen(stream.send(sent))
            # then
            seen(sent)
        """,
        ("# then", "seen(next(stream))"),
    ),
    "its consumer changes what the body has let go": (
        """
        @fr.register("pages")
        def pages():
            for n in range(4):
                yield {"n": n}

        def body():
            stream = pages()
            kept = [next(stream), next(stream)]
            # then
            seen(kept)
        """,
        ("# then", "kept += [next(stream), next(stream)]; kept[0]['late'] = 1; kept += stream"),
    ),
}


def edited(project: Project, body: str, edit: tuple[str, str]) -> None:
    write(project, body)
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")
    project.edit("program.py", *edit)


@pytest.mark.parametrize("what", HELD)
def test_a_stream_whose_copies_cannot_stand_for_it_any_more_holds_the_replay(project: Project, what: str) -> None:
    body, edit, why = HELD[what]
    edited(project, body, edit)
    expected = fresh(project)

    held = project.replay()
    forced = project.replay("--from", "pages", session="last~1")

    assert held.json["status"] == "held", held.stderr
    assert [step["detail"] for step in held.json["steps"] if step["reason"] == "gave other items"] == [why]
    assert forced.json["status"] == "success", forced.stderr
    assert said(forced.stderr) == expected


@pytest.mark.parametrize("what", SERVED)
def test_a_stream_is_served_and_taken_further_where_it_makes_no_difference(project: Project, what: str) -> None:
    body, edit = SERVED[what]
    edited(project, body, edit)
    expected = fresh(project)

    replay = project.replay()

    assert replay.json["status"] == "success", replay.stderr
    assert said(replay.stderr) == expected


def test_a_stream_whose_body_changes_what_it_gave_runs_again(project: Project) -> None:
    body = """
        @fr.register("pages")
        def pages():
            ran("pages")
            page = {"rows": []}
            yield page
            page["rows"].append(1)

        def body():
            seen(list(pages()))
    """
    edited(project, body, ("FAIL = False", "FAIL = None"))

    replay = project.replay()

    assert said(replay.stderr) == ["| [{'rows': [1]}]"]
    assert replay.ran == ["pages"]
    assert [(step["reason"], step["detail"]) for step in replay.json["steps"][1:]] == [
        ("opaque output", "its item 1 was changed later")
    ]
