"""Suites: the libraries whose tests run with every function registered, and what of them runs at each commit."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENVS = HERE / ".venvs"


@dataclass(frozen=True)
class Suite:
    """A library and its own tests, as they lie in its source distribution.

    *daily* is what pytest is given of it at each commit, and *examples* how many of each property it tries then.
    """

    name: str
    packages: tuple[str, ...]
    tests: tuple[str, ...]
    daily: tuple[str, ...]
    examples: int = 0

    @property
    def python(self) -> Path:
        """The interpreter of the suite's environment, which `make transparency` makes."""
        return VENVS / self.name / "bin" / "python"

    @property
    def sources(self) -> Path:
        """The unpacked source distribution."""
        return VENVS / self.name / "sources"


SUITES = (
    Suite("toolz", ("toolz", "tlz"), ("toolz",), ("toolz",)),
    Suite("more-itertools", ("more_itertools",), ("tests",), ("tests",)),
    Suite("attrs", ("attr", "attrs"), ("tests",), ("tests",), examples=5),
)
