"""A field is lost in a container, an attribute or in JSON text on its way to the step that reads it."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% projection: the step that slims a record down for the cache drops the consent that the mailer reads
# cause: slim
# error: KeyError
PROFILES = {"u1": {"id": "u1", "mail": "u1@x.example", "consent": {"newsletter": True}, "logins": 41, "theme": "dark"}}

@fr.register("load_profile")
def load_profile(user):
    return PROFILES[user]

@fr.register("slim")
def slim(profile):
    return {key: profile[key] for key in ("id", "mail", "logins")}  # fixed: return {key: profile[key] for key in ("id", "mail", "logins", "consent")}

@fr.register("segment")
def segment(profile):
    return {**profile, "segment": "regular" if profile["logins"] > 10 else "new"}

@fr.register("pick_campaign")
def pick_campaign(name):
    return {"subject": "Spring", "segment": name}

@fr.register("send_campaign")
def send_campaign(profile, campaign):
    if not profile["consent"]["newsletter"]:
        return None
    return f"{campaign['subject']} to {profile['mail']}"

@fr.register("run_campaign")
def run_campaign(user):
    profile = segment(slim(load_profile(user)))
    return send_campaign(profile, pick_campaign(profile["segment"]))

fr.run(run_campaign, "u1")


# %% json-key: a report is written as JSON and read again; the key has another name by then
# cause: serialise
# error: KeyError
import json

@fr.register("measure")
def measure(site):
    return {"site": site, "pm10": 18.2, "pm25": 9.4, "hour": 14}

@fr.register("serialise")
def serialise(reading):
    return json.dumps({"site": reading["site"], "pm10": reading["pm10"], "pm2.5": reading["pm25"]})  # fixed: return json.dumps({"site": reading["site"], "pm10": reading["pm10"], "pm25": reading["pm25"]})

@fr.register("upload")
def upload(text):
    return {"status": 201, "body": text, "etag": None}

@fr.register("read_back")
def read_back(response):
    return json.loads(response["body"])

@fr.register("air_quality")
def air_quality(record):
    return "good" if record["pm25"] < 10 and record["pm10"] < 20 else "fair"

@fr.register("report_air")
def report_air(site):
    record = read_back(upload(serialise(measure(site))))
    return f"{site}: {air_quality(record)}"

fr.run(report_air, "harbour")


# %% copy-of-object: an object is copied without its currency, the booking reads it
# cause: with_discount
# error: AttributeError
class Price:
    def __init__(self, amount, currency=None):
        self.amount = amount
        self.currency = currency

@fr.register("price_of")
def price_of(sku):
    return Price(120.0, "chf")

@fr.register("with_discount")
def with_discount(price, percent):
    return Price(price.amount * (1 - percent / 100))  # fixed: return Price(price.amount * (1 - percent / 100), price.currency)

@fr.register("with_tax")
def with_tax(price, rate):
    return Price(round(price.amount * (1 + rate), 2), price.currency)

@fr.register("tax_rate")
def tax_rate(country):
    return 0.081

@fr.register("print_label")
def print_label(price):
    return f"{price.amount:.2f} {price.currency.upper()}"

@fr.register("label_product")
def label_product(sku, country):
    price = with_discount(price_of(sku), 10)
    return print_label(with_tax(price, tax_rate(country)))

fr.run(label_product, "A-1", "CH")


# %% merge-order: defaults are merged over the settings of the user, the API key is gone
# cause: merge_settings
# error: ValueError
@fr.register("default_settings")
def default_settings():
    return {"timeout": 30, "api_key": "", "retries": 3, "proxy": None}

@fr.register("user_settings")
def user_settings(profile):
    return {"api_key": "k-81f2", "retries": 5}

@fr.register("merge_settings")
def merge_settings(defaults, own):
    return {**own, **defaults}  # fixed: return {**defaults, **own}

@fr.register("build_headers")
def build_headers(settings):
    return {"Authorization": settings["api_key"], "X-Retries": str(settings["retries"])}

@fr.register("call_api")
def call_api(headers, path):
    if not headers["Authorization"]:
        raise ValueError(f"401 for {path}")
    return {"path": path, "items": []}

@fr.register("sync_contacts")
def sync_contacts(profile):
    settings = merge_settings(default_settings(), user_settings(profile))
    return call_api(build_headers(settings), "/contacts")

fr.run(sync_contacts, "work")


# %% join-drops-rows: an inner join loses the order without a shipment, which the invoice needs
# cause: join_shipments
# error: KeyError
ORDERS = [{"order": "A1", "net": 30.0}, {"order": "A2", "net": 12.5}, {"order": "A3", "net": 99.0}]

@fr.register("load_orders")
def load_orders(customer):
    return ORDERS

@fr.register("load_shipments")
def load_shipments(customer):
    return {"A1": "DHL", "A3": "UPS"}

@fr.register("join_shipments")
def join_shipments(orders, shipments):
    return [{**row, "carrier": shipments[row["order"]]} for row in orders if row["order"] in shipments]  # fixed: return [{**row, "carrier": shipments.get(row["order"], "pickup")} for row in orders]

@fr.register("index_by_order")
def index_by_order(rows):
    return {row["order"]: row for row in rows}

@fr.register("wanted_orders")
def wanted_orders(customer):
    return ["A2", "A3"]

@fr.register("make_invoice")
def make_invoice(rows, wanted):
    return {"total": sum(rows[number]["net"] for number in wanted), "lines": len(wanted)}

@fr.register("monthly_invoice")
def monthly_invoice(customer):
    rows = index_by_order(join_shipments(load_orders(customer), load_shipments(customer)))
    return make_invoice(rows, wanted_orders(customer))

fr.run(monthly_invoice, "c-9")


# %% namedtuple-field: a record loses its unit when rows become columns
# cause: to_columns
# error: IndexError
@fr.register("read_csv")
def read_csv(path):
    return [["run", "loss", "unit"], ["1", "0.42", "nats"], ["2", "0.37", "nats"]]

@fr.register("to_columns")
def to_columns(rows):
    head, *body = rows
    return {name: [row[i] for row in body] for i, name in enumerate(head[:-1])} | {"unit": []}  # fixed: return {name: [row[i] for row in body] for i, name in enumerate(head)}

@fr.register("best_run")
def best_run(columns):
    losses = [float(text) for text in columns["loss"]]
    return {"index": losses.index(min(losses)), "loss": min(losses)}

@fr.register("plot_title")
def plot_title(columns, best):
    return f"best: {best['loss']} {columns['unit'][best['index']]}"

@fr.register("compare_runs")
def compare_runs(path):
    columns = to_columns(read_csv(path))
    return plot_title(columns, best_run(columns))

fr.run(compare_runs, "runs.csv")
