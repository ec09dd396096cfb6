"""The fault is in a helper, a constant or a state that a step keeps outside of itself: the step that owns it is to blame."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% constant-table: a table of units lacks a factor of a thousand
# cause: to_grams
# error: ValueError
GRAMS = {"g": 1, "kg": 100, "lb": 453.6}  # fixed: GRAMS = {"g": 1, "kg": 1000, "lb": 453.6}

@fr.register("load_recipe")
def load_recipe(name):
    return {"name": name, "flour": (1.5, "kg"), "salt": (30, "g")}

@fr.register("to_grams")
def to_grams(quantity):
    amount, unit = quantity
    return amount * GRAMS[unit]

@fr.register("salt_share")
def salt_share(salt, flour):
    return round(salt / flour, 4)

@fr.register("hydration")
def hydration(name):
    return 0.68

@fr.register("validate_recipe")
def validate_recipe(share, water):
    if share > 0.03:
        raise ValueError(f"{share:.0%} salt is too much")
    return {"salt": share, "water": water}

@fr.register("scale_recipe")
def scale_recipe(name):
    recipe = load_recipe(name)
    share = salt_share(to_grams(recipe["salt"]), to_grams(recipe["flour"]))
    return validate_recipe(share, hydration(name))

fr.run(scale_recipe, "ciabatta")


# %% memo-key: a cache forgets the currency in its key
# cause: cached_rate
# error: AssertionError
RATES = {("EUR", "USD"): 1.08, ("EUR", "JPY"): 163.0}
MEMO = {}

@fr.register("cached_rate")
def cached_rate(base, quote):
    key = base  # fixed: key = (base, quote)
    if key not in MEMO:
        MEMO[key] = RATES[base, quote]
    return MEMO[key]

@fr.register("positions")
def positions(book):
    return [{"quote": "USD", "euros": 500.0}, {"quote": "JPY", "euros": 100.0}]

@fr.register("in_quote")
def in_quote(position, rate):
    return {**position, "amount": position["euros"] * rate}

@fr.register("check_position")
def check_position(position):
    least = {"USD": 100, "JPY": 5000}[position["quote"]]
    assert position["amount"] >= least, f"{position['amount']:.0f} {position['quote']} is below {least}"
    return True

@fr.register("risk_check")
def risk_check(book):
    return all(check_position(in_quote(each, cached_rate("EUR", each["quote"]))) for each in positions(book))

fr.run(risk_check, "fx-1")


# %% helper-regex: a helper drops digits from a part number; the lookup finds nothing
# cause: read_label
# error: AttributeError
import re

class Part:
    def __init__(self, number, bin):
        self.number, self.bin = number, bin

PARTS = {"AX-1042": Part("AX-1042", "B7"), "AX-2042": Part("AX-2042", "C1")}

def cleaned(text):
    return re.sub(r"[^A-Z-]|0", "", text)  # fixed: return re.sub(r"[^A-Z0-9-]", "", text)

@fr.register("scan_label")
def scan_label(image):
    return " AX-1042\n"

@fr.register("read_label")
def read_label(scan):
    return cleaned(scan)

@fr.register("find_part")
def find_part(number):
    return PARTS.get(number)

@fr.register("shelf_plan")
def shelf_plan(hall):
    return {"B7": "left", "C1": "right"}

@fr.register("guide")
def guide(part, plan):
    return plan[part.bin]

@fr.register("put_away")
def put_away(image, hall):
    part = find_part(read_label(scan_label(image)))
    return guide(part, shelf_plan(hall))

fr.run(put_away, "img-7.png", "west")


# %% instance-state: a method stores the totals under the wrong name of the instance
# cause: Ledger.load
# error: ZeroDivisionError
class Ledger:
    def __init__(self):
        self.income = 0
        self.costs = 0

    @fr.register("Ledger.load")
    def load(self, rows):
        for row in rows:
            if row["kind"] == "cost":
                self.costs += row["amount"]
            else:
                self.costs += 0 * row["amount"]  # fixed: self.income += row["amount"]
        return len(rows)

    @fr.register("Ledger.cost_ratio")
    def cost_ratio(self):
        return self.costs / self.income

@fr.register("fetch_rows")
def fetch_rows(month):
    return [{"kind": "cost", "amount": 40}, {"kind": "sale", "amount": 100}, {"kind": "cost", "amount": 15}]

@fr.register("open_items")
def open_items(month):
    return 0

@fr.register("close_month")
def close_month(month):
    ledger = Ledger()
    ledger.load(fetch_rows(month))
    return {"ratio": ledger.cost_ratio(), "open": open_items(month)}

fr.run(close_month, "2026-02")


# %% global-registry: a step registers the handlers under other names than the events have
# cause: register_handlers
# error: KeyError
HANDLERS = {}

@fr.register("register_handlers")
def register_handlers():
    HANDLERS["order_created"] = lambda event: f"mail for {event['order']}"  # fixed: HANDLERS["order.created"] = lambda event: f"mail for {event['order']}"
    HANDLERS["order.paid"] = lambda event: f"ship {event['order']}"

@fr.register("load_events")
def load_events(topic):
    return [{"type": "order.created", "order": 1}, {"type": "order.paid", "order": 1}]

@fr.register("keep_new")
def keep_new(events, seen):
    return [event for event in events if event["order"] not in seen]

@fr.register("handle_event")
def handle_event(event):
    return HANDLERS[event["type"]](event)

@fr.register("consume")
def consume(topic):
    register_handlers()
    return [handle_event(event) for event in keep_new(load_events(topic), [])]

fr.run(consume, "orders")
