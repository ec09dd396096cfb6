"""The desk on LangGraph. OPENAI_BASE_URL and OPENAI_API_KEY say who answers."""

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

ORDERS = {"A7": "sent on Monday"}


@tool
def order_status(number: str) -> str:
    """Return how an order stands."""
    return ORDERS[number.lower()]


model = ChatOpenAI(model="gpt-4o-mini").bind_tools([order_status])


def ask_model(state: MessagesState) -> dict:
    return {"messages": [model.invoke(state["messages"])]}


graph = StateGraph(MessagesState)
graph.add_node("desk", ask_model)
graph.add_node("tools", ToolNode([order_status], handle_tool_errors=False))
graph.add_edge(START, "desk")
graph.add_conditional_edges("desk", tools_condition, ["tools", END])
graph.add_edge("tools", "desk")
desk = graph.compile()

if __name__ == "__main__":
    print(desk.invoke({"messages": [("user", "Where is my order A7?")]})["messages"][-1].content)
