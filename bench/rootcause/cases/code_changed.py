"""The program ran well before; then its code was changed."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% renamed-field: a refactoring renames a field in the step that makes it, not in the one that reads it
# cause: describe_device
# also: plan_update
# error: KeyError
# before: fixed
@fr.register("list_devices")
def list_devices(site):
    return ["gw-1", "gw-2"]

@fr.register("describe_device")
def describe_device(name):
    return {"name": name, "firmware_version": "2.1", "online": True}  # fixed: return {"name": name, "firmware": "2.1", "online": True}

@fr.register("latest_firmware")
def latest_firmware(model):
    return "2.4"

@fr.register("plan_update")
def plan_update(devices, latest):
    return [device["name"] for device in devices if device["online"] and device["firmware"] < latest]

@fr.register("update_site")
def update_site(site):
    devices = [describe_device(name) for name in list_devices(site)]
    return plan_update(devices, latest_firmware("gw"))

fr.run(update_site, "plant-4")


# %% threshold-edited: somebody raised a threshold by a factor of ten, no anomaly is found any more
# cause: find_peaks
# error: ValueError
# before: fixed
SERIES = [1.0, 1.2, 0.9, 7.5, 1.1, 1.0, 6.8, 0.8]

@fr.register("load_series")
def load_series(sensor):
    return SERIES

@fr.register("smooth")
def smooth(series):
    return [round((a + 3 * b) / 4, 3) for a, b in zip(series, series[1:])]

@fr.register("find_peaks")
def find_peaks(series):
    mean = sum(series) / len(series)
    return [i for i, value in enumerate(series) if value > 15 * mean]  # fixed: return [i for i, value in enumerate(series) if value > 1.5 * mean]

@fr.register("maintenance_windows")
def maintenance_windows(sensor):
    return []

@fr.register("first_alarm")
def first_alarm(peaks, windows):
    return min(peak for peak in peaks if peak not in windows)

@fr.register("watch_sensor")
def watch_sensor(sensor):
    peaks = find_peaks(smooth(load_series(sensor)))
    return first_alarm(peaks, maintenance_windows(sensor))

fr.run(watch_sensor, "vib-2")


# %% prompt-edited: a new system prompt no longer asks for a JSON object
# cause: write_prompt
# error: JSONDecodeError
# before: fixed
import json

@fr.register("load_ticket")
def load_ticket(number):
    return {"number": number, "text": "Printer prints blank pages since the update"}

@fr.register("write_prompt")
def write_prompt(ticket):
    return f"Classify this ticket in a friendly sentence.\n\n{ticket['text']}"  # fixed: return f"Classify this ticket. Answer in JSON with 'queue' and 'urgent'.\n\n{ticket['text']}"

@fr.register("ask_model")
def ask_model(prompt):
    if "JSON" in prompt:
        return '{"queue": "hardware", "urgent": false}'
    return "This looks like a hardware matter, and it is not urgent."

@fr.register("parse_label")
def parse_label(text):
    return json.loads(text)

@fr.register("assign_queue")
def assign_queue(ticket, label):
    return {"ticket": ticket["number"], "queue": label["queue"]}

@fr.register("label_ticket")
def label_ticket(number):
    ticket = load_ticket(number)
    return assign_queue(ticket, parse_label(ask_model(write_prompt(ticket))))

fr.run(label_ticket, 4102)


# %% two-edits: two steps were changed since the good run; only the rounding does harm
# cause: to_cents
# error: AssertionError
# before: fixed
@fr.register("load_lines")
def load_lines(invoice):
    return [{"net": 19.99}, {"net": 5.01}, {"net": 0.29}]

@fr.register("to_cents")
def to_cents(lines):
    return [int(line["net"] * 100) for line in lines]  # fixed: return [round(line["net"] * 100) for line in lines]

@fr.register("greeting")
def greeting(customer):
    return f"Dear {customer},"  # fixed: return f"Hello {customer},"

@fr.register("sum_cents")
def sum_cents(cents):
    return sum(cents)

@fr.register("ledger_total")
def ledger_total(invoice):
    return 2529

@fr.register("close_invoice")
def close_invoice(total, ledger, hello):
    assert total == ledger, f"invoice says {total}, ledger says {ledger}"
    return f"{hello} your total is {total / 100:.2f}"

@fr.register("send_invoice")
def send_invoice(invoice, customer):
    total = sum_cents(to_cents(load_lines(invoice)))
    return close_invoice(total, ledger_total(invoice), greeting(customer))

fr.run(send_invoice, "R-9", "Ms Ortiz")


# %% helper-edited: a helper that two steps share was changed, the slug has blanks now
# cause: make_slug
# error: ValueError
# before: fixed
def joined(words):
    return " ".join(words).lower()  # fixed: return "-".join(words).lower()

@fr.register("load_post")
def load_post(number):
    return {"number": number, "title": "Ten Years Of Rust", "tags": []}

@fr.register("make_slug")
def make_slug(post):
    return joined(post["title"].split())

@fr.register("make_path")
def make_path(slug, year):
    return f"/{year}/{slug}"

@fr.register("publish_year")
def publish_year(post):
    return 2026

@fr.register("write_page")
def write_page(path, post):
    if " " in path:
        raise ValueError(f"the path {path!r} is no URL")
    return {"path": path, "tags": post["tags"]}

@fr.register("publish_post")
def publish_post(number):
    post = load_post(number)
    return write_page(make_path(make_slug(post), publish_year(post)), post)

fr.run(publish_post, 31)
