"""A comment is added to a paid step. The code does what it did."""

from tool import pipeline, step
from world import ran, see, service


@step
def summarise(region):
    ran("summarise")
    # inserted: # One line for each region, see the style guide.
    return f"All is well in the {region}."


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    summary = summarise(region)
    see(summary)
    return deliver(summary)


# The case, not part of the program:
TITLE = "Comment edit"
MUST_RUN = ["deliver"]
FORK_FROM = ""
