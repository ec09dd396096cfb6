"""Tools: what the programs are run on, and what each tool's documentation says it does not do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
VENVS = BENCH / ".venvs"

DBOS_DOCS = "https://docs.dbos.dev/python"


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A program that the tool's documentation tells its users not to write."""

    says: str
    page: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A column of the table. *packages* are those whose versions are told; "" as *venv* is our own environment."""

    name: str
    title: str
    adapter: str
    venv: str = ""
    packages: tuple[str, ...] = ()
    is_told_where_to_fork: bool = False
    unsupported: Mapping[str, Unsupported] = field(default_factory=dict)


PLAIN = Tool("plain", "from scratch", "plain")

FLIGHT_RECORDER = Tool("flight-recorder", "Flight Recorder", "flight_recorder", packages=("flight-recorder",))

_DBOS_UNSUPPORTED = {
    "two_stage_gather": Unsupported(
        "sequences of steps that run beside others have to be child workflows, as in the next program",
        f"{DBOS_DOCS}/tutorials/workflow-tutorial#running-async-steps-in-parallel",
    ),
    "mutated_argument": Unsupported(
        "a step must not change variables outside of its scope",
        f"{DBOS_DOCS}/prompting",
    ),
}

_JOBLIB_UNSUPPORTED = dict.fromkeys(
    ("equal_calls", "mutated_argument", "sent_mail"),
    Unsupported("it is designed for pure functions", "https://joblib.readthedocs.io/en/stable/memory.html#gotchas"),
)

_PREFECT_UNSUPPORTED = {
    "equal_calls": Unsupported(
        "equal calls of one run share the first result", "https://docs.prefect.io/v3/concepts/caching"
    ),
    "mutated_argument": Unsupported(
        "tasks with side effects may surprise when they are cached",
        "https://docs.prefect.io/v3/how-to-guides/migrate/upgrade-to-prefect-3",
    ),
}

PEERS = (
    Tool(
        "dbos",
        "DBOS",
        "dbos",
        "dbos",
        ("dbos",),
        is_told_where_to_fork=True,
        unsupported=_DBOS_UNSUPPORTED,
    ),
    Tool("langgraph", "LangGraph", "langgraph", "langgraph", ("langgraph", "langgraph-checkpoint-sqlite")),
    Tool("joblib", "joblib.Memory", "joblib", "joblib", ("joblib",), unsupported=_JOBLIB_UNSUPPORTED),
    Tool("prefect", "Prefect", "prefect", "prefect", ("prefect",), unsupported=_PREFECT_UNSUPPORTED),
)

DBOS_WITHOUT_A_GUIDE = Tool(
    "dbos-failed", "DBOS, forked at the failed step", "dbos", "dbos", ("dbos",), unsupported=_DBOS_UNSUPPORTED
)
"""What a person gets who does not know which step the edit touches; a sentence in the report, not a column."""

COLUMNS = (FLIGHT_RECORDER, *PEERS)
TOOLS = (*COLUMNS, DBOS_WITHOUT_A_GUIDE)
