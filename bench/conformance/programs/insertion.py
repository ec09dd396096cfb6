"""A call of another step is inserted before a recorded one."""

from tool import pipeline, step
from world import ran, see, service


@step
def load(region):
    ran("load")
    return f"letter from the {region}"


@step
def check(text):
    ran("check")
    return len(text) < 100


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
    letter = load(region)
    # inserted: see("checked", check(letter))
    translated = translate(letter)
    see(translated)
    return deliver(translated)


# The case, not part of the program:
TITLE = "Insertion of a call"
MUST_RUN = ["check", "deliver"]
FORK_FROM = "translate"
