"""Thirty seconds with Flight Recorder: a pipeline that fails in one step because of another.

    python examples/basic_demo.py          # fails
    flight-recorder debug last             # names the step to blame
    flight-recorder replay last --yes      # after the fix: runs only what it touches

The fix is one line, marked below.
"""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

CONTACTS = {"sarah@acmecorp.com": {"name": "Sarah", "score": 75}}


@fr.register("agent://crm/lookup")
def crm_lookup(email):
    # The bug: None for a contact that nobody has entered. Instead:
    #     return CONTACTS.get(email, {"name": "there", "score": 10})
    return CONTACTS.get(email)


@fr.register("agent://crm/scorer")
def score_lead(contact):
    assert contact is not None, "Contact required"
    return contact["score"]


@fr.register("agent://crm/qualifier")
def qualify_lead(email):
    contact = crm_lookup(email)
    score = score_lead(contact)
    return {"qualified": score > 70}


fr.run(qualify_lead, "unknown@example.com")
