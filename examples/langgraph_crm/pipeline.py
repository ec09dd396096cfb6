"""The qualifier: the agent that leads the other four, as a LangGraph graph.

    look_up --+
              +--> score --(qualified)--> draft
    enrich ---+

The nodes are thin: each calls one step and puts what it returns into the state.
"""

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from examples.langgraph_crm.agents import draft_email, enrich_company, fr, look_up_contact, score_lead

QUALIFYING_SCORE = 70


class Lead(TypedDict, total=False):
    """What is known of the lead so far."""

    email: str
    contact: dict
    company: str
    score: int
    draft: str


@fr.register("agent://crm/qualifier")
def qualify_lead(email: str) -> dict:
    lead = build_graph().invoke({"email": email})
    return {"score": lead["score"], "qualified": is_qualified(lead), "draft": lead.get("draft")}


def build_graph() -> Any:
    """Return the compiled graph; `look_up` and `enrich` run side by side."""
    graph = StateGraph(Lead)
    graph.add_node("look_up", look_up)
    graph.add_node("enrich", enrich)
    graph.add_node("score", score)
    graph.add_node("draft", draft)
    graph.add_edge(START, "look_up")
    graph.add_edge(START, "enrich")
    graph.add_edge(["look_up", "enrich"], "score")
    graph.add_conditional_edges("score", is_qualified, {True: "draft", False: END})
    graph.add_edge("draft", END)
    return graph.compile()


def look_up(lead: Lead) -> Lead:
    return {"contact": look_up_contact(lead["email"])}


def enrich(lead: Lead) -> Lead:
    return {"company": enrich_company(lead["email"])}


def score(lead: Lead) -> Lead:
    return {"score": score_lead(lead["contact"], lead["company"])}


def draft(lead: Lead) -> Lead:
    return {"draft": draft_email(lead["contact"], lead["company"])}


def is_qualified(lead: Lead) -> bool:
    return lead["score"] > QUALIFYING_SCORE
