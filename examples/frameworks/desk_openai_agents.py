"""The desk on OpenAI's Agents SDK. OPENAI_BASE_URL and OPENAI_API_KEY say who answers."""

from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI

set_tracing_disabled(True)

ORDERS = {"A7": "sent on Monday"}


@function_tool(failure_error_function=None)
def order_status(number: str) -> str:
    """Return how an order stands."""
    return ORDERS[number.lower()]


model = OpenAIChatCompletionsModel("gpt-4o-mini", AsyncOpenAI())
desk = Agent(name="desk", instructions="You answer questions about orders.", tools=[order_status], model=model)

if __name__ == "__main__":
    print(Runner.run_sync(desk, "Where is my order A7?").final_output)
