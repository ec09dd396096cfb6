"""The desk on Pydantic AI. OPENAI_BASE_URL and OPENAI_API_KEY say who answers."""

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel

ORDERS = {"A7": "sent on Monday"}

desk = Agent(OpenAIChatModel("gpt-4o-mini"), instructions="You answer questions about orders.")


@desk.tool_plain
def order_status(number: str) -> str:
    """Return how an order stands."""
    return ORDERS[number.lower()]


if __name__ == "__main__":
    print(desk.run_sync("Where is my order A7?").output)
