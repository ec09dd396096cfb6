"""A step is rewritten and returns what it returned before: what follows need not run."""

from tool import pipeline, step
from world import ran, see, service


@step
def total(region):
    ran("total")
    return sum([3, 4, len(region)])  # edited: return 3 + 4 + len(region)


@step
def explain(number):
    ran("explain")
    return f"{number} is a fine number"


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    text = explain(total(region))
    see(text)
    return deliver(text)


# The case, not part of the program:
TITLE = "Edit that changes no value"
MUST_RUN = ["total", "deliver"]
FORK_FROM = "total"
