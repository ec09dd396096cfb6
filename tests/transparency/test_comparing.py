"""The comparison notices what it is for: a small library, its tests, and a recorder that is in their way."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.transparency import run
from tests.transparency.report import BEGIN, END, put_into_report, table
from tests.transparency.run import TRACED, Compared, compare
from tests.transparency.suites import Suite

LIBRARY = """
import sys
from contextlib import contextmanager
from functools import lru_cache

def plain(n): return n + 1
def stream(n): yield from range(n)
async def later(n): return n
@lru_cache
def cached(n): return n
@contextmanager
def opened(): yield 1
def make():
    def inner(): return 1
    return inner
async def caller(): return sys._getframe(1).f_code.co_name
add = lambda n: n

class Shop:
    def __init__(self, n): self.n = n
    @property
    def size(self): return self.n
    @size.setter
    def size(self, n): self.n = n
    @classmethod
    def of(cls, n): return cls(n)
    @staticmethod
    def double(n): return 2 * n
    class Shelf:
        def __len__(self): return 3
"""

TESTS = """
import asyncio
import shop

def test_functions():
    assert shop.plain(1) == 2 and list(shop.stream(2)) == [0, 1] and asyncio.run(shop.later(3)) == 3
    assert shop.cached(1) == 1 and shop.make()() == 1 and shop.add(1) == 1
    with shop.opened() as one:
        assert one == 1

def test_methods():
    one = shop.Shop.of(2)
    one.size = one.size + shop.Shop.double(3)
    assert one.n == 8 and len(shop.Shop.Shelf()) == 3

def test_that_fails_either_way():
    assert shop.plain(1) == 3
"""

LOOKS_AT_FRAMES = """
import asyncio

def test_who_calls():
    async def outer(): return await shop.caller()
    assert asyncio.run(outer()) == "outer"
"""

NAMES = [
    *("Shop.Shelf.__len__", "Shop.__init__", "Shop.double", "Shop.of", "Shop.size"),
    *("cached", "caller", "later", "make", "opened", "plain", "stream"),
]


@dataclass(frozen=True)
class Local(Suite):
    """A suite in a folder, for the interpreter of these tests."""

    folder: Path = field(default=Path())

    python = Path(sys.executable)  # type: ignore[assignment]

    @property
    def sources(self) -> Path:
        return self.folder


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Local:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    (folder / "shop.py").write_text(LIBRARY, encoding="utf-8")
    (folder / "test_shop.py").write_text(TESTS, encoding="utf-8")
    monkeypatch.setattr(run, "_version", lambda _suite: "1.0")
    return Local("shop", ("shop",), ("test_shop.py",), ("test_shop.py",), folder=folder)


def compared(suite: Local, folder: Path) -> tuple[Compared, list[str]]:
    """Return what came of *suite*, and the names of the functions that were registered."""
    found = compare(suite, folder / "runs", is_daily=True)
    account = json.loads((folder / "runs" / "registered" / "account.json").read_text(encoding="utf-8"))
    return found, [name.partition(":")[2] for name in account["registered"]]


def test_every_named_function_is_registered_and_recorded_and_no_result_changes(suite: Local, tmp_path: Path) -> None:
    found, names = compared(suite, tmp_path)

    assert (found.changed, found.troubles, found.is_good) == ((), (), True)
    assert names == NAMES
    assert (found.tests, found.functions) == (3, len(NAMES))
    # The run itself; plain twice, stream, later, cached, make, opened; of, __init__, size twice, double, __len__.
    assert found.calls == 14


def test_a_test_that_counts_the_frames_of_coroutines_changes_its_result_and_is_named(
    suite: Local, tmp_path: Path
) -> None:
    with (suite.folder / "test_shop.py").open("a", encoding="utf-8") as tests:
        tests.write(LOOKS_AT_FRAMES)
    name = "test_shop.py::test_who_calls"

    found, _ = compared(suite, tmp_path)

    assert (found.changed, found.is_good) == ((name,), False)
    assert f"- shop, registered: `{name}` changed its result." in table([found]).splitlines()


def test_a_recorder_that_gives_up_is_noticed_though_no_result_changes(suite: Local, tmp_path: Path) -> None:
    breaks = """
def test_without_a_recorder(monkeypatch):
    from flight_recorder.record.quick import Quick

    def broken(*args):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(Quick, "begin", broken)
    assert shop.plain(1) == 2
"""
    with (suite.folder / "test_shop.py").open("a", encoding="utf-8") as tests:
        tests.write(breaks)

    found, _ = compared(suite, tmp_path)

    assert found.changed == ()
    assert not found.is_good
    assert [trouble.splitlines()[-1] for trouble in found.troubles if "said" in trouble] == [
        "ZeroDivisionError: planted",
        "the recorder said: recording is off: ZeroDivisionError: planted; the program runs on without it",
    ]
    assert any(trouble.endswith("is unfinished") for trouble in found.troubles)


def test_nothing_changes_where_the_same_tests_are_traced(suite: Local, tmp_path: Path) -> None:
    found = compare(suite, tmp_path / "runs", TRACED)

    assert (found.changed, found.troubles, found.is_good) == ((), (), True)
    # The run itself; plain twice, stream, later, cached, make, what that makes, add, opened; of, size twice, double.
    assert (found.tests, found.calls) == (3, 14)


def test_the_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n", encoding="utf-8")

    put_into_report(page, "new")

    assert page.read_text(encoding="utf-8") == f"above\n{BEGIN}\n\nnew\n\n{END}\nbelow\n"
