"""Coroutines of two steps each are gathered. North's first step is slow, so in the recording south is through first.

The sleeps stand for the latency of a model; a step answered from a recording takes no time, and the order turns.
"""

import asyncio

from tool import pipeline, step
from world import ran, see, service


@step
async def draft(topic):
    ran("draft")
    await asyncio.sleep(0.6 if topic == "north" else 0.05)
    return f"draft on the {topic}"


@step
async def polish(text):
    ran("polish")
    await asyncio.sleep(0.05)
    return f"polished {text}"


@step
async def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


async def write(topic):
    return await polish(await draft(topic))


@pipeline
async def main(region):
    texts = await asyncio.gather(write(region), write("south"))
    see(texts)
    return await deliver(texts[0])


# The case, not part of the program:
TITLE = "Two-stage gather"
MUST_RUN = ["deliver"]
FORK_FROM = ""
