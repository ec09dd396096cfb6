"""The rows of the tables: the virtual environment of each, and where its way to record is."""

import importlib
import sys
from pathlib import Path

from bench.recording.way import Way

VENVS = Path(__file__).parents[1] / ".venvs"
ROWS: dict[str, tuple[str, str, str]] = {  # "" is our own environment
    "bare": ("", "ours", "Bare"),
    "floor": ("", "ours", "Floor"),
    "flight recorder": ("", "ours", "FlightRecorder"),
    "without its compiled part": ("", "ours", "InPython"),
    "outside of a session": ("", "ours", "OutsideOfSession"),
    "opentelemetry": ("opentelemetry", "spans", "OpenTelemetry"),
    "langfuse": ("langfuse", "spans", "Langfuse"),
    "logfire": ("logfire", "spans", "Logfire"),
    "mlflow": ("mlflow", "stores", "Mlflow"),
    "dbos": ("dbos", "stores", "Dbos"),
    "langgraph": ("langgraph", "stores", "LangGraph"),
    "joblib": ("joblib", "stores", "Joblib"),
    "reeltime": ("reeltime", "stores", "Reeltime"),
}
OUTSIDE = "outside of a session"
OURS = ("bare", "floor", "flight recorder", "without its compiled part", OUTSIDE)


def python_of(row: str) -> Path:
    """Return the interpreter that a row runs in, which is not there before its environment is made."""
    venv, _, _ = ROWS[row]
    return VENVS / venv / "bin" / "python" if venv else Path(sys.executable)


def is_ready(row: str) -> bool:
    """Whether the environment of a row was made; says so when it was not."""
    if python_of(row).exists():
        return True
    print(f"{row} is left out: make bench/.venvs/{ROWS[row][0]}/.ready", file=sys.stderr)
    return False


def way_of(row: str) -> type[Way]:
    """Return the way to record of a row. In its own environment only."""
    _, module, name = ROWS[row]
    way: type[Way] = getattr(importlib.import_module(f"bench.recording.{module}"), name)
    return way
