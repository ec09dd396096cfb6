"""The first of several calls of a step is deleted."""

from tool import pipeline, step
from world import ran, see, service

TOPICS = ["weather", "sports", "music"]  # edited: TOPICS = ["sports", "music"]


@step
def research(topic):
    ran("research")
    return f"all about {topic}"


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    found = [research(topic) for topic in TOPICS]
    see(found)
    return deliver(f"{region}: {found[0]}")


# The case, not part of the program:
TITLE = "Deletion of a call"
MUST_RUN = ["deliver"]
FORK_FROM = "research"
