"""Notebooks: run the cells of a notebook's file, as it is now, up to the one that began the session."""

import json
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.session import Launch
from flight_recorder.model.start import Cells

LEAST_LIKENESS = 0.5  # of a cell that was edited, with what it was


class CodeCell(msgspec.Struct, frozen=True):
    """A cell of code in a notebook's file. *id* is "" in files of older formats."""

    source: str
    id: str = ""


def code_cells(path: str) -> list[CodeCell]:
    """Return the cells of code of the notebook at *path*, in order; none when it cannot be read as one."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        cells = document["cells"]
        return [
            CodeCell("".join(cell["source"]), str(cell.get("id", "")))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def notebook_of(cells: Cells, launch: Launch) -> str:
    """Return the path of the notebook: as the kernel was told, else the one in its folder that has the cell.

    Raises ReplayRefusedError when there is none, or more than one.
    """
    if cells.notebook:
        if not os.path.isfile(cells.notebook):
            raise ReplayRefusedError(
                _refusal(f"its notebook {cells.notebook} is not there", "Save it, or put it back.")
            )
        return cells.notebook
    here = sorted(str(path) for path in Path(launch.cwd).glob("*.ipynb"))
    found = [path for path in here if chosen_cell(code_cells(path), cells) is not None]
    if len(found) != 1:
        what = "several notebooks have" if found else "no notebook has"
        raise ReplayRefusedError(
            _refusal(
                f"{what} the cell that began it, among those in {launch.cwd}", "Save the notebook in that folder."
            )
        )
    return found[0]


def chosen_cell(cells: Sequence[CodeCell], recorded: Cells) -> int | None:
    """Return the position of the cell that began the session, by its id, text or likeness; None without one."""
    for position, cell in enumerate(cells):
        if recorded.cell and cell.id == recorded.cell:
            return position
    same = [position for position, cell in enumerate(cells) if cell.source.strip() == recorded.source.strip()]
    if same:
        return same[-1]
    likeness = [(_likeness(cell.source, recorded.source), position) for position, cell in enumerate(cells)]
    best, position = max(likeness, default=(0.0, 0))
    return position if best >= LEAST_LIKENESS else None


def cells_run(
    cells: Cells, launch: Launch, recorded: Sequence[Launch]
) -> tuple[Callable[[], object], Callable[[], str]]:
    """Return what runs the notebook up to the chosen cell, and the unit that runs.

    *recorded* are those of the sessions of the recorded kernel, in the order of their beginning.
    """
    path = notebook_of(cells, launch)
    found = code_cells(path)
    chosen = chosen_cell(found, cells)
    if chosen is None:
        raise ReplayRefusedError(_refusal(f"{path} has no cell like the one that began it", "Record it again."))
    units = _units(recorded)
    sys.argv[:] = launch.argv
    unit = ""

    def run() -> None:
        nonlocal unit
        shell = _shell()
        sys.excepthook = _show  # the interpreter's own looks for a cell's lines in a file, and there is none
        for position, cell in enumerate(found[: chosen + 1]):
            unit = launch.unit if position == chosen else units.get(cell.source.strip(), "")
            _run_cell(shell, cell)

    return run, lambda: unit


def _units(recorded: Sequence[Launch]) -> dict[str, str]:
    """Return the unit in which each cell began sessions last, by its text."""
    return {launch.start.source.strip(): launch.unit for launch in recorded if isinstance(launch.start, Cells)}


def _run_cell(shell: Any, cell: CodeCell) -> None:
    result = shell.run_cell(cell.source, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        raise error


def _shell() -> Any:
    """Return an IPython without a terminal and without a history file, whose names are those of `__main__`."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):  # type: ignore[misc]  # nothing is known of its types
        def showtraceback(self, *_: object, **__: object) -> None:
            """Leave it to the one who runs the cells."""

        showsyntaxerror = showtraceback

    settings = Config()
    settings.HistoryManager.enabled = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is not asked for by a terminal
        return Shell.instance(config=settings)


def _show(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    traceback.print_exception(kind, error, where)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _refusal(why: str, remedy: str) -> str:
    return f"the session cannot be started again: {why}.\n  {remedy}"
