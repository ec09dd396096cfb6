"""Request: what a boundary asked, and what came back, as they stand in the recording. Pure."""

import msgspec

from flight_recorder.model.step import Call, Kind, Step
from flight_recorder.model.stream import Item


def is_request(call: Call) -> bool:
    """Whether *call* is a boundary that asks somebody, and no time, random number or id."""
    return call.kind is Kind.BOUNDARY and "://" in call.name


def host_of(call: Call) -> str:
    """Return the host that a boundary asks: `localhost` of `POST http://localhost:8080/v1/chat`."""
    from urllib.parse import urlsplit  # here: every recording imports this module, and few need this

    return urlsplit(call.name.partition(" ")[2]).hostname or ""


def status_of(step: Step) -> int | None:
    """Return the status of the response that a boundary got; None when none came."""
    first = None if step.stream is None else next(iter(step.stream.exchanges), None)
    if not isinstance(first, Item):
        return None
    try:
        head = msgspec.json.decode(first.value.data)
    except msgspec.DecodeError:
        return None
    status = head.get("status") if isinstance(head, dict) else None
    return status if isinstance(status, int) else None
