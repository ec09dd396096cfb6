"""Prices: what language models cost, as their makers published it. Pure.

The table is of June 2026, in US dollars for a million tokens: sent, received, and sent where the provider had them
cached. It knows no discounts for batches, no surcharges for long contexts and no regions, so a cost is an estimate.
A model that is not in it costs nothing that we know.
"""

import re

from flight_recorder.llm.chat import Tokens

PRICES_OF = "2026-06"

_PRICES: dict[str, tuple[float, float, float]] = {
    "gpt-5.4": (2.5, 15, 0.25),
    "gpt-5.1": (1.25, 10, 0.125),
    "gpt-5": (1.25, 10, 0.125),
    "gpt-5-mini": (0.25, 2, 0.025),
    "gpt-5-nano": (0.05, 0.4, 0.005),
    "gpt-5-pro": (15, 120, 15),
    "gpt-4.1": (2, 8, 0.5),
    "gpt-4.1-mini": (0.4, 1.6, 0.1),
    "gpt-4.1-nano": (0.1, 0.4, 0.025),
    "gpt-4o": (2.5, 10, 1.25),
    "gpt-4o-mini": (0.15, 0.6, 0.075),
    "gpt-3.5-turbo": (0.5, 1.5, 0.5),
    "o1": (15, 60, 7.5),
    "o3": (2, 8, 0.5),
    "o3-mini": (1.1, 4.4, 0.55),
    "o4-mini": (1.1, 4.4, 0.275),
    "claude-opus-4-5": (5, 25, 0.5),
    "claude-opus-4-1": (15, 75, 1.5),
    "claude-opus-4": (15, 75, 1.5),
    "claude-sonnet-4-5": (3, 15, 0.3),
    "claude-sonnet-4": (3, 15, 0.3),
    "claude-haiku-4-5": (1, 5, 0.1),
    "claude-3-7-sonnet": (3, 15, 0.3),
    "claude-3-5-sonnet": (3, 15, 0.3),
    "claude-3-5-haiku": (0.8, 4, 0.08),
    "claude-3-haiku": (0.25, 1.25, 0.03),
    "gemini-3-pro": (2, 12, 0.2),
    "gemini-3-flash": (0.5, 3, 0.05),
    "gemini-2.5-pro": (1.25, 10, 0.125),
    "gemini-2.5-flash": (0.3, 2.5, 0.03),
    "gemini-2.5-flash-lite": (0.1, 0.4, 0.01),
    "gemini-2.0-flash": (0.1, 0.4, 0.025),
}
# What a name may have behind it and still mean the same model: a date, a number, that it is the latest.
_VERSION = re.compile(r"(?:[-@](?:latest|preview|\d{8}|\d{4}-\d\d-\d\d|\d\d-\d\d(?:\d\d)?|\d{3,4}))*")


def cost_of(model: str, tokens: Tokens) -> float | None:
    """Return what an exchange of *tokens* with *model* cost, in US dollars; None when its price is not known."""
    name = model.rpartition("/")[2].lower()
    known = [one for one in _PRICES if name.startswith(one) and _VERSION.fullmatch(name, len(one))]
    if not known:
        return None
    sent, received, cached = _PRICES[max(known, key=len)]
    return ((tokens.sent - tokens.cached) * sent + tokens.cached * cached + tokens.received * received) / 1_000_000
