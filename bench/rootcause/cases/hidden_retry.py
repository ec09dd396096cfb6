"""An error is swallowed, retried away or turned into a default, and something else fails later because of it."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% fallback-to-none: the caller of a failed step goes on with None
# cause: weather/station
# error: TypeError
STATIONS = {"OSL": {"temp": 4.0}, "BER": {"temperature": 9.0}}


@fr.register("weather/station")
def station(code):
    return STATIONS[code]["temp"]  # fixed: return STATIONS[code].get("temp", STATIONS[code].get("temperature"))


@fr.register("weather/normal")
def normal(code):
    return {"OSL": 5.0, "BER": 8.0}[code]


@fr.register("weather/difference")
def difference(measured, usual):
    return measured - usual


@fr.register("weather/headline")
def headline(code, delta):
    return f"{code}: {delta:+.1f}"


@fr.register("weather/report")
def report(code):
    try:
        measured = station(code)
    except KeyError:
        measured = None
    usual = normal(code)
    return headline(code, difference(measured, usual))


fr.run(report, "BER")

# %% broad-except-default: a step swallows its own error and returns an empty answer
# cause: search/query
# error: IndexError
INDEX = {"cats": ["a", "b"], "dogs": ["c"]}


@fr.register("search/words")
def words(question):
    return question.lower().split()


@fr.register("search/query")
def query(terms):
    try:
        return [hit for term in terms for hit in INDEX[term]]  # fixed: return [hit for term in terms for hit in INDEX.get(term, [])]
    except Exception:
        return []


@fr.register("search/style")
def style(question):
    return "short" if len(question) < 40 else "long"


@fr.register("search/pick")
def pick(hits, manner):
    return (hits[0], manner)


@fr.register("search/answer")
def answer(question):
    hits = query(words(question))
    return pick(hits, style(question))


fr.run(answer, "Cats and dogs")

# %% inner-step-swallowed: a step calls another one, which fails, and hides it
# cause: profile/load
# also: profile/decode
# error: AttributeError
@fr.register("profile/fetch")
def fetch(user):
    return "name=Eva;born=19x1;city=Graz"


@fr.register("profile/decode")
def decode(text):
    fields = dict(part.split("=") for part in text.split(";"))
    return {"name": fields["name"], "born": int(fields["born"])}


@fr.register("profile/load")
def load(user):
    try:
        return decode(fetch(user))
    except ValueError:
        return {"name": None, "born": 0}  # fixed: return {"name": user, "born": 0}


@fr.register("badge/colour")
def colour(user):
    return "blue"


@fr.register("badge/print")
def print_badge(profile, shade):
    return profile["name"].upper() + " " + shade


@fr.register("badge/make")
def make(user):
    profile = load(user)
    return print_badge(profile, colour(user))


fr.run(make, "eva")

# %% retry-gives-stale: after a time-out the retry wrapper returns an older answer of another form
# cause: stock/with_retry
# also: stock/ask
# error: KeyError
LAST = {"bolt": {"n": 4}}


@fr.register("stock/ask")
def ask(part, attempt):
    if attempt < 2:
        raise TimeoutError("the service did not answer")
    return {"count": 9}


@fr.register("stock/with_retry")
def with_retry(part):
    for attempt in range(2):  # fixed: for attempt in range(3):
        try:
            return ask(part, attempt)
        except TimeoutError:
            continue
    return LAST[part]


@fr.register("stock/minimum")
def minimum(part):
    return 5


@fr.register("stock/reorder")
def reorder(stock, least):
    return stock["count"] < least


@fr.register("stock/check")
def check(part):
    stock = with_retry(part)
    return {"reorder": reorder(stock, minimum(part))}


fr.run(check, "bolt")

# %% retry-that-worked: an early failure was retried with success and has nothing to do with the crash
# cause: plan/steps
# error: TypeError
ATTEMPTS = []


@fr.register("llm/draft")
def draft(goal, attempt):
    ATTEMPTS.append(attempt)
    if attempt == 0:
        raise ConnectionError("reset by peer")
    return f"1. look up {goal} 2. write it down"


@fr.register("plan/steps")
def steps_of(text):
    return {part[0]: part[3:] for part in text.replace(" 2.", "|2.").split("|")}.get(3)  # fixed: return [part[3:] for part in text.replace(" 2.", "|2.").split("|")]


@fr.register("plan/cost")
def cost_of(goal):
    return 0.02 * len(goal)


@fr.register("plan/count")
def count(steps):
    return len(steps)


@fr.register("plan/make")
def make_plan(goal):
    text = ""
    for attempt in range(3):
        try:
            text = draft(goal, attempt)
            break
        except ConnectionError:
            continue
    return {"steps": count(steps_of(text)), "cost": cost_of(goal)}


fr.run(make_plan, "the melting point of tin")

# %% wrapped-exception: the orchestrator wraps what a step raised on bad data from before
# cause: feed/items
# error: FeedError
class FeedError(Exception):
    pass


@fr.register("feed/download")
def download(url):
    return "a|3\nb|\nc|5"


@fr.register("feed/items")
def items(text):
    rows = [line.split("|") for line in text.splitlines()]
    return [{"id": name, "votes": int(votes) if votes else None} for name, votes in rows]  # fixed: return [{"id": name, "votes": int(votes or 0)} for name, votes in rows]


@fr.register("feed/title")
def title(url):
    return url.rpartition("/")[2]


@fr.register("feed/hot")
def hot(found):
    return [item["id"] for item in found if item["votes"] > 2]


@fr.register("feed/page")
def page(url):
    found = items(download(url))
    try:
        return {"title": title(url), "hot": hot(found)}
    except TypeError as error:
        raise FeedError(f"no page for {url}") from error


fr.run(page, "https://feeds.example/news")
