"""Nothing is raised, and what comes out is wrong: a check of the program says so (`expect=`), or a person (`--wrong`)."""

import asyncio
import json
from dataclasses import dataclass

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% negative-line: a rebate is taken off a line twice, one line of the invoice is below zero
# cause: apply_rebate
# error: WrongResult
PRICES = {"valve": 40.0, "gasket": 3.0}
REBATES = {"valve": 4.0, "gasket": 2.0}

@fr.register("list_price")
def list_price(part):
    return PRICES[part]

@fr.register("find_rebate")
def find_rebate(part):
    return REBATES[part]

@fr.register("apply_rebate")
def apply_rebate(price, rebate):
    return price - 2 * rebate  # fixed: return price - rebate

@fr.register("make_line")
def make_line(part):
    return {"part": part, "net": apply_rebate(list_price(part), find_rebate(part))}

@fr.register("make_invoice")
def make_invoice(parts):
    return {"lines": [make_line(part) for part in parts], "currency": "EUR"}

fr.run(make_invoice, ["valve", "gasket"], expect=lambda r: all(line["net"] > 0 for line in r["lines"]))


# %% lost-page: the second page of orders is never fetched, the summary counts too few
# cause: fetch_orders
# error: WrongResult
# before: fixed
PAGES = [[{"id": 1, "sum": 20}, {"id": 2, "sum": 35}], [{"id": 3, "sum": 50}]]

@fr.register("fetch_page")
def fetch_page(number):
    return PAGES[number]

@fr.register("fetch_orders")
def fetch_orders(shop):
    return fetch_page(0)  # fixed: return fetch_page(0) + fetch_page(1)

@fr.register("summarise")
def summarise(orders):
    return {"count": len(orders), "sum": sum(order["sum"] for order in orders)}

@fr.register("report")
def report(shop):
    return summarise(fetch_orders(shop))

fr.run(report, "north", expect=lambda r: r["count"] == 3)


# %% no-mail: a profile is built without a mail address, though the directory has one
# cause: build_profile
# error: WrongResult
DIRECTORY = {"u7": {"name": "Ines", "mail": "ines@example.org", "team": "ops"}}

@fr.register("directory")
def directory(user):
    return DIRECTORY[user]

@fr.register("build_profile")
def build_profile(entry):
    return {"name": entry["name"], "team": entry["team"], "mail": entry.get("email")}  # fixed: return {"name": entry["name"], "team": entry["team"], "mail": entry.get("mail")}

@fr.register("greeting")
def greeting(profile):
    return f"Hello {profile['name']}"

@fr.register("onboard")
def onboard(user):
    profile = build_profile(directory(user))
    return {"to": profile["mail"], "text": greeting(profile)}

fr.run(onboard, "u7", expect=lambda r: r["to"] is not None and "@" in r["to"])


# %% wrong-vat: a country's rate is missing in the table of rates, and zero stands for it
# cause: vat_rate
# error: WrongResult
RATES = {"DE": 0.19, "FR": 0.20}  # fixed: RATES = {"DE": 0.19, "FR": 0.20, "ES": 0.21}

@fr.register("net_price")
def net_price(article):
    return {"lamp": 80.0, "desk": 240.0}[article]

@fr.register("vat_rate")
def vat_rate(country):
    return RATES.get(country, 0.0)

@fr.register("price_offer")
def price_offer(article, country):
    net = net_price(article)
    rate = vat_rate(country)
    return {"net": net, "vat": round(net * rate, 2), "gross": round(net * (1 + rate), 2)}

def check(offer):
    assert offer["net"] > 0
    assert offer["vat"] > 0, "an offer without VAT"

fr.run(price_offer, "desk", "ES", expect=check)


# %% reversed-ranking: the best three are the worst three
# cause: rank
# wrong: result[0]
# before: fixed
SCORES = {"a": 0.91, "b": 0.12, "c": 0.55, "d": 0.78}

@fr.register("load_candidates")
def load_candidates(query):
    return list(SCORES)

@fr.register("score")
def score(query, candidate):
    return SCORES[candidate]

@fr.register("rank")
def rank(scored):
    return sorted(scored, key=lambda pair: pair[1])  # fixed: return sorted(scored, key=lambda pair: -pair[1])

@fr.register("search")
def search(query):
    scored = [(name, score(query, name)) for name in load_candidates(query)]
    return [name for name, _ in rank(scored)[:3]]

fr.run(search, "pumps")


# %% json-cut: a model's answer is cut at the first brace, the plan lacks its steps
# cause: read_answer
# error: WrongResult
ANSWER = '{"goal": "move", "steps": ["pack", "load", "drive"], "risk": {"level": "low"}}'

@fr.register("ask_model")
def ask_model(prompt):
    return "Sure:\n```json\n" + ANSWER + "\n```"

@fr.register("read_answer")
def read_answer(text):
    plan = json.loads(text[text.index("{"):text.rindex("}") + 1])
    return {"goal": plan["goal"], "steps": []}  # fixed: return {"goal": plan["goal"], "steps": plan["steps"]}

@fr.register("make_plan")
def make_plan(task):
    plan = read_answer(ask_model(f"Plan: {task}"))
    return {"task": task, **plan}

fr.run(make_plan, "move house", expect=lambda r: r["steps"])


# %% seconds-as-milliseconds: a delay in milliseconds is added to one in seconds
# cause: network_delay
# error: WrongResult
# before: fr.run(estimate, "near")
HOPS = {"near": [], "far": [12, 30, 41]}

@fr.register("compute_time")
def compute_time(site):
    return 0.8

@fr.register("network_delay")
def network_delay(site):
    return sum(HOPS[site])  # fixed: return sum(HOPS[site]) / 1000

@fr.register("estimate")
def estimate(site):
    return {"site": site, "seconds": compute_time(site) + network_delay(site)}

fr.run(estimate, "far", expect=lambda r: r["seconds"] < 5)


# %% shared-default: every cart is given the same list, the second one holds what is the first one's
# cause: new_cart
# wrong: result["second"]["items"]
EMPTY = []

@fr.register("new_cart")
def new_cart(owner):
    return {"owner": owner, "items": EMPTY}  # fixed: return {"owner": owner, "items": []}

@fr.register("put")
def put(cart, item):
    cart["items"].append(item)
    return cart

@fr.register("day")
def day():
    first = put(new_cart("ann"), "tea")
    second = put(new_cart("bob"), "milk")
    return {"first": {"owner": first["owner"], "items": list(first["items"])}, "second": {"owner": second["owner"], "items": list(second["items"])}}

fr.run(day)


# %% swapped-route: origin and destination change places in a call, the trip goes the wrong way
# cause: plan_trip
# wrong: result.legs[0].start
@fr.register("locate")
def locate(place):
    return {"home": (52.5, 13.4), "office": (48.1, 11.6)}[place]

@fr.register("route")
def route(start, end):
    return [{"start": start, "end": end}]

@fr.register("plan_trip")
def plan_trip(person):
    start = locate("home")
    end = locate("office")
    return {"person": person, "legs": route(end, start)}  # fixed: return {"person": person, "legs": route(start, end)}

fr.run(plan_trip, "eva")


# %% async-average: readings of a broken sensor are not left out, the average is far off
# cause: keep_valid
# error: WrongResult
@fr.register("read_sensor")
async def read_sensor(number):
    await asyncio.sleep(0)
    return {"sensor": number, "celsius": [21.0, 20.6, -999.0][number]}

@fr.register("keep_valid")
async def keep_valid(readings):
    return [one for one in readings if one["celsius"] is not None]  # fixed: return [one for one in readings if one["celsius"] > -100]

@fr.register("average")
async def average(readings):
    return round(sum(one["celsius"] for one in readings) / len(readings), 1)

@fr.register("climate")
async def climate(room):
    readings = await asyncio.gather(*(read_sensor(n) for n in range(3)))
    return {"room": room, "celsius": await average(await keep_valid(readings))}

asyncio.run(fr.run(climate, "lab", expect=lambda r: 0 < r["celsius"] < 40))


# %% dataclass-stock: what is reserved is added to what is free
# cause: free_stock
# error: WrongResult
@dataclass
class Stock:
    part: str
    on_hand: int
    reserved: int

@fr.register("read_stock")
def read_stock(part):
    return Stock(part, 140, 25)

@fr.register("free_stock")
def free_stock(stock):
    return stock.on_hand + stock.reserved  # fixed: return stock.on_hand - stock.reserved

@fr.register("promise")
def promise(part, wanted):
    stock = read_stock(part)
    free = free_stock(stock)
    return {"part": stock.part, "on_hand": stock.on_hand, "free": free, "ok": wanted <= free}

fr.run(promise, "bolt", 150, expect=lambda r: r["free"] <= r["on_hand"])


# %% swallowed-timeout: a look-up that fails is answered with an empty text, and the letter has no street
# cause: find_street
# error: WrongResult
@fr.register("ask_registry")
def ask_registry(person):
    raise TimeoutError("registry did not answer")  # fixed: return {"street": "Mill Lane 4", "city": "Bath"}

@fr.register("find_street")
# also: ask_registry
def find_street(person):
    try:
        return ask_registry(person)["street"]
    except TimeoutError:
        return ""

@fr.register("find_name")
def find_name(person):
    return {"p1": "R. Hale"}[person]

@fr.register("letter_head")
def letter_head(person):
    return {"name": find_name(person), "street": find_street(person)}

fr.run(letter_head, "p1", expect=lambda r: r["name"] and r["street"])


# %% stale-cache: a price is changed, and the one kept from before is given
# cause: change_price
# wrong: result.after
CACHE = {}

@fr.register("stored_price")
def stored_price(article):
    return 12.5 if article not in STORE else STORE[article]

STORE = {}

@fr.register("price_of")
# also: price_of
def price_of(article):
    if article not in CACHE:
        CACHE[article] = stored_price(article)
    return CACHE[article]

@fr.register("change_price")
def change_price(article, price):
    STORE[article] = price
    return price  # fixed: CACHE.pop(article, None); return price

@fr.register("raise_prices")
def raise_prices(article):
    before = price_of(article)
    change_price(article, before * 2)
    return {"article": article, "before": before, "after": price_of(article)}

fr.run(raise_prices, "oil")
