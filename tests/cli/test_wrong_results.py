"""Results that are wrong though nothing failed: `expect=` in the program, `--wrong` at the command line."""

import pytest

from tests.kit import Project

PROGRAM = """
@fr.register("price")
def price(item):
    return {"bolt": 2, "nut": -3}[item]

@fr.register("total")
def total(items):
    found = [{"item": each, "price": price(each)} for each in items]
    return {"items": found, "count": len(found)}

@fr.register("invoice")
def invoice(customer, items):
    bill = total(items)
    return {"customer": customer, "lines": bill["items"], "count": bill["count"]}

if __name__ == "__main__":
    print(fr.run(invoice, "ann", ["bolt", "nut"], expect=lambda r: all(each["price"] > 0 for each in r["lines"])))
"""


@pytest.fixture
def wrong(project: Project) -> Project:
    project.write("program.py", PROGRAM)
    ran = project.record()
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.startswith("{'customer': 'ann', 'lines'")
    return project


def without_times(text: str) -> str:
    return text.partition("\nTimeline:")[0]


def test_debug_begins_at_the_part_of_the_result_that_was_not_as_expected(wrong: Project) -> None:
    text = wrong.command("debug").stdout

    assert without_times(text) == (
        "Probable root cause:\n"
        "  price(...) -> -3\n"
        "  invoice(...) -> {'customer': 'ann', 'lines': [{'item': 'bolt', 'price': 2}, {'item': 'nut', 'pr…\n"
        "    its output holds what is wrong: -3\n"
        "\n"
        "Wrong result: result['lines'][1]['price'] = -3\n"
        '    it does not meet expect=lambda r: all(each["price"] > 0 for each in r["lines"])\n'
        "\n"
        "How it got there:\n"
        "  price(…) -> -3\n"
        "  └ invoice(…) -> ['lines'][1]['price'] = -3\n"
        "\n"
        "Ruled out:\n"
        "  total: price below it gave the same value already\n"
        "  invoice: total below it gave the same value already\n"
    )
    assert text.endswith(
        "Hint: price gave what is wrong: result['lines'][1]['price'] = -3\n"
        "Next: fix price (program.py:10), then: flight-recorder replay last\n"
    )


def test_the_json_keeps_its_shape_and_names_a_wrong_result(wrong: Project) -> None:
    answer = wrong.command("debug", "last", "--json").json

    assert list(answer) == ["session", "failure", "root_cause", "candidates", "hint", "timeline"]
    assert answer["session"]["status"] == "failed"
    assert answer["failure"]["name"] == "invoice"
    assert answer["failure"]["error"] == {
        "type": "WrongResult",
        "message": "result['lines'][1]['price'] = -3; it does not meet "
        'expect=lambda r: all(each["price"] > 0 for each in r["lines"])',
    }
    assert answer["root_cause"]["name"] == "price"
    assert len(answer["timeline"]) == 4
    assert wrong.sessions()[0]["failure"].startswith("WrongResult: it does not meet")


def test_a_replay_looks_at_the_result_again(wrong: Project) -> None:
    again = wrong.replay()
    assert (again.status, again.json["status"], again.ran) == (1, "failed", [])
    assert again.json["error"]["type"] == "WrongResult"
    assert again.json["result"]["count"] == 2

    wrong.edit("program.py", '"nut": -3', '"nut": 3')
    text = wrong.command("replay", "last", "--yes")
    assert text.status == 0
    assert "SUCCESS\n" in text.stdout

    wrong.edit("program.py", '"nut": 3', '"nut": -4')
    text = wrong.command("replay", "last", "--yes")
    assert text.status == 1
    assert "FAILED\nWrong result: it does not meet expect=lambda r:" in text.stdout
    assert '\nFinal result: {"customer": "ann"' in text.stdout
    assert wrong.command("debug", "last", "--json").json["root_cause"]["name"] == "price"


def test_wrong_begins_at_any_part_of_any_session(project: Project) -> None:
    project.write("program.py", PROGRAM.partition(", expect=")[0] + ")\n))\n".replace("))\n", ""))
    project.edit("program.py", '["bolt", "nut"])', '["bolt", "nut"]))')
    assert project.record().status == 0

    for path in ("result.lines[1].price", 'result["lines"][-1].price', "total.items[1].price", "price", "price#2"):
        answer = project.command("debug", "last", "--json", "--wrong", path).json
        assert answer["session"]["status"] == "success"
        assert answer["failure"]["error"] == {"type": "WrongResult", "message": f"{path} = -3"}
        assert answer["root_cause"]["name"] == "price"

    text = project.command("debug", "last", "--wrong", "result.count").stdout
    assert "\nWrong result: result.count = 2\n" in text
    assert text.startswith("Probable root cause:\n  total(...) -> ")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("result.totl", "there is no .totl in result. It has 'customer', 'lines', 'count'"),
        ("result.line", "there is no .line in result; did you mean 'lines'? It has 'customer', 'lines', 'count'"),
        ("result.lines[7].price", "there is no [7] in result.lines. It has 2 items, from [0] to [1]"),
        ("result.count.x", "there is no .x in result.count: it is 2"),
        ("resul.count", "there is no 'resul'; did you mean 'result', which is what invoice returned?"),
        ("pric.x", "no step 'pric' in session"),
        ("price#3", "price was called 2 times; the first call is #1"),
        ("price#0", "price was called 2 times; the first call is #1"),
        ("price..x", "'..x' is no way to a part; write .field, [2] or ['a key']"),
    ],
)
def test_a_part_that_is_not_there_is_told_from_what_is(wrong: Project, path: str, said: str) -> None:
    told = wrong.command("debug", "last", "--wrong", path)

    assert told.status == 2
    assert told.stderr.startswith(f"error: --wrong {path}: {said}")


def test_a_step_that_returned_nothing_has_no_wrong_part(project: Project) -> None:
    project.write(
        "program.py",
        """
        @fr.register("broken")
        def broken():
            raise ValueError("no")

        @fr.register("words")
        def words():
            yield "a"

        @fr.register("main")
        def main():
            list(words())
            broken()

        fr.run(main)
        """,
    )
    project.record()

    told = [project.command("debug", "last", "--wrong", path).stderr for path in ("broken", "result", "words")]

    assert told == [
        "error: --wrong broken: broken returned nothing, it failed with ValueError: no\n",
        "error: --wrong result: main returned nothing, it failed with ValueError: no\n",
        "error: --wrong words: words gave its result item by item; name the step that used what is wrong\n",
    ]


def test_no_experiment_is_made_on_a_result_that_is_wrong(wrong: Project) -> None:
    answer = wrong.command("debug", "last", "--verify", "--json").json
    assert answer["experiments"] == []
    assert answer["root_cause"]["name"] == "price"
    assert "nothing was raised" in " ".join(answer["remarks"])

    both = wrong.command("debug", "last", "--verify", "--wrong", "result.count")
    assert (both.status, both.stdout) == (2, "")
    assert "Leave one of them out." in both.stderr
