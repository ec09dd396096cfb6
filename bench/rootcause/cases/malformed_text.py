"""Text that should be JSON, or hold a certain line, is cut off, fenced, quoted or padded."""

import json
import re

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% json-in-fences: the model answers in a code fence that nobody takes off
# cause: llm/answer
# also: json/read
# error: JSONDecodeError
@fr.register("llm/prompt")
def prompt(text):
    return "Give me JSON: " + text


@fr.register("llm/answer")
def answer(asked):
    return '```json\n{"name": "Ada", "age": 36}\n```'  # fixed: return '{"name": "Ada", "age": 36}'


@fr.register("json/read")
def read(text):
    return json.loads(text)


@fr.register("people/known")
def known():
    return ["Alan"]


@fr.register("people/add")
def add(person, names):
    return sorted([*names, person["name"]])


@fr.register("people/import")
def import_person(text):
    reply = answer(prompt(text))
    person = read(reply)
    return add(person, known())


fr.run(import_person, "Ada, 36 years")

# %% fence-stripper-cuts: the step that takes the fence off takes a brace with it
# cause: text/unfence
# error: JSONDecodeError
@fr.register("llm/complete")
def complete(question):
    return 'Here you are:\n```json\n{"city": "Oslo", "days": [1, 2]}\n```\nAnything else?'


@fr.register("text/unfence")
def unfence(text):
    inner = text.split("```")[1]
    return inner.removeprefix("json").strip()[:-1]  # fixed: return inner.removeprefix("json").strip()


@fr.register("trip/budget")
def budget(question):
    return 120 * len(question)


@fr.register("trip/parse")
def parse(text):
    return json.loads(text)


@fr.register("trip/cost")
def cost(trip, most):
    return min(most, 80 * len(trip["days"]))


@fr.register("trip/plan")
def plan(question):
    text = unfence(complete(question))
    most = budget(question)
    return cost(parse(text), most)


fr.run(plan, "Two days in Oslo")

# %% token-limit: the stream is joined up to a limit, and the JSON is cut
# cause: llm/join
# error: JSONDecodeError
@fr.register("llm/stream")
def stream(question):
    return ['{"items": [', '{"sku": "A1", "n": 2}, ', '{"sku": "B7", "n": 1}', "]}"]


@fr.register("llm/join")
def join(chunks):
    return "".join(chunks)[:44]  # fixed: return "".join(chunks)


@fr.register("order/prices")
def prices(question):
    return {"A1": 3.0, "B7": 9.5}


@fr.register("order/items")
def items(text):
    return [(item["sku"], item["n"]) for item in json.loads(text)["items"]]


@fr.register("order/total")
def total(found, table):
    return sum(table[sku] * count for sku, count in found)


@fr.register("order/quote")
def quote(question):
    text = join(stream(question))
    return total(items(text), prices(question))


fr.run(quote, "two A1 and one B7")

# %% score-line-missing: a summariser drops the line that a later step looks for
# cause: llm/shorten
# error: AttributeError
@fr.register("llm/review")
def review(essay):
    return "Clear and well argued.\nThe ending is weak.\nSCORE: 7"


@fr.register("llm/shorten")
def shorten(text):
    return "\n".join(text.splitlines()[:2])  # fixed: return "\n".join(text.splitlines()[1:])


@fr.register("essay/words")
def words(essay):
    return len(essay.split())


@fr.register("essay/score")
def score(text):
    return int(re.search(r"SCORE: (\d+)", text).group(1))


@fr.register("essay/grade")
def grade(essay):
    text = shorten(review(essay))
    return {"score": score(text), "words": words(essay)}


fr.run(grade, "Rivers shape the land.")

# %% escaped-twice: a payload is encoded twice, and decoding it once leaves text
# cause: queue/put
# error: TypeError
@fr.register("event/make")
def make_event(user, kind):
    return {"user": user, "kind": kind, "tags": ["web"]}


@fr.register("queue/put")
def put(event):
    body = json.dumps(event)
    return json.dumps(body)  # fixed: return body


@fr.register("queue/get")
def get(body):
    return json.loads(body)


@fr.register("event/weights")
def weights():
    return {"click": 1, "buy": 20}


@fr.register("event/score")
def score_event(event, table):
    return table[event["kind"]] + len(event["tags"])


@fr.register("event/flow")
def flow(user, kind):
    body = put(make_event(user, kind))
    table = weights()
    return score_event(get(body), table)


fr.run(flow, "u7", "buy")

# %% csv-quoted-comma: a line is split at a comma inside quotes
# cause: csv/split
# error: ValueError
@fr.register("csv/lines")
def lines(text):
    return text.strip().split("\n")


@fr.register("csv/split")
def split(line):
    return [cell.strip('"') for cell in line.split(",")]  # fixed: return [cell.strip('"') for cell in re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', line)]


@fr.register("csv/currency")
def currency(text):
    return "EUR"


@fr.register("csv/amount")
def amount(cells):
    return float(cells[1])


@fr.register("csv/sum")
def sum_up(text):
    total = 0.0
    for line in lines(text):
        total += amount(split(line))
    return f"{total:.2f} {currency(text)}"


fr.run(sum_up, 'rent,900\n"gas, water",120.5\n')
