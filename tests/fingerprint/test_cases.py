"""Every edit of the cases: what changes behaviour is seen and named, what does not is not."""

import importlib.util
import sys
from pathlib import Path

import pytest

from flight_recorder.fingerprint.changes import changes
from flight_recorder.model.fingerprint import Fingerprint
from tests.fingerprint.cases import CASES, SAME, Case
from tests.fingerprint.made_projects import take
from tests.fingerprint.more_cases import MORE


def is_possible(case: Case) -> bool:
    return sys.version_info >= case.since and (not case.needs or importlib.util.find_spec(case.needs) is not None)


EDITS = [(case, *edit) for case in [*CASES, *MORE] if is_possible(case) for edit in case.edits]
IDS = [f"{case.name}: {old} -> {new}".replace("\n", "/")[:90] for case, old, new, _ in EDITS]

_before: dict[str, Fingerprint] = {}


@pytest.mark.parametrize(("case", "old", "new", "said"), EDITS, ids=IDS)
def test_edit(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, case: Case, old: str, new: str, said: str | None
) -> None:
    before = _before.get(case.name)
    if before is None:
        before = _before[case.name] = take(tmp_path_factory.mktemp("before"), case.files())
    assert before.is_known, before.parts

    after = take(tmp_path, case.files(old, new))

    found = changes(before, after)
    if said is SAME:
        assert found == ()
        assert before.equals(after)
    else:
        assert not before.equals(after)
        assert any(said in sentence for sentence in found), found
