"""An attribute of a class is edited that a step reads through the class's method."""

from tool import pipeline, step
from world import ran, see, service


class Policy:
    limit = 2  # edited: limit = 3

    def admits(self, score):
        return score <= self.limit


@step
def scores(region):
    ran("scores")
    return {f"{region}-a": 1, f"{region}-b": 2, f"{region}-c": 3}


@step
def admitted(found):
    ran("admitted")
    policy = Policy()
    return [name for name, score in found.items() if policy.admits(score)]


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    names = admitted(scores(region))
    see("admitted", names)
    return deliver(" and ".join(names))


# The case, not part of the program:
TITLE = "Class attribute edit"
MUST_RUN = ["admitted", "deliver"]
FORK_FROM = "admitted"
