"""Text that people, models and services write: parsed wrongly, or written so that it cannot be parsed."""

import json
import re

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% cut-answer: the limit of tokens cuts the JSON of the model
# cause: choose_limit
# error: JSONDecodeError
ANSWER = '{"title": "Q3 outlook", "bullets": ["revenue up", "costs flat", "hiring paused"], "tone": "calm"}'

@fr.register("choose_limit")
def choose_limit(kind):
    return {"short": 60, "long": 600}["short"]  # fixed: return {"short": 60, "long": 600}[kind]

@fr.register("load_notes")
def load_notes(quarter):
    return ["revenue up 4 %", "costs flat", "hiring paused until May"]

@fr.register("complete")
def complete(notes, limit):
    return ANSWER[:limit]

@fr.register("parse_summary")
def parse_summary(text):
    return json.loads(text)

@fr.register("write_slide")
def write_slide(summary):
    return summary["title"] + "\n" + "\n".join(summary["bullets"])

@fr.register("make_slide")
def make_slide(quarter):
    text = complete(load_notes(quarter), choose_limit("long"))
    return write_slide(parse_summary(text))

fr.run(make_slide, "Q3")


# %% decimal-comma: a price with a comma is read as ten times more, the order is over the limit
# cause: parse_price
# error: ValueError
# before: fr.run(order_from_catalogue, "hinge")
CATALOGUE = {"hinge": "4.50 EUR", "drawer slide": "18,90 EUR"}

@fr.register("catalogue_line")
def catalogue_line(article):
    return f"{article}: {CATALOGUE[article]}"

@fr.register("parse_price")
def parse_price(line):
    digits = re.sub(r"[^\d.]", "", line.split(":")[1])  # fixed: digits = re.sub(r"[^\d.]", "", line.split(":")[1].replace(",", "."))
    return float(digits)

@fr.register("quantity_needed")
def quantity_needed(article):
    return 12

@fr.register("order_value")
def order_value(price, quantity):
    return {"price": price, "quantity": quantity, "value": price * quantity}

@fr.register("approve_order")
def approve_order(order, limit):
    if order["value"] > limit:
        raise ValueError(f"{order['value']:.2f} is over {limit}")
    return order["value"]

@fr.register("order_from_catalogue")
def order_from_catalogue(article):
    price = parse_price(catalogue_line(article))
    return approve_order(order_value(price, quantity_needed(article)), 500)

fr.run(order_from_catalogue, "drawer slide")


# %% day-month: an American date is read with the day first
# cause: read_date
# error: ValueError
# before: fr.run(visa_check, "ko", "02/03/2026")
from datetime import date

@fr.register("load_trip")
def load_trip(person, departure):
    return {"person": person, "departure": departure, "nights": 5}

@fr.register("read_date")
def read_date(text):
    first, second, year = map(int, text.split("/"))
    return date(year, second, first)  # fixed: return date(year, first, second)

@fr.register("visa_until")
def visa_until(person):
    return date(2026, 6, 30)

@fr.register("days_left")
def days_left(departure, until):
    return (until - departure).days

@fr.register("admit")
def admit(left, nights):
    if left < nights:
        raise ValueError(f"the visa is good for {left} more days, {nights} are needed")
    return "admitted"

@fr.register("visa_check")
def visa_check(person, departure):
    trip = load_trip(person, departure)
    left = days_left(read_date(trip["departure"]), visa_until(person))
    return admit(left, trip["nights"])

fr.run(visa_check, "ko", "03/12/2026")


# %% fenced-answer: the model wraps its JSON, the extractor takes one line too few
# cause: extract_json
# error: JSONDecodeError
@fr.register("ask_model")
def ask_model(question):
    return 'Sure, here it is:\n```json\n{\n  "city": "Turin",\n  "days": 3\n}\n```\nAnything else?'

@fr.register("extract_json")
def extract_json(answer):
    inside = answer.split("```")[1].removeprefix("json")
    return "\n".join(inside.strip().split("\n")[:-1])  # fixed: return "\n".join(inside.strip().split("\n"))

@fr.register("user_budget")
def user_budget(user):
    return 900

@fr.register("plan_from_json")
def plan_from_json(text, budget):
    plan = json.loads(text)
    return {"city": plan["city"], "per_day": budget / plan["days"]}

@fr.register("plan_trip")
def plan_trip(user, question):
    text = extract_json(ask_model(question))
    return plan_from_json(text, user_budget(user))

fr.run(plan_trip, "u-9", "Where to in May?")


# %% tool-name: the tool list in the prompt is outdated, the agent calls a tool that is gone
# cause: describe_tools
# error: KeyError
TOOLS = {"search_flights": lambda to: [{"to": to, "price": 129}], "search_trains": lambda to: []}

@fr.register("describe_tools")
def describe_tools():
    return ["find_flights(to)", "search_trains(to)"]  # fixed: return ["search_flights(to)", "search_trains(to)"]

@fr.register("decide")
def decide(request, tools):
    name = next(tool for tool in tools if request["by"] in tool).split("(")[0]
    return {"tool": name, "arguments": {"to": request["to"]}}

@fr.register("parse_request")
def parse_request(text):
    return {"by": "flight" if "fly" in text else "train", "to": text.split()[-1]}

@fr.register("run_tool")
def run_tool(call):
    return TOOLS[call["tool"]](**call["arguments"])

@fr.register("travel_agent")
def travel_agent(text):
    call = decide(parse_request(text), describe_tools())
    return run_tool(call)

fr.run(travel_agent, "fly to Porto")


# %% encoding: a name is written in one encoding and read in another; the lookup fails later
# cause: read_upload
# error: KeyError
REGISTERED = {"Jörg": 11, "Ines": 12}

@fr.register("receive_upload")
def receive_upload(path):
    return "name;hours\nJörg;7\nInes;5\n".encode()

@fr.register("read_upload")
def read_upload(body):
    return body.decode("latin-1")  # fixed: return body.decode("utf-8")

@fr.register("parse_hours")
def parse_hours(text):
    lines = text.strip().split("\n")[1:]
    return [{"name": line.split(";")[0], "hours": int(line.split(";")[1])} for line in lines]

@fr.register("load_register")
def load_register(team):
    return dict(REGISTERED)

@fr.register("book_hours")
def book_hours(entries, register):
    return {register[entry["name"]]: entry["hours"] for entry in entries}

@fr.register("import_hours")
def import_hours(path, team):
    entries = parse_hours(read_upload(receive_upload(path)))
    return book_hours(entries, load_register(team))

fr.run(import_hours, "week12.csv", "crew")
