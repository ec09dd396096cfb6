"""Two independent calls of one step change places."""

from tool import pipeline, step
from world import ran, see, service


@step
def price(city):
    ran("price")
    return len(city) * 10


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    first = price("Oslo")  # deleted
    second = price("Palermo")
    # inserted: first = price("Oslo")
    see("Oslo", first, "Palermo", second)
    return deliver(f"{region}: {first} against {second}")


# The case, not part of the program:
TITLE = "Reordering of two calls"
MUST_RUN = ["deliver"]
FORK_FROM = "price"
