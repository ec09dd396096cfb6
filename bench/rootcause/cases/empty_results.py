"""A filter, a search or a join leaves nothing, and a later step takes the first, the largest or the mean of it."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% threshold-too-high: no passage is good enough, and the best of none is asked for
# cause: rag/filter
# error: ValueError
@fr.register("rag/embed")
def embed(question):
    return [len(question) % 5, question.count("a")]


@fr.register("rag/search")
def search(vector):
    return [{"text": "Tides follow the moon.", "score": 0.71}, {"text": "Waves follow the wind.", "score": 0.64}]


@fr.register("rag/filter")
def keep(passages):
    return [passage for passage in passages if passage["score"] > 7.0]  # fixed: return [passage for passage in passages if passage["score"] > 0.7]


@fr.register("rag/style")
def style(question):
    return {"words": 20}


@fr.register("rag/best")
def best(passages):
    return max(passages, key=lambda passage: passage["score"])["text"]


@fr.register("rag/answer")
def answer(question):
    passages = search(embed(question))
    kept = keep(passages)
    return best(kept)[: style(question)["words"]]


fr.run(answer, "What makes tides?")

# %% join-on-other-type: ids are numbers on one side and text on the other, so nothing joins
# cause: etl/join
# also: etl/orders
# error: ZeroDivisionError
@fr.register("etl/users")
def users(day):
    return [{"id": 1, "country": "PT"}, {"id": 2, "country": "ES"}]


@fr.register("etl/orders")
def orders(day):
    return [{"user": "1", "amount": 30}, {"user": "2", "amount": 50}]


@fr.register("etl/join")
def join(people, bought):
    countries = {person["id"]: person["country"] for person in people}
    return [(countries[order["user"]], order["amount"]) for order in bought if order["user"] in countries]  # fixed: return [(countries[int(order["user"])], order["amount"]) for order in bought if int(order["user"]) in countries]


@fr.register("etl/rates")
def rates(day):
    return {"PT": 1.0, "ES": 1.1}


@fr.register("etl/mean")
def mean(rows, table):
    return sum(amount * table[country] for country, amount in rows) / len(rows)


@fr.register("etl/daily")
def daily(day):
    rows = join(users(day), orders(day))
    return {"day": day, "mean": mean(rows, rates(day))}


fr.run(daily, "2024-05-01")

# %% empty-text-parsed: an extractor returns "" where it finds no number, and a step converts it
# cause: doc/number
# error: ValueError
@fr.register("doc/page")
def page(name):
    return "Invoice\nNo. 2044\nTotal 18.90"


@fr.register("doc/number")
def number(text):
    for line in text.splitlines():
        if line.startswith("Number"):  # fixed: if line.startswith("No."):
            return line.split()[1]
    return ""


@fr.register("doc/total")
def total(text):
    return float(text.split()[-1])


@fr.register("doc/key")
def key(number_text, amount):
    return int(number_text) * 1000 + round(amount)


@fr.register("doc/file")
def file_invoice(name):
    text = page(name)
    found = number(text)
    return key(found, total(text))


fr.run(file_invoice, "scan-1.txt")

# %% empty-and-harmless: several lists are empty, one of them matters
# cause: plan/slots
# error: IndexError
@fr.register("plan/calendar")
def calendar(week):
    return [{"day": "mon", "hours": [9, 10]}, {"day": "tue", "hours": [14]}]


@fr.register("plan/holidays")
def holidays(week):
    return []


@fr.register("plan/slots")
def slots(days, closed, minimum):
    return [day["day"] for day in days if len(day["hours"]) > minimum + 1 and day["day"] not in closed]  # fixed: return [day["day"] for day in days if len(day["hours"]) > minimum and day["day"] not in closed]


@fr.register("plan/guests")
def guests(week):
    return []


@fr.register("plan/invite")
def invite(open_days, people):
    return {"day": open_days[0], "people": ", ".join(people) or "nobody"}


@fr.register("plan/meeting")
def meeting(week, minimum):
    open_days = slots(calendar(week), holidays(week), minimum)
    return invite(open_days, guests(week))


fr.run(meeting, 18, 1)
