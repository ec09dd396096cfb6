"""Suites: the libraries whose tests run recorded, in which ways, and what of them runs at each commit."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENVS = HERE / ".venvs"


@dataclass(frozen=True)
class Suite:
    """A library and its own tests, as they lie in its source distribution.

    *daily* is what pytest is given of it at each commit, and *examples* how many of each property it tries then. Its
    modules lie in the folder *modules*. *is_registered* is false where it is only traced.
    """

    name: str
    packages: tuple[str, ...]
    tests: tuple[str, ...]
    daily: tuple[str, ...] = ()
    examples: int = 0
    modules: str = ""
    is_registered: bool = True

    @property
    def python(self) -> Path:
        """The interpreter of the suite's environment, which `make transparency` makes."""
        return VENVS / self.name / "bin" / "python"

    @property
    def sources(self) -> Path:
        """The unpacked source distribution."""
        return VENVS / self.name / "sources"


# Of more-itertools: what makes some 10,000 calls and more in one test, or gives objects of that size to each. In no
# run: `test_prepend_many` alone records gigabytes, and does not end in an hour.
_MANY_CALLS = (
    *("PrimeFunction", "DiscreteFourier", "prepend_many", "bounded_memory", "all_orderings", "test_large"),
    *(
        "test_vs_statistics_median",
        "lcg_mitigation",
        "concurrent_consumers",
        "TestSerialize",
        "FactorTests",
        "prime_counts",
        "callback_kwd",
    ),
)

_WITHOUT_MANY_CALLS = ("tests", "-k", f"not ({' or '.join(_MANY_CALLS)})")

SUITES = (
    Suite(
        "toolz",
        ("toolz", "tlz"),
        tests=("toolz",),
        daily=("toolz", "-k", "not test_is_valid_curry and not test_introspect_builtin_modules"),
    ),
    Suite(
        "more-itertools",
        ("more_itertools",),
        tests=_WITHOUT_MANY_CALLS,
        daily=_WITHOUT_MANY_CALLS,
    ),
    Suite(
        "attrs",
        ("attr", "attrs"),
        tests=("tests",),
        daily=(
            *(
                f"tests/test_{name}.py"
                for name in ("cmp", "converters", "hooks", "next_gen", "setattr", "validators")
            ),
            *(f"tests/test_make.py::{name}" for name in ("TestClassBuilder", "TestMakeClass")),
        ),
        examples=5,
        modules="src",
    ),
    Suite("networkx", ("networkx",), tests=("networkx",), is_registered=False),
    Suite("jinja2", ("jinja2",), tests=("tests",), modules="src", is_registered=False),
    Suite("anyio", ("anyio",), tests=("tests",), modules="src", is_registered=False),
)
