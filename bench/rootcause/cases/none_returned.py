"""A step returns None where it should not; other Nones are harmless."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% mail-case: a customer is looked up by an address whose case differs
# cause: find_customer
# error: TypeError
# before: fr.run(refund, "ann@shop.example", "O-1")
CUSTOMERS = {"ann@shop.example": {"id": 7, "iban": "DE02"}, "bob@shop.example": {"id": 8, "iban": "DE03"}}

@fr.register("find_customer")
def find_customer(mail):
    return CUSTOMERS.get(mail)  # fixed: return CUSTOMERS.get(mail.lower())

@fr.register("find_voucher")
def find_voucher(order):
    return None

@fr.register("load_order")
def load_order(number):
    return {"number": number, "total": 49.9, "items": ["lamp"]}

@fr.register("refund_amount")
def refund_amount(order, voucher):
    return order["total"] - (voucher["value"] if voucher else 0)

@fr.register("transfer")
def transfer(customer, amount):
    return f"{amount:.2f} to {customer['iban']}"

@fr.register("refund")
def refund(mail, number):
    customer = find_customer(mail)
    order = load_order(number)
    amount = refund_amount(order, find_voucher(order["number"]))
    return transfer(customer, amount)

fr.run(refund, "Bob@shop.example", "O-2")


# %% regex-group: the pattern knows no thousands, a quoted price is not found, and the margin is computed from it
# cause: extract_price
# error: TypeError
import re

@fr.register("fetch_quote")
def fetch_quote(vendor):
    return f"{vendor} offers the press for EUR 12,400.00 net, valid for 30 days."

@fr.register("extract_price")
def extract_price(mail):
    found = re.search(r"EUR (\d+\.\d\d)", mail)  # fixed: found = re.search(r"EUR ([\d,]+\.\d\d)", mail)
    return float(found[1].replace(",", "")) if found else None

@fr.register("extract_validity")
def extract_validity(mail):
    return int(re.search(r"(\d+) days", mail)[1])

@fr.register("list_price")
def list_price(product):
    return 15900.0

@fr.register("margin")
def margin(price, listed):
    return round((listed - price) / listed, 3)

@fr.register("evaluate_quote")
def evaluate_quote(vendor, product):
    mail = fetch_quote(vendor)
    price, days = extract_price(mail), extract_validity(mail)
    return {"margin": margin(price, list_price(product)), "days": days}

fr.run(evaluate_quote, "Norden AG", "press")


# %% branch-without-return: one plan of three has no branch that returns
# cause: seat_limit
# error: TypeError
# before: fr.run(onboard, "acme", 12)
PLANS = {"acme": "team", "initech": "enterprise", "hooli": "free"}

@fr.register("load_plan")
def load_plan(tenant):
    return {"tenant": tenant, "plan": PLANS[tenant]}

@fr.register("seat_limit")
def seat_limit(plan):
    if plan["plan"] == "free":
        return 3
    if plan["plan"] == "team":
        return 25
    limit = 500  # fixed: return 500

@fr.register("used_seats")
def used_seats(tenant):
    return 14

@fr.register("audit_log")
def audit_log(tenant, event):
    return None

@fr.register("check_seats")
def check_seats(used, wanted, limit):
    if used + wanted > limit:
        return {"accepted": False, "limit": limit}
    return {"accepted": True, "limit": limit}

@fr.register("onboard")
def onboard(tenant, wanted):
    audit_log(tenant, "onboard")
    limit = seat_limit(load_plan(tenant))
    return check_seats(used_seats(tenant), wanted, limit)

fr.run(onboard, "initech", 40)


# %% sort-in-place: a step returns what list.sort returns
# cause: by_priority
# error: TypeError
@fr.register("open_tickets")
def open_tickets(queue):
    return [{"id": 41, "priority": 2}, {"id": 17, "priority": 1}, {"id": 88, "priority": 3}]

@fr.register("drop_spam")
def drop_spam(tickets):
    return [ticket for ticket in tickets if ticket["id"] != 88]

@fr.register("by_priority")
def by_priority(tickets):
    tickets = list(tickets)
    return tickets.sort(key=lambda ticket: ticket["priority"])  # fixed: return sorted(tickets, key=lambda ticket: ticket["priority"])

@fr.register("on_call")
def on_call(queue):
    return {"name": "ines", "backup": None}

@fr.register("assign_tickets")
def assign_tickets(tickets, person):
    return {ticket["id"]: person["name"] for ticket in tickets}

@fr.register("triage")
def triage(queue):
    tickets = by_priority(drop_spam(open_tickets(queue)))
    return assign_tickets(tickets, on_call(queue))

fr.run(triage, "billing")


# %% none-in-the-middle: one of many thumbnails is None, the page is built later
# cause: thumbnail
# error: AttributeError
from dataclasses import dataclass

@dataclass
class Image:
    name: str
    width: int
    alt: str | None = None

@fr.register("list_photos")
def list_photos(album):
    return ["beach.jpg", "dunes.JPG", "pier.png"]

@fr.register("thumbnail")
def thumbnail(name):
    if name.endswith((".jpg", ".png")):  # fixed: if name.lower().endswith((".jpg", ".png")):
        return Image(name, 160)

@fr.register("load_texts")
def load_texts(album):
    return {"title": "By the sea", "footer": None}

@fr.register("render_page")
def render_page(images, texts):
    tags = [f"<img src={image.name} width={image.width}>" for image in images]
    return texts["title"] + "".join(tags) + (texts["footer"] or "")

@fr.register("publish_album")
def publish_album(album):
    images = [thumbnail(name) for name in list_photos(album)]
    return render_page(images, load_texts(album))

fr.run(publish_album, "sylt")
