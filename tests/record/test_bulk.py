"""Functions of a module, and methods of a class, that become steps all at once."""

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from flight_recorder import FlightRecorder
from flight_recorder.model.session import Session

Last = Callable[[], Session]

TOOLS = """
from json import dumps

def search(query):
    return _clean(query)

async def fetch(url):
    return url

def _clean(query):
    return query.strip()

double = lambda x: 2 * x

class Client:
    def __init__(self, key):
        self.key = key

    def ask(self, question):
        return self._send(question)

    def _send(self, question):
        return question.upper()

    @staticmethod
    def plain(text):
        return text

    @classmethod
    def of(cls, key):
        return cls(key)

    @property
    def length(self):
        return len(self.key)

    def __call__(self, question):
        return self.ask(question)
"""


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of the program's that is loaded."""
    module = ModuleType("tools_of_a_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(TOOLS, "tools_of_a_test.py", "exec"), vars(module))
    return module


def names(session: Session) -> list[str]:
    return [step.name.rpartition(":")[2] for step in session.steps.values()]


def test_the_public_functions_and_methods_of_a_module_become_steps(
    fr: FlightRecorder, last: Last, tools: ModuleType
) -> None:
    assert fr.register_module(tools) is tools

    @fr.register("main")
    def main() -> object:
        client = tools.Client.of("k")
        return tools.search(" hi "), client("a"), client.plain("b"), client.length, tools.double(2), tools.dumps(1)

    assert fr.run(main) == ("hi", "A", "b", 1, 4, "1")
    assert names(last()) == ["main", "Client.of", "search", "Client.__call__", "Client.ask", "Client.plain"]


def test_what_is_included_may_be_private_and_what_is_excluded_stays_as_it_is(
    fr: FlightRecorder, last: Last, tools: ModuleType
) -> None:
    plain = vars(tools.Client)["plain"]
    fr.register_class(tools.Client, include=["_send", "a*", "plain"], exclude="plain")

    fr.run(lambda: tools.Client("k").ask("x"))

    assert names(last())[1:] == ["Client.ask", "Client._send"]
    assert vars(tools.Client)["plain"] is plain


def test_a_module_that_took_a_function_before_has_the_step(
    fr: FlightRecorder, last: Last, tools: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ModuleType("other_of_a_test")
    monkeypatch.setitem(sys.modules, other.__name__, other)
    exec("from tools_of_a_test import search, dumps", vars(other))

    fr.register_module(tools)
    fr.run(lambda: other.search("x"))

    assert names(last())[1:] == ["search"]
    assert other.search is tools.search


def test_to_register_twice_changes_nothing_and_a_step_keeps_its_name(
    fr: FlightRecorder, last: Last, tools: ModuleType
) -> None:
    tools.search = fr.register("agent://search", replayable=False)(tools.search)
    fr.register_module(tools)
    once = tools.search, tools.fetch
    fr.register_module(tools)

    fr.run(lambda: tools.search("x"))

    assert (tools.search, tools.fetch) == once
    (step,) = [step for step in last().steps.values() if step.parent is not None]
    assert step.name == "agent://search"
    assert step.call.is_protected


def test_all_of_a_class_can_be_protected(fr: FlightRecorder, last: Last) -> None:
    @fr.register_class
    class Reader:
        def read(self) -> int:
            return 1

    class Mailer:
        def send(self, to: str) -> str:
            return to

    fr.register_class(Mailer, replayable=False, ignore="self")

    fr.run(lambda: (Reader().read(), Mailer().send("ada")))

    steps = {step.name.rpartition(".")[2]: step.call for step in last().steps.values()}
    assert (steps["read"].is_protected, steps["send"].is_protected) == (False, True)
    assert steps["send"].ignored == {"self"}
