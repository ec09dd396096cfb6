"""A function is edited that a step reaches only at run time, by a name that it puts together."""

import sys

from tool import pipeline, step
from world import ran, see, service


def as_text(items):
    return " ".join(items)  # edited: return ", ".join(items)


def as_rows(items):
    return "\n".join(items)


@step
def render(kind, items):
    ran("render")
    return getattr(sys.modules[__name__], "as_" + kind)(items)


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    page = render("text", [region, "south"])
    see(page)
    return deliver(page)


# The case, not part of the program:
TITLE = "Edit of code reached at run time"
MUST_RUN = ["render", "deliver"]
FORK_FROM = "render"
