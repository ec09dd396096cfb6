"""Every store that was ever released can be read."""

import shutil
from pathlib import Path

import msgspec
import pytest

from flight_recorder.model.session import Session
from flight_recorder.store.database import STORE_NAME
from flight_recorder.store.migrate import FIRST_VERSION, current_schema
from tests.store.made_sessions import orders
from tests.store.make_released import RELEASED, stored_sessions

STORES = sorted(RELEASED.glob("v*.db"))


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
