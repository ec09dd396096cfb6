"""The desk on CrewAI. OPENAI_BASE_URL and OPENAI_API_KEY say who answers."""

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool

ORDERS = {"A7": "sent on Monday"}


@tool("order_status")
def order_status(number: str) -> str:
    """Return how an order stands."""
    return ORDERS[number.lower()]


desk = Agent(
    role="desk",
    goal="Answer questions about orders.",
    backstory="You know every order.",
    tools=[order_status],
    llm=LLM(model="gpt-4o-mini"),
)
question = Task(description="Where is my order A7?", expected_output="A sentence.", agent=desk)

if __name__ == "__main__":
    answer = str(Crew(agents=[desk], tasks=[question]).kickoff())
    if "Error" in answer:  # CrewAI tells the model of a tool that failed, and goes on
        raise RuntimeError(answer)
    print(answer)
