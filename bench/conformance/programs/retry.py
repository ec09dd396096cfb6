"""A step fails twice and succeeds when it is tried for the third time. Nothing is edited."""

from tool import pipeline, step
from world import answer, ran, see, service


@step(attempts=3)
def fetch(region):
    ran("fetch")
    said = answer("busy", "busy", "42")
    if said == "busy":
        raise ConnectionError("busy")
    return f"{said} from the {region}"


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    found = fetch(region)
    see(found)
    return deliver(found)


# The case, not part of the program:
TITLE = "Retry of a flaky step"
MUST_RUN = ["deliver"]
FORK_FROM = ""
