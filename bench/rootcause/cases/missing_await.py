"""Somebody calls an async step and uses the coroutine instead of what it would have returned."""

import asyncio

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% coroutine-as-argument: the caller forgets one await of three
# cause: brief/write
# error: TypeError
@fr.register("news/fetch")
async def fetch(topic):
    await asyncio.sleep(0)
    return ["rates rise", "rain ahead"]


@fr.register("news/tone")
async def tone(topic):
    await asyncio.sleep(0)
    return {"mood": "sober"}


@fr.register("news/limit")
def limit(topic):
    return 2


@fr.register("brief/compose")
def compose(items, style, most):
    return f"{style['mood']}: " + ", ".join(items[:most])


@fr.register("brief/write")
async def write(topic):
    items = await fetch(topic)
    style = tone(topic)  # fixed: style = await tone(topic)
    return compose(items, style, limit(topic))


asyncio.run(fr.run(write, "economy"))

# %% coroutine-in-list: a list of coroutines is made and never gathered
# cause: price/compare
# error: TypeError
@fr.register("price/shops")
def shops(item):
    return ["north", "south", "east"]


@fr.register("price/ask")
async def ask(shop, item):
    await asyncio.sleep(0)
    return len(shop) * 10 + len(item)


@fr.register("price/currency")
def currency(item):
    return "EUR"


@fr.register("price/lowest")
def lowest(offers):
    return min(offers)


@fr.register("price/compare")
async def compare(item):
    offers = [ask(shop, item) for shop in shops(item)]  # fixed: offers = await asyncio.gather(*[ask(shop, item) for shop in shops(item)])
    return f"{lowest(offers)} {currency(item)}"


asyncio.run(fr.run(compare, "lamp"))

# %% coroutine-returned: a step returns the coroutine of another one as if it were its own answer
# cause: doc/outline
# error: TypeError
@fr.register("doc/sections")
async def sections(text):
    await asyncio.sleep(0)
    return text.split("\n\n")


@fr.register("doc/outline")
def outline(text):  # fixed: async def outline(text):
    return sections(text.strip())  # fixed: return await sections(text.strip())


@fr.register("doc/author")
async def author(text):
    await asyncio.sleep(0)
    return "unknown"


@fr.register("doc/count")
def count(parts):
    return len(parts)


@fr.register("doc/index")
async def index(text):
    parts = outline(text)
    if asyncio.iscoroutine(parts) and asyncio.iscoroutinefunction(outline):
        parts = await parts
    return {"sections": count(parts), "author": await author(text)}


asyncio.run(fr.run(index, "one\n\ntwo"))
