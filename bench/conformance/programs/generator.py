"""A step is a generator whose items are used as they come. Nothing is edited."""

from tool import pipeline, step
from world import ran, see, service


@step
def pages(region):
    ran("pages")
    for number in range(3):
        yield f"{region} page {number}"


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    found = []
    for page in pages(region):
        see(page)
        found.append(page)
    return deliver(found[-1])


# The case, not part of the program:
TITLE = "Generator step"
MUST_RUN = ["deliver"]
FORK_FROM = ""
