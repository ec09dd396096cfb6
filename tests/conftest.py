"""Fixtures of all tests, and the check that nothing of ours is left behind."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.kit import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return Project(tmp_path)


@pytest.fixture(autouse=True)
def _leaves_nothing_behind() -> Iterator[None]:
    start, submit, create_task = threading.Thread.start, ThreadPoolExecutor.submit, asyncio.BaseEventLoop.create_task
    profile = sys.getprofile()
    yield
    from flight_recorder.record import opening
    from flight_recorder.record.context import current

    assert threading.Thread.start is start
    assert ThreadPoolExecutor.submit is submit
    assert asyncio.BaseEventLoop.create_task is create_task
    assert sys.getprofile() is profile
    assert current.get() is None
    assert not list(opening._open_journals)
    if sys.version_info >= (3, 12):
        assert "flight-recorder" not in [sys.monitoring.get_tool(number) for number in range(6)]
