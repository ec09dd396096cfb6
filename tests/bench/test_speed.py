"""The benches of speed, on tiny sizes: each finds what the targets are about, and writes it. Times do not matter."""

import importlib
import json
import shutil
import sys
from pathlib import Path

import pytest

from bench import report, targets
from bench.recording.kept import is_in
from bench.targets import TARGETS, Target

RECORD = ("--repeat=1", "--bursts=2", "--scale=0.01", "--payload", "small", "--row", "outside of a session", "--mode")
SIZES = {
    "theft": ("--repeat=1", "--slices=1", "--seconds=0.1", "--row", "flight recorder"),
    "start": ("--repeat=1",),
    "storage": ("--turns=4", "--steps=20", "--row"),
    "reading": ("--repeat=1", "--steps=200", "--sessions=3"),
}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "performance.md"
    shutil.copy(report.REPORT, copy)
    monkeypatch.setattr(report, "REPORT", copy)
    monkeypatch.setattr(report, "FIGURES", tmp_path / "figures")
    return copy


def ran(name: str, page: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[dict[str, float], str]:
    """Return the figures that a bench found, and what it wrote into the page."""
    monkeypatch.setattr(sys, "argv", [f"bench.{name}", *options, "--report"])
    importlib.import_module(f"bench.{name}").main()
    figures = json.loads((page.parent / "figures" / f"{name}.json").read_text())["figures"]
    return figures, page.read_text().partition(f"<!-- {name}: made")[2].partition(f"<!-- {name}: end")[0]


def about(name: str) -> set[str]:
    return {key for key in TARGETS if key.startswith(f"{name} ")}


def test_recording_is_measured_in_turn_as_coroutines_and_in_threads(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures, written = ran("record", page, monkeypatch, *RECORD, "sync", "async", "threads")

    to_floor = {key for key in about("record") if "small" in key and key.endswith("floor")}
    to_span = {key for key in about("record") if "small" in key and key.endswith("span")}
    assert set(figures) in (
        {*to_floor, "record outside"},
        {*to_floor, *to_span, "record outside"},
    )  # is it installed?
    assert written.count("\n| small | floor |") == 3
    assert written.count("\n| small | flight recorder | inputs, outputs |") == 2
    assert written.count("\n| small | bare |  |") == 2


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("theft", set()),
        ("start", {"start help", "start list"}),  # without the environment of typer
        ("storage", set()),
        ("reading", {"reading list", "reading debug"}),  # of a small store they would say nothing
    ],
)
def test_a_bench_finds_what_the_targets_are_about(
    name: str, missing: set[str], page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "start":
        monkeypatch.setattr("bench.start.VENVS", page.parent)
    monkeypatch.setattr("bench.reading.FEW", 2)

    figures, written = ran(name, page, monkeypatch, *SIZES[name])

    assert set(figures) == about(name) - missing
    assert f"`python -m bench.{name}`" in written
    assert "\n|---|" in written


def test_all_targets_stand_in_one_table_with_what_was_found(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report.FIGURES.mkdir()
    (report.FIGURES / "storage.json").write_text('{"made": "2026-01-01", "figures": {"storage step": 501}}')
    (report.FIGURES / "start.json").write_text('{"made": "2026-01-02", "figures": {"start help": 0.5}}')
    monkeypatch.setattr(sys, "argv", ["bench.targets", "--report"])

    targets.main()

    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    assert "figures of 2026-01-01, 2026-01-02. `python -m bench.targets`" in page.read_text()
    assert "| a small step: bytes after draining | at most 500 B | 501 B | **no** |" in rows
    assert f"| {TARGETS['start help'].question} | at most 0.5 x | 0.5 x | yes |" in rows
    assert "| draining small steps | at least 100,000 a second | not measured |  |" in rows
    assert all(any(row.startswith(f"| {target.question} | ") for row in rows) for target in TARGETS.values())


def test_a_target_holds_at_its_limit_and_not_beyond() -> None:
    most, least = Target("so much", 0.15, "x"), Target("so many", 0.97, "x", is_least=True)

    assert [most.holds(figure) for figure in (0.1, 0.15, 0.151)] == [True, True, False]
    assert [least.holds(figure) for figure in (0.969, 0.97, 1.0)] == [False, True, True]


def test_what_was_not_kept_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "spans.jsonl").write_text('{"inputs": "in-0000001."}\n')

    assert is_in(tmp_path, b"in-0000001.")
    assert not is_in(tmp_path, b"in-0000002.")


def test_a_page_without_a_place_for_a_bench_is_not_touched(page: Path) -> None:
    page.write_text("nothing here\n")

    with pytest.raises(SystemExit, match="has no place for record"):
        report.put_into_report("record", "text")
    assert page.read_text() == "nothing here\n"
