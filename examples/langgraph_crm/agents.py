"""Four agents, each a recorded step that takes and returns plain data. The fifth, their leader, is in pipeline.py."""

import json

from examples.langgraph_crm.database import find_contact
from examples.langgraph_crm.llm import complete
from examples.langgraph_crm.web import read_front_page
from flight_recorder import FlightRecorder

fr = FlightRecorder()

SUMMARISE = "Summarise in one sentence what this front page says about the company behind it."
SCORE = 'Score this sales lead from 0 to 100. Answer with a JSON object: {"score": <number>, "reason": <text>}.'
DRAFT = "Draft a short first email to this sales lead. Greet them by name."


@fr.register("agent://crm/lookup")
def look_up_contact(email: str) -> dict:
    # The bug: a contact that is not in the database comes back as None. The fix is in README.md.
    return find_contact(email)


@fr.register("agent://crm/enricher")
def enrich_company(email: str) -> str:
    domain = email.rpartition("@")[2]
    return complete(SUMMARISE, read_front_page(domain))


@fr.register("agent://crm/scorer")
def score_lead(contact: dict, company: str) -> int:
    assert contact is not None, "Contact data required for scoring"
    answer = complete(SCORE, _describe(contact, company), "json_object")
    return int(json.loads(answer)["score"])


@fr.register("agent://crm/drafter")
def draft_email(contact: dict, company: str) -> str:
    return complete(DRAFT, _describe(contact, company))


def _describe(contact: dict, company: str) -> str:
    """Return the lead as the model gets to read it."""
    return "\n".join(
        [
            f"Name: {contact['name']}",
            f"Company: {contact['company'] or 'not known'}",
            f"Stage: {contact['stage']}",
            f"Their front page: {company}",
        ]
    )
