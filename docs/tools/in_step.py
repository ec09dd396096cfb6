"""Check that the documents keep step with the code: errors, reasons, rooms, links. Exits 1 and says where not."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from flight_recorder import errors
from flight_recorder.model.judgement import Reason

ROOT = Path(__file__).resolve().parents[2]


def missing_errors() -> Iterator[str]:
    """Every error has an entry under its slug, and the tree in the docstring draws it."""
    messages = (ROOT / "docs/messages.md").read_text(encoding="utf-8")
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.FlightRecorderError):
            if f"### {kind.slug}\n" not in messages:
                yield f"docs/messages.md has no entry '### {kind.slug}' for {name}"
            if name not in (errors.__doc__ or ""):
                yield f"the tree in errors.py does not draw {name}"


def missing_reasons() -> Iterator[str]:
    """Every reason of a replay is explained."""
    messages = (ROOT / "docs/messages.md").read_text(encoding="utf-8")
    for reason in Reason:
        if f"| {reason} |" not in messages:
            yield f"docs/messages.md does not explain the reason '{reason}'"


def missing_rooms() -> Iterator[str]:
    """Every room of the package is drawn in the design."""
    design = (ROOT / "docs/design.md").read_text(encoding="utf-8").partition("## The rooms")[2].partition("## ")[0]
    for room in (ROOT / "src/flight_recorder").iterdir():
        name = room.stem
        if name.startswith("_") or room.suffix not in ("", ".py"):
            continue
        if not re.search(rf"\b{name}\b", design):
            yield f"docs/design.md does not draw the room {name}"


def broken_links() -> Iterator[str]:
    """Every relative link of a document leads to a file."""
    for page in sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")}):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)} links to {target}, which is not there"


def undocumented_tests() -> Iterator[str]:
    """Every test that the laws name is there."""
    for target in re.findall(r"`(tests/[^`]+)`", (ROOT / "docs/design.md").read_text(encoding="utf-8")):
        if not (ROOT / target).exists():
            yield f"docs/design.md names {target}, which is not there"


def main() -> int:
    """Return 1 when anything is out of step."""
    checks = (missing_errors, missing_reasons, missing_rooms, broken_links, undocumented_tests)
    problems = [problem for check in checks for problem in check()]
    for problem in problems:
        print(problem, file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
