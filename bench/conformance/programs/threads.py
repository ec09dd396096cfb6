"""Sequences of two steps run in threads, the tool's own way. Timing as in the two-stage gather. Nothing is edited."""

import time

from tool import branch, in_threads, pipeline, step
from world import ran, see, service


@step
def draft(topic):
    ran("draft")
    time.sleep(0.6 if topic == "north" else 0.05)
    return f"draft on the {topic}"


@step
def polish(text):
    ran("polish")
    time.sleep(0.05)
    return f"polished {text}"


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@branch
def write(topic):
    return polish(draft(topic))


@pipeline
def main(region):
    texts = in_threads(write, [region, "south"])
    see(texts)
    return deliver(texts[0])


# The case, not part of the program:
TITLE = "Two-stage threads"
MUST_RUN = ["deliver"]
FORK_FROM = ""
