"""The pipeline passes another argument to a step. No step is edited."""

from tool import pipeline, step
from world import ran, see, service


@step
def load(region):
    ran("load")
    return f"A long report about the {region}."


@step
def shorten(text, length):
    ran("shorten")
    return text[:length]


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    text = load(region)
    short = shorten(text, 6)  # edited: short = shorten(text, 13)
    see(short)
    return deliver(short)


# The case, not part of the program:
TITLE = "Another argument"
MUST_RUN = ["shorten", "deliver"]
FORK_FROM = "shorten"
