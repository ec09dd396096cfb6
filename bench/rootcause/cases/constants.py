"""The fault is in a table or template that a step reads, or in a name that is not in such a table."""

import re

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% table-lacks-entry: the step that looks up does so in a table without the entry
# cause: tax/rate
# error: KeyError
RATES = {"AT": 0.20, "DE": 0.19}  # fixed: RATES = {"AT": 0.20, "DE": 0.19, "FI": 0.255}


@fr.register("tax/country")
def country(order):
    return order["country"].upper()


@fr.register("tax/net")
def net(order):
    return sum(order["items"])


@fr.register("tax/rate")
def rate(code):
    return RATES[code]


@fr.register("tax/round")
def rounded(amount):
    return round(amount, 2)


@fr.register("tax/gross")
def gross(order):
    code = country(order)
    amount = net(order)
    return rounded(amount * (1 + rate(code)))


fr.run(gross, {"country": "fi", "items": [10, 20]})

# %% unknown-tool-named: a model names a tool that the table does not have
# cause: llm/choose
# error: KeyError
@fr.register("tool/weather")
def weather(place):
    return f"sunny in {place}"


@fr.register("tool/clock")
def clock(place):
    return f"noon in {place}"


TOOLS = {"get_weather": weather, "get_clock": clock}


@fr.register("llm/choose")
def choose(question):
    if "time" in question:
        return {"tool": "get_clock", "place": "Rome"}
    return {"tool": "get_wether", "place": "Rome"}  # fixed: return {"tool": "get_weather", "place": "Rome"}


@fr.register("agent/call")
def call(chosen):
    return TOOLS[chosen["tool"]](chosen["place"])


@fr.register("agent/tone")
def tone(question):
    return "friendly"


@fr.register("agent/run")
def run_agent(question):
    chosen = choose(question)
    manner = tone(question)
    return f"({manner}) {call(chosen)}"


fr.run(run_agent, "How is the weather in Rome?")

# %% entry-is-none: an entry of the table itself is None
# cause: ship/zone
# error: TypeError
ZONES = {"near": 4.0, "far": None}  # fixed: ZONES = {"near": 4.0, "far": 11.0}


@fr.register("ship/distance")
def distance(postcode):
    return "far" if postcode.startswith("9") else "near"


@fr.register("ship/zone")
def zone(kind):
    return ZONES[kind]


@fr.register("ship/weight")
def weight(items):
    return 0.7 * len(items)


@fr.register("ship/price")
def price(base, kilos):
    return base + 1.2 * kilos


@fr.register("ship/quote")
def quote(postcode, items):
    base = zone(distance(postcode))
    return price(base, weight(items))


fr.run(quote, "99817", ["lamp", "rug"])

# %% template-lacks-line: the prompt does not ask for what the parser needs
# cause: llm/ask
# error: TypeError
TEMPLATE = "Judge this text: {text}"  # fixed: TEMPLATE = "Judge this text: {text}\nEnd with MARK: and a number"


@fr.register("text/load")
def load(name):
    return "It was a dark night."


@fr.register("llm/ask")
def ask(text):
    return TEMPLATE.format(text=text)


@fr.register("llm/model")
def model(prompt):
    return "A fair opening." + (" MARK: 6" if "MARK" in prompt else "")


@fr.register("text/mark")
def mark(answer):
    found = re.search(r"MARK: (\d)", answer)
    return found and int(found[1])


@fr.register("text/grade")
def grade(number):
    return "good" if number > 5 else "poor"


@fr.register("text/judge")
def judge(name):
    return grade(mark(model(ask(load(name)))))


fr.run(judge, "novel.txt")
