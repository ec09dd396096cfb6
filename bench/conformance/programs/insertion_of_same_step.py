"""A call of a step is inserted before another call of the same step."""

from tool import pipeline, step
from world import ran, see, service


@step
def translate(text):
    ran("translate")
    return text.upper()


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    title = "news"
    # inserted: title = translate(title)
    body = translate(f"Rain in the {region}")
    see(title, body)
    return deliver(f"{title}: {body}")


# The case, not part of the program:
TITLE = "Insertion of a call of the same step"
MUST_RUN = ["translate", "deliver"]
FORK_FROM = "translate"
