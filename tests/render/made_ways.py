"""Sessions made by hand in which a value goes a long way before it fails, or may have come from two sides."""

import textwrap

from msgspec import structs

from flight_recorder.codec.capture import capture
from flight_recorder.model.event import Ended, Event, Finished, Learned
from flight_recorder.model.expectation import Expectation
from flight_recorder.model.failure import Failure, Frame
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind
from flight_recorder.model.session import Launch, Session, Status
from flight_recorder.model.start import Program
from flight_recorder.model.step import Raised, Site
from tests.render.made import MS, begun, ended, opened, session

FILE = "/home/user/shop/labels.py"
LAUNCH = Launch(Program(FILE), root="/home/user/shop")


def _source(text: str) -> str:
    return textwrap.dedent(text).lstrip()


def _learned(sources: dict[str, tuple[int, str]]) -> list[Event]:
    """What is known of functions that stand in the file at the lines given."""
    return [
        Learned(
            name,
            Fingerprint(
                f"m:{name}", "00", (Part(PartKind.CODE, f"m:{name}", "00", f"labels.py:{at}"),), source, FILE, at
            ),
        )
        for name, (at, source) in sources.items()
    ]


def _raised(frame: Frame, type: str, message: str) -> Raised:
    return Raised(Failure(type, message, capture(None), (frame,), f"{type}: {message}\n"))


LABELS = {
    "print_label": (
        30,
        _source("""
            def print_label(number, customer_id):
                customer = find_customer(customer_id)
                order = join(load_order(number), customer)
                return label(order)
        """),
    ),
    "find_customer": (3, "def find_customer(id):\n    return CUSTOMERS[id]\n"),
    "load_order": (8, "def load_order(number):\n    return ORDERS[number]\n"),
    "join": (13, 'def join(order, customer):\n    return {**order, "customer": customer}\n'),
    "label": (
        18,
        _source("""
            def label(order):
                return f"{order['number']:>12} {order['customer']['name'].upper():<40} {order['parcels']} parcels"
        """),
    ),
}


def long_way() -> Session:
    """A customer without a name gets to a label through a join."""
    customer = {"id": 7, "name": None, "street": "Am Markt 4", "town": "Tübingen", "since": "2019-04-02"}
    row = {"number": "A-1007", "parcels": 2, "weights": [3.25, 11.5]}
    order = {**row, "customer": customer}
    line = LABELS["label"][1].splitlines()[1].strip()
    frame = Frame(FILE, 19, "label", line, True, {"order": capture(order)})
    failure = _raised(frame, "AttributeError", "'NoneType' object has no attribute 'upper'")
    return session(
        opened("print_label", launch=LAUNCH),
        *_learned(LABELS),
        begun(1, None, 0, "print_label", {"number": "A-1007", "customer_id": 7}),
        begun(2, 1, 1 * MS, "find_customer", {"id": 7}, site=Site(FILE, 31, "print_label")),
        ended(2, 140 * MS, customer),
        begun(3, 1, 141 * MS, "load_order", {"number": "A-1007"}, site=Site(FILE, 32, "print_label")),
        ended(3, 220 * MS, row),
        begun(4, 1, 221 * MS, "join", {"order": row, "customer": customer}, site=Site(FILE, 32, "print_label")),
        ended(4, 222 * MS, order),
        begun(5, 1, 223 * MS, "label", {"order": order}, site=Site(FILE, 33, "print_label")),
        Finished(5, 224 * MS, failure),
        Finished(1, 225 * MS, Raised(Failure("AttributeError", failure.failure.message, capture(None), origin=5))),
        Ended(226 * MS, Status.FAILED),
    )


COUNTS = {
    "audit": (20, "def audit(day):\n    return compare(count_rows(day), count_lines(day))\n"),
    "count_rows": (3, "def count_rows(day):\n    return database.rows(day)\n"),
    "count_lines": (8, "def count_lines(day):\n    return archive.lines(day)\n"),
    "compare": (
        13,
        _source("""
            def compare(rows, lines):
                if rows != lines:
                    raise ValueError(f"{rows} rows, but {lines} lines")
        """),
    ),
}


def two_sides() -> Session:
    """Two counts that differ: nothing in the session says which of them is right."""
    frame = Frame(
        FILE,
        15,
        "compare",
        'raise ValueError(f"{rows} rows, but {lines} lines")',
        True,
        {"rows": capture(1041), "lines": capture(1042)},
    )
    failure = _raised(frame, "ValueError", "1041 rows, but 1042 lines")
    return session(
        opened("audit", launch=LAUNCH),
        *_learned(COUNTS),
        begun(1, None, 0, "audit", {"day": "2026-03-02"}),
        begun(2, 1, 1 * MS, "count_rows", {"day": "2026-03-02"}, site=Site(FILE, 21, "audit")),
        ended(2, 80 * MS, 1041),
        begun(3, 1, 81 * MS, "count_lines", {"day": "2026-03-02"}, site=Site(FILE, 21, "audit")),
        ended(3, 170 * MS, 1042),
        begun(4, 1, 171 * MS, "compare", {"rows": 1041, "lines": 1042}, site=Site(FILE, 21, "audit")),
        Finished(4, 172 * MS, failure),
        Finished(1, 173 * MS, Raised(Failure("ValueError", failure.failure.message, capture(None), origin=4))),
        Ended(174 * MS, Status.FAILED),
    )


INVOICE = {
    "invoice": (
        20,
        _source("""
            def invoice(customer, items):
                bill = total(items)
                return {"customer": customer, "lines": bill["lines"], "due": bill["due"]}
        """),
    ),
    "total": (
        9,
        _source("""
            def total(items):
                lines = [{"item": each, "price": price(each)} for each in items]
                return {"lines": lines, "due": len(lines)}
        """),
    ),
    "price": (3, "def price(item):\n    return PRICES[item]\n"),
}


def wrong_invoice() -> Session:
    """Nothing was raised, and one price is below zero."""
    lines = [{"item": "bolt", "price": 12.5}, {"item": "nut", "price": -3}]
    check = 'lambda r: all(line["price"] > 0 for line in r["lines"])'
    return session(
        opened("invoice", launch=LAUNCH),
        *_learned(INVOICE),
        begun(1, None, 0, "invoice", {"customer": "ann", "items": ["bolt", "nut"]}),
        begun(2, 1, 1 * MS, "total", {"items": ["bolt", "nut"]}, site=Site(FILE, 21, "invoice")),
        begun(3, 2, 2 * MS, "price", {"item": "bolt"}, site=Site(FILE, 10, "total.<locals>.<listcomp>")),
        ended(3, 40 * MS, 12.5),
        begun(4, 2, 41 * MS, "price", {"item": "nut"}, site=Site(FILE, 10, "total.<locals>.<listcomp>")),
        ended(4, 80 * MS, -3),
        ended(2, 81 * MS, {"lines": lines, "due": 2}),
        ended(1, 82 * MS, {"customer": "ann", "lines": lines, "due": 2}),
        Ended(83 * MS, Status.FAILED, Expectation("shop.invoices:<lambda>", "r", check, FILE, 40)),
    )


def cut_off_group() -> Session:
    """One of three downloads fails; the others are cancelled."""
    urls = ["a.example/1", "b.example/2", "c.example/3"]
    frame = Frame(FILE, 5, "download", "raise OSError(url)", True, {"url": capture(urls[1])})
    failure = _raised(frame, "OSError", urls[1])
    group = Failure("ExceptionGroup", "unhandled errors in a TaskGroup (1 sub-exception)", capture(None))
    cancelled = Raised(Failure("asyncio.exceptions:CancelledError", "", capture(None)))
    return session(
        opened("mirror", launch=LAUNCH),
        begun(1, None, 0, "mirror", {"urls": urls}),
        *(begun(2 + n, 1, (1 + n) * MS, "download", {"url": url}) for n, url in enumerate(urls)),
        Finished(3, 30 * MS, failure),
        Finished(2, 31 * MS, cancelled),
        Finished(4, 32 * MS, cancelled),
        Finished(1, 33 * MS, Raised(structs.replace(group, members=(failure.failure,)))),
        Ended(34 * MS, Status.FAILED),
    )
