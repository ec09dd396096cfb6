"""Outcomes: a pytest plugin that writes down how each test of a run ended, for a comparison with another run.

Two runs have to do the same, whatever they cost: what Hypothesis tries follows from the test alone, and has no
deadline. This file is loaded by name in the environment of a suite, and imports nothing of ours.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

FILE = Path(os.environ["TRANSPARENCY_OUTCOMES"])
EXAMPLES = int(os.environ.get("TRANSPARENCY_EXAMPLES", "0"))  # of each property; 0: as many as the suite says

_outcomes: dict[str, Counter[str]] = {}


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """Take the suite's own settings of Hypothesis for a base; its conftest has been read by now."""
    try:
        from hypothesis import HealthCheck, settings
    except ImportError:
        return
    more = {"max_examples": EXAMPLES} if EXAMPLES else {}
    settings.register_profile(
        "transparency",
        settings(),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
    settings.load_profile("transparency")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the phases of each test, and its subtests, by how they ended."""
    ended = "xfailed" if hasattr(report, "wasxfail") else report.outcome
    _outcomes.setdefault(report.nodeid, Counter())[f"{report.when} {ended}"] += 1


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that cannot be collected is a result too."""
    if not report.passed:
        _outcomes.setdefault(report.nodeid, Counter())[f"collection {report.outcome}"] += 1


def pytest_sessionfinish(exitstatus: int) -> None:
    """Write it all."""
    told = {name: [f"{count} {ended}" for ended, count in sorted(seen.items())] for name, seen in _outcomes.items()}
    FILE.write_text(json.dumps({"status": int(exitstatus), "tests": told}), encoding="utf-8")
