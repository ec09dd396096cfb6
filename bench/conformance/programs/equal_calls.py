"""A model is asked the same question twice and answers differently. Nothing is edited."""

from tool import pipeline, step
from world import answer, ran, see, service


@step
def ask(prompt):
    ran("ask")
    return answer("a story about a fox", "a story about a bear")


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    prompt = f"an idea for the {region}"
    ideas = [ask(prompt), ask(prompt)]
    see(ideas)
    return deliver(" or ".join(ideas))


# The case, not part of the program:
TITLE = "Equal calls, different answers"
MUST_RUN = ["deliver"]
FORK_FROM = ""
