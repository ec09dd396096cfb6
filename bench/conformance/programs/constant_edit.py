"""A constant of the module is edited that one step reads."""

from tool import pipeline, step
from world import ran, see, service

RATE = 20  # edited: RATE = 25


@step
def orders(region):
    ran("orders")
    return {"region": region, "net": 200}


@step
def tax(net):
    ran("tax")
    return net * RATE // 100


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    order = orders(region)
    due = tax(order["net"])
    see("tax", due)
    return deliver(f"{order['region']} owes {due}")


# The case, not part of the program:
TITLE = "Constant edit"
MUST_RUN = ["tax", "deliver"]
FORK_FROM = "tax"
