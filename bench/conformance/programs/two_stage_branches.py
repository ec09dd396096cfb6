"""The two-stage gather, each sequence of two steps a unit of the tool's own: composite step, workflow or task.

Timing as in the two-stage gather: in the recording south is through first.
"""

import asyncio

from tool import branch, in_tasks, pipeline, step
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


@branch
async def write(topic):
    return await polish(await draft(topic))


@pipeline
async def main(region):
    texts = await in_tasks(write, [region, "south"])
    see(texts)
    return await deliver(texts[0])


# The case, not part of the program:
TITLE = "Two-stage gather of branches"
MUST_RUN = ["deliver"]
FORK_FROM = ""
