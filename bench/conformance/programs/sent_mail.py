"""A mail is sent, then the last step fails. A comment is added to the step that sent it: not to be sent twice."""

from tool import pipeline, step
from world import effect, ran, see, service


@step(once=True)
def send_mail(to):
    ran("send_mail")
    # inserted: # The address was checked by the form.
    effect(f"mail to {to}")
    return "sent"


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    see(send_mail(f"{region}@example.com"))
    return deliver(region)


# The case, not part of the program:
TITLE = "Mail already sent"
MUST_RUN = ["deliver"]
FORK_FROM = ""
