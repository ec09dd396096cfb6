"""A plain helper function is edited that one step calls."""

from tool import pipeline, step
from world import ran, see, service


def clean(name):
    return name.strip()  # edited: return name.strip().title()


@step
def load(region):
    ran("load")
    return [clean(name) for name in (" anna", "bert ", f" {region} ")]


@step
def count(region):
    ran("count")
    return len(region)


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    names = load(region)
    see("names", names)
    see("count", count(region))
    return deliver(", ".join(names))


# The case, not part of the program:
TITLE = "Helper edit"
MUST_RUN = ["load", "deliver"]
FORK_FROM = "load"
