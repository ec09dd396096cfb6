"""A few broken engines: the suite finds each of them out within seconds. `make laws` tries all."""

from pathlib import Path

import pytest

from tests.laws.hunts import hunt
from tests.laws.mutants import MUTANTS
from tests.laws.processes import Servers

SOON = (
    "inputs are not compared",
    "the n-th call of a name answers the n-th",
    "lineage is dropped",
    "tasks are numbered as they come to run",
    "code is not compared",
    "nothing is served",
    "the failure that ended the session is served",
    "served steps leave their subtrees behind",
    "the plan says that nothing runs",
    "what is one object is not seen",
    "changes of arguments are not put back",
    "a stream that was left early never answers",
)


@pytest.mark.parametrize("mutant", SOON)
def test_a_broken_engine_is_found_out(servers: Servers, mutant: str) -> None:
    assert hunt(mutant, most=40, enough=1, servers=servers).kills == 1


def test_every_mutant_breaks_what_is_there(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("")
    job = {"kind": "script", "cwd": str(tmp_path), "script": str(tmp_path / "program.py")}

    for mutant in MUTANTS:
        assert servers.recording.do({**job, "mutant": mutant}, tmp_path).status == 0


def test_there_are_mutants_of_every_part() -> None:
    assert len(MUTANTS) >= 50
