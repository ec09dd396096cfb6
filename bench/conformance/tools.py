"""Tools: what the programs are run on, and what each tool's documentation says it does not do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
VENVS = BENCH / ".venvs"

DBOS_DOCS = "https://docs.dbos.dev/python"
LANGGRAPH_DOCS = "https://docs.langchain.com/oss/python/langgraph"


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
        "sequences of steps are to be child workflows, as in the next program",
        f"{DBOS_DOCS}/tutorials/workflow-tutorial#running-async-steps-in-parallel",
    ),
}

PEERS = (
    Tool("dbos-failed", "DBOS, forked at the failed step", "dbos", "dbos", ("dbos",), unsupported=_DBOS_UNSUPPORTED),
    Tool(
        "dbos-edited",
        "DBOS, forked at the edited step",
        "dbos",
        "dbos",
        ("dbos",),
        is_told_where_to_fork=True,
        unsupported=_DBOS_UNSUPPORTED,
    ),
    Tool("langgraph", "LangGraph", "langgraph", "langgraph", ("langgraph", "langgraph-checkpoint-sqlite")),
    Tool("joblib", "joblib.Memory", "joblib", "joblib", ("joblib",)),
    Tool("prefect", "Prefect", "prefect", "prefect", ("prefect",)),
)

TOOLS = (FLIGHT_RECORDER, *PEERS)
