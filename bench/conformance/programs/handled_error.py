"""A step raises an error which the pipeline handles. Nothing is edited."""

from tool import pipeline, step
from world import ran, see, service


@step
def lookup(key):
    ran("lookup")
    return {"south": 7}[key]


@step
def estimate(key):
    ran("estimate")
    return len(key)


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    try:
        number = lookup(region)
    except KeyError as error:
        see("not found", error.args)
        number = estimate(region)
    return deliver(f"{region}: {number}")


# The case, not part of the program:
TITLE = "Handled error"
MUST_RUN = ["deliver"]
FORK_FROM = ""
