"""Budget: how many steps the experiments on one session may run. Pure.

The failing step and its callers run in every replay, so they are free. Whatever else runs counts: it may cost
something, and nobody was asked. What seems to leave the program (an LLM, a request) counts even when it is what
failed, and runs only where somebody named a budget. Callers do not: they have to run for any other step to.
"""

import re

import msgspec

from flight_recorder.model.fingerprint import Fingerprint, PartKind
from flight_recorder.model.judgement import Decision, Judgement
from flight_recorder.model.request import is_request
from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Kind

_CLIENTS = frozenset({
    "aiohttp", "aioboto3", "anthropic", "azure-ai-inference", "boto3", "cohere", "google-genai",
    "google-generativeai", "groq", "grpcio", "httpx", "huggingface-hub", "langchain-anthropic",
    "langchain-openai", "litellm", "mistralai", "ollama", "openai", "paramiko", "psycopg", "psycopg2", "pymongo",
    "redis", "replicate", "requests", "sqlalchemy", "together", "urllib3",
})  # fmt: skip
"""Distributions whose use says that a step leaves the program. A list, and no proof: hence the count of all steps."""

_IN_SOURCE = re.compile(
    r"\b(urllib\.request|urlopen|http\.client|HTTPSConnection|HTTPConnection|smtplib|subprocess|os\.system|socket)\b"
)


class Budget(msgspec.Struct, frozen=True):
    """*steps* may run that are not free, and with *may_leave* also such as leave the program.

    *failing* is the id of the recorded step that failed, *callers* are those of its callers.
    """

    steps: int
    may_leave: bool
    failing: int
    callers: frozenset[int] = frozenset()

    def covers(self, call: Call, judgement: Judgement | None, fingerprint: Fingerprint | None) -> bool:
        """Whether *call* runs at no cost."""
        twin = judgement.twin if judgement is not None else None
        if call.parent is None or twin in self.callers or (call.kind is Kind.BOUNDARY and not is_request(call)):
            return True
        return twin == self.failing and not way_out(call, fingerprint)


def way_out(call: Call, fingerprint: Fingerprint | None) -> str:
    """Return by what the function of *call*, which has *fingerprint*, seems to leave the program; "" by nothing."""
    if is_request(call):
        return "it is a request"
    if fingerprint is None:
        return ""
    clients = (part.name for part in fingerprint.parts if part.kind is PartKind.LIBRARY and _is_client(part.name))
    found = _IN_SOURCE.search(fingerprint.source)
    return next(clients, found.group() if found is not None else "")


def _is_client(distribution: str) -> bool:
    return distribution.lower().replace("_", "-") in _CLIENTS


def spent(budget: Budget, replayed: Session) -> int:
    """Return how many steps of *replayed* ran that were not free."""
    return sum(
        step.judgement is not None
        and step.judgement.decision is Decision.RERUN
        and not budget.covers(step.call, step.judgement, replayed.fingerprint_of(step))
        for step in replayed.steps.values()
    )
