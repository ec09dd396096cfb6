"""Something takes too long: time-outs, cancellations, attempts that run out."""

import asyncio

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% backoff-unit: a policy gives milliseconds, the client sleeps for seconds
# cause: retry_policy
# error: TimeoutError
@fr.register("retry_policy")
async def retry_policy(service):
    return {"service": service, "wait": 250, "attempts": 3}  # fixed: return {"service": service, "wait": 0.025, "attempts": 3}

@fr.register("fetch_token")
async def fetch_token(user):
    return f"tok-{user}"

@fr.register("wait_and_fetch")
async def wait_and_fetch(policy, token):
    await asyncio.sleep(policy["wait"])
    return {"rows": 3, "token": token}

@fr.register("sync_calendar")
async def sync_calendar(user):
    policy = await retry_policy("calendar")
    token = await fetch_token(user)
    async with asyncio.timeout(0.3):
        return await wait_and_fetch(policy, token)

asyncio.run(fr.run(sync_calendar, "nina"))


# %% slow-loop: a poller waits for a state under a wrong name, until its time is up
# cause: job_state
# error: TimeoutError
@fr.register("submit_job")
async def submit_job(name):
    return {"job": 81, "name": name}

@fr.register("job_state")
async def job_state(job):
    return "completed"  # fixed: return "done"

@fr.register("wait_for_job")
async def wait_for_job(job):
    for _poll in range(5):
        if await job_state(job) == "done":
            return True
        await asyncio.sleep(0.001)
    raise TimeoutError(f"job {job['job']} was not done after 5 polls")

@fr.register("fetch_result")
async def fetch_result(job):
    return {"job": job["job"], "rows": 12}

@fr.register("run_batch")
async def run_batch(name):
    job = await submit_job(name)
    await wait_for_job(job)
    return await fetch_result(job)

asyncio.run(fr.run(run_batch, "nightly"))


# %% lock-kept: a step takes the lock and returns early without giving it back
# cause: refresh_cache
# error: TimeoutError
@fr.register("make_lock")
async def make_lock(name):
    return asyncio.Lock()

@fr.register("cache_age")
async def cache_age(name):
    return 20

@fr.register("refresh_cache")
async def refresh_cache(lock, age):
    await lock.acquire()
    if age < 60:
        return "fresh"  # fixed: lock.release(); return "fresh"
    lock.release()
    return "refreshed"

@fr.register("write_entry")
async def write_entry(lock, key):
    async with lock:
        return key

@fr.register("update_cache")
async def update_cache(name, key):
    lock = await make_lock(name)
    state = await refresh_cache(lock, await cache_age(name))
    return state, await asyncio.wait_for(write_entry(lock, key), 0.2)

asyncio.run(fr.run(update_cache, "prices", "k1"))


# %% budget-spent: the first call takes the whole time budget because its limit is ignored
# cause: scan_pages
# error: TimeoutError
class Clock:
    def __init__(self, left):
        self.left = left

@fr.register("time_budget")
def time_budget(kind):
    return Clock(10)

@fr.register("scan_pages")
def scan_pages(clock, pages, most):
    for _page in range(pages):  # fixed: for _page in range(min(pages, most)):
        clock.left -= 1
    return {"scanned": pages}

@fr.register("count_pages")
def count_pages(site):
    return 14

@fr.register("write_summary")
def write_summary(clock, scan):
    if clock.left <= 0:
        raise TimeoutError(f"out of time by {-clock.left} s")
    return f"{scan['scanned']} pages"

@fr.register("scan_site")
def scan_site(site):
    clock = time_budget("scan")
    scan = scan_pages(clock, count_pages(site), 6)
    return write_summary(clock, scan)

fr.run(scan_site, "docs.example")


# %% cancelled-sibling: one of two tasks fails on a bad unit, the other is cancelled
# cause: sensor_unit
# error: ExceptionGroup
@fr.register("sensor_unit")
async def sensor_unit(name):
    return {"t-1": "C", "t-2": "kelvin"}[name]  # fixed: return {"t-1": "C", "t-2": "K"}[name]

@fr.register("read_sensor")
async def read_sensor(name):
    await asyncio.sleep(0.02 if name == "t-1" else 0.001)
    return {"t-1": 21.0, "t-2": 294.0}[name]

@fr.register("to_celsius")
async def to_celsius(value, unit):
    return {"C": value, "K": value - 273.15, "F": (value - 32) / 1.8}[unit]

@fr.register("read_all")
async def read_all(name):
    value = await read_sensor(name)
    return await to_celsius(value, await sensor_unit(name))

@fr.register("room_climate")
async def room_climate(room):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read_all(name)) for name in ("t-1", "t-2")]
    return sum(task.result() for task in tasks) / 2

asyncio.run(fr.run(room_climate, "lab"))
