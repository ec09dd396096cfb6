"""The arguments of a call change places; their values are those of the recording."""

from tool import pipeline, step
from world import ran, see, service


@step
def read(name):
    ran("read")
    return {"old": 10, "new": 13}[name]


@step
def growth(before, after):
    ran("growth")
    return after - before


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    new, old = read("new"), read("old")
    grown = growth(new, old)  # edited: grown = growth(old, new)
    see("growth", grown)
    return deliver(f"{region}: {grown}")


# The case, not part of the program:
TITLE = "Swapped arguments"
MUST_RUN = ["growth", "deliver"]
FORK_FROM = "growth"
