"""Several steps at once: awaits, threads, results in another order, objects that are shared meanwhile."""

import asyncio

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% missing-await: the orchestrator hands on a coroutine
# cause: enrich_lead
# error: TypeError
@fr.register("fetch_company")
async def fetch_company(domain):
    await asyncio.sleep(0.001)
    return {"domain": domain, "size": 120}

@fr.register("fetch_news")
async def fetch_news(domain):
    await asyncio.sleep(0.001)
    return []

@fr.register("rate_lead")
async def rate_lead(company, news):
    return company["size"] / 10 + len(news)

@fr.register("store_lead")
async def store_lead(domain, rating):
    return {"domain": domain, "rating": rating}

@fr.register("enrich_lead")
async def enrich_lead(domain):
    news = await fetch_news(domain)
    company = fetch_company(domain)  # fixed: company = await fetch_company(domain)
    return await store_lead(domain, await rate_lead(company, news))

asyncio.run(fr.run(enrich_lead, "acme.example"))


# %% gather-unpacked: the results of gather are unpacked in another order than they were asked for
# cause: plan_day
# error: TypeError
@fr.register("weather")
async def weather(city):
    await asyncio.sleep(0.003)
    return {"rain": 0.1, "high": 24}

@fr.register("museums")
async def museums(city):
    await asyncio.sleep(0.001)
    return ["Old Masters", "Tram Museum"]

@fr.register("opening_hours")
async def opening_hours(city):
    await asyncio.sleep(0.002)
    return {"Old Masters": (10, 18), "Tram Museum": (9, 15)}

@fr.register("choose")
async def choose(forecast, places, hours):
    indoors = forecast["rain"] > 0.3
    return {"places": [place for place in places if hours[place][1] > 16], "indoors": indoors}

@fr.register("plan_day")
async def plan_day(city):
    places, forecast, hours = await asyncio.gather(weather(city), museums(city), opening_hours(city))  # fixed: forecast, places, hours = await asyncio.gather(weather(city), museums(city), opening_hours(city))
    return await choose(forecast, places, hours)

asyncio.run(fr.run(plan_day, "Graz"))


# %% one-of-many: one of six price feeds is read with the decimal comma, the spread is computed from all
# cause: read_feed
# error: TypeError
FEEDS = {"kraken": "61020.5", "bitstamp": "61033.0", "gemini": "61011.2", "bitvavo": "61.040,1", "okx": "61029.9"}

@fr.register("read_feed")
async def read_feed(name):
    await asyncio.sleep(0.001)
    text = FEEDS[name]
    return float(text) if text.count(".") == 1 and "," not in text else None  # fixed: return float(text.replace(".", "").replace(",", ".")) if "," in text else float(text)

@fr.register("fee_of")
async def fee_of(name):
    await asyncio.sleep(0.001)
    return None if name == "okx" else 0.001

@fr.register("spread")
async def spread(prices, fees):
    known = [fee or 0.0 for fee in fees]
    return max(prices) - min(prices) - sum(known)

@fr.register("arbitrage")
async def arbitrage(pair):
    prices = await asyncio.gather(*(read_feed(name) for name in FEEDS))
    fees = await asyncio.gather(*(fee_of(name) for name in FEEDS))
    return await spread(prices, fees)

asyncio.run(fr.run(arbitrage, "BTC-EUR"))


# %% background-task: a task fills the index in the background and is not waited for
# cause: search_notes
# error: IndexError
@fr.register("load_notes")
async def load_notes(user):
    return ["buy milk", "call the bank", "milk the idea"]

@fr.register("build_index")
async def build_index(notes, index):
    for number, note in enumerate(notes):
        await asyncio.sleep(0.002)
        for word in note.split():
            index.setdefault(word, []).append(number)

@fr.register("find_word")
async def find_word(index, word):
    return index.get(word, [])

@fr.register("show_note")
async def show_note(notes, numbers):
    return notes[numbers[0]]

@fr.register("search_notes")
async def search_notes(user, word):
    notes, index = await load_notes(user), {}
    task = asyncio.create_task(build_index(notes, index))
    await asyncio.sleep(0)  # fixed: await task
    numbers = await find_word(index, word)
    try:
        return await show_note(notes, numbers)
    finally:
        await task

asyncio.run(fr.run(search_notes, "eve", "bank"))


# %% threads-order: results of a thread pool are taken as they come, and zipped with the names
# cause: check_hosts
# error: ValueError
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

@fr.register("list_hosts")
def list_hosts(zone):
    return [{"name": "db", "delay": 0.08, "limit": 0.1}, {"name": "web", "delay": 0.01, "limit": 0.02}]

@fr.register("ping")
def ping(host):
    time.sleep(host["delay"])
    return host["delay"]

@fr.register("judge_host")
def judge_host(host, seconds):
    if seconds > host["limit"]:
        raise ValueError(f"{host['name']} took {seconds} s, allowed are {host['limit']} s")
    return f"{host['name']} is well"

@fr.register("check_hosts")
def check_hosts(zone):
    hosts = list_hosts(zone)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(ping, host) for host in hosts]
        seconds = [future.result() for future in as_completed(futures)]  # fixed: seconds = [future.result() for future in futures]
    return [judge_host(host, each) for host, each in zip(hosts, seconds)]

fr.run(check_hosts, "eu-1")


# %% shared-counter: two branches use one counter for their ids, and one id is given twice
# cause: next_id
# error: KeyError
COUNTER = {"value": 0}

@fr.register("next_id")
async def next_id(prefix):
    value = COUNTER["value"]
    await asyncio.sleep(0.001)  # fixed: value = COUNTER["value"]
    COUNTER["value"] = value + 1
    return value

@fr.register("read_part")
async def read_part(name):
    await asyncio.sleep(0.001)
    return {"name": name, "rows": 3 if name == "north" else 5}

@fr.register("load_part")
async def load_part(name):
    part = await read_part(name)
    return {**part, "id": await next_id("part")}

@fr.register("combine")
async def combine(parts):
    return {part["id"]: part["rows"] for part in parts}

@fr.register("total_rows")
async def total_rows(by_id):
    return by_id[0] + by_id[1]

@fr.register("load_regions")
async def load_regions(day):
    parts = await asyncio.gather(load_part("north"), load_part("south"))
    return await total_rows(await combine(parts))

asyncio.run(fr.run(load_regions, "2026-01-05"))
