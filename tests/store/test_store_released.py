"""Every store and every journal that was ever released can be read."""

import shutil
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from flight_recorder.journal.folder import journal_path
from flight_recorder.journal.format import FORMAT_VERSION, HEADER_BYTES
from flight_recorder.journal.packing import BRANCH, END, HAS_EXTRAS, HAS_PARENT, IS_GROWN, START, TEMPLATE
from flight_recorder.journal.reader import read_events, read_payloads
from flight_recorder.journal.unpacking import FIRST_OF_EVENTS
from flight_recorder.model.event import Event
from flight_recorder.model.fold import fold
from flight_recorder.model.session import Session
from flight_recorder.store.database import STORE_NAME
from flight_recorder.store.drain import drain
from flight_recorder.store.migrate import FIRST_VERSION, current_schema
from tests.store.made_sessions import orders
from tests.store.make_released import RELEASED, stored_sessions

STORES = sorted(RELEASED.glob("v*.db"))
JOURNALS = sorted(RELEASED.glob("v*.journal"))
FIRST_FORMAT = 2  # those before it were never released


@pytest.mark.parametrize("released", STORES, ids=lambda path: path.stem)
def test_a_released_store_holds_what_it_held_when_it_was_released(released: Path, tmp_path: Path) -> None:
    shutil.copy(released, tmp_path / STORE_NAME)
    expected = msgspec.json.decode(released.with_suffix(".json").read_bytes(), type=list[Session])

    sessions = stored_sessions(tmp_path)

    assert sessions == expected
    assert [orders(session) for session in sessions] == [orders(session) for session in expected]
    assert len(sessions) >= 3


def test_every_version_has_its_released_store() -> None:
    assert [store.stem for store in STORES] == [
        f"v{version}" for version in range(FIRST_VERSION, current_schema().version + 1)
    ]


@pytest.mark.parametrize("released", JOURNALS, ids=lambda path: path.stem)
def test_a_released_journal_tells_what_it_told_when_it_was_released(released: Path, tmp_path: Path) -> None:
    told = msgspec.json.decode(released.with_name(f"{released.name}.json").read_bytes(), type=list[Event])
    path = journal_path(tmp_path, "4f2a91", 1)
    path.parent.mkdir()
    shutil.copy(released, path)

    assert list(read_events(path)) == told
    report = drain(tmp_path)

    assert (report.saved, report.left, path.exists()) == (("4f2a91",), (), False)
    assert stored_sessions(tmp_path) == [fold(told)]


def test_every_format_has_its_released_journal() -> None:
    assert [journal.stem for journal in JOURNALS] == [
        f"v{version}" for version in range(FIRST_FORMAT, FORMAT_VERSION + 1)
    ]


def test_the_released_journal_of_this_format_has_every_kind_of_record() -> None:
    path = RELEASED / f"v{FORMAT_VERSION}.journal"
    payloads = list(read_payloads(path, HEADER_BYTES))
    flags = {payload[1] for payload in payloads if payload[0] in (START, END)}

    assert {payload[0] for payload in payloads if payload[0] < FIRST_OF_EVENTS} == {TEMPLATE, BRANCH, START, END}
    assert {each for each in (HAS_EXTRAS, IS_GROWN, HAS_PARENT) if any(flag & each for flag in flags)} == {
        HAS_EXTRAS,
        IS_GROWN,
        HAS_PARENT,
    }
    assert {type(event) for event in read_events(path)} == set(get_args(Event))
