"""A step changes its argument in place and returns something else. Nothing is edited."""

from tool import pipeline, step
from world import ran, see, service


@step
def enrich(order):
    ran("enrich")
    order["country"] = "Norway"
    order["lines"].append("gift wrap")
    return True


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    order = {"region": region, "lines": ["book"]}
    see("enriched", enrich(order))
    see("order", order)
    return deliver(f"{len(order['lines'])} lines to {order.get('country')}")


# The case, not part of the program:
TITLE = "Mutated argument"
MUST_RUN = ["deliver"]
FORK_FROM = ""
