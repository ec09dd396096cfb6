"""A step returns the right thing in the wrong type: text for a number, a dict for a list, a tuple for a record."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% meter-text-reading: a reading stays text and is multiplied with a price
# cause: meter/parse
# error: TypeError
@fr.register("meter/parse")
def parse_line(line):
    meter, day, used = line.split(";")
    return {"meter": meter, "day": int(day), "used": used}  # fixed: return {"meter": meter, "day": int(day), "used": float(used)}


@fr.register("meter/tariff")
def tariff(meter):
    return {"base": 4.5, "rate": 0.31 if meter.startswith("N") else 0.28}


@fr.register("meter/discount")
def discount(meter):
    return 0.9 if meter.endswith("7") else 1.0


@fr.register("bill/amount")
def amount(reading, prices, factor):
    return prices["base"] + reading["used"] * prices["rate"] * factor


@fr.register("bill/make")
def make_bill(line):
    reading = parse_line(line)
    prices = tariff(reading["meter"])
    factor = discount(reading["meter"])
    return {"meter": reading["meter"], "amount": amount(reading, prices, factor)}


fr.run(make_bill, "N-107;14;212.5")

# %% tags-single-string: one tag comes back as text, not as a list of one
# cause: llm/tags
# error: AttributeError
@fr.register("llm/title")
def title(text):
    return text.split(".")[0]


@fr.register("llm/tags")
def tags(text):
    found = [word for word in ("python", "testing", "async") if word in text.lower()]
    return found if len(found) != 1 else found[0]  # fixed: return found


@fr.register("site/slug")
def slug(name):
    return name.lower().replace(" ", "-")


@fr.register("site/extend")
def extend(known, series):
    known.append(series)
    return known


@fr.register("site/publish")
def publish(text):
    name = title(text)
    return {"slug": slug(name), "tags": extend(tags(text), "weekly")}


fr.run(publish, "Writing async code. It is fun.")

# %% page-count-text: a count from a header is text and is compared with a number, two steps on
# cause: http/headers
# error: TypeError
@fr.register("http/headers")
def headers(raw):
    fields = dict(line.split(": ") for line in raw.split("|"))
    return {"total": fields["X-Total"], "size": int(fields["X-Size"])}  # fixed: return {"total": int(fields["X-Total"]), "size": int(fields["X-Size"])}


@fr.register("http/budget")
def budget(plan):
    return {"free": 100, "pro": 1000}[plan]


@fr.register("crawl/plan")
def crawl_plan(head, limit):
    return {"wanted": head["total"], "size": head["size"], "limit": limit}


@fr.register("crawl/pages")
def pages(plan):
    if plan["wanted"] > plan["limit"]:
        return plan["limit"] // plan["size"]
    return plan["wanted"] // plan["size"]


@fr.register("crawl/run")
def crawl(raw, plan):
    head = headers(raw)
    limit = budget(plan)
    return {"pages": pages(crawl_plan(head, limit))}


fr.run(crawl, "X-Total: 420|X-Size: 20", "free")

# %% embedding-nested-list: a vector is wrapped in a list of one
# cause: embed/query
# error: TypeError
@fr.register("text/clean")
def clean(text):
    return " ".join(text.lower().split())


def vector(text):
    return [len(text) / 10, text.count("e") / 5, text.count(" ") / 3]


@fr.register("embed/query")
def embed_query(text):
    return [vector(text)]  # fixed: return vector(text)


@fr.register("embed/passages")
def embed_passages(texts):
    return [vector(text) for text in texts]


@fr.register("search/scores")
def scores(query, passages):
    return [sum(a * b for a, b in zip(query, passage, strict=False)) for passage in passages]


@fr.register("search/best")
def best(texts, question):
    query = embed_query(clean(question))
    ranked = scores(query, embed_passages(texts))
    return texts[ranked.index(max(ranked))]


fr.run(best, ["the sea is deep", "trees have leaves"], "How  deep is the sea?")

# %% roster-set-order: a set where a sequence is needed
# cause: roster/available
# error: TypeError
@fr.register("roster/nurses")
def nurses(ward):
    return [{"name": "Ines", "off": "mon"}, {"name": "Jon", "off": "tue"}, {"name": "Kim", "off": "mon"}]


@fr.register("roster/available")
def available(people, day):
    return {person["name"] for person in people if person["off"] != day}  # fixed: return [person["name"] for person in people if person["off"] != day]


@fr.register("roster/shifts")
def shifts(day):
    return ["early", "late"] if day in ("sat", "sun") else ["early", "late", "night"]


@fr.register("roster/pair")
def pair(names, slots):
    return {slot: names[index % len(names)] for index, slot in enumerate(slots)}


@fr.register("roster/plan")
def roster(ward, day):
    names = available(nurses(ward), day)
    return pair(names, shifts(day))


fr.run(roster, "B2", "wed")
