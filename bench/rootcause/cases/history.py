"""The recording of the failure alone says little; earlier runs that succeeded say more."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% rounding-changed: one function was edited since the last good run, and a check far below fails
# cause: bill/line
# error: ValueError
# before: fixed
@fr.register("bill/items")
def items(number):
    return [("bread", 3, 2.15), ("milk", 2, 1.09)]


@fr.register("bill/line")
def line(name, count, price):
    return (name, round(count * price))  # fixed: return (name, round(count * price, 2))


@fr.register("bill/sum")
def sum_up(lines):
    return round(sum(amount for _, amount in lines), 2)


@fr.register("bill/paid")
def paid(number):
    return 8.63


@fr.register("bill/settle")
def settle(total, received):
    if total != received:
        raise ValueError(f"{received} was paid, {total} is due")
    return "settled"


@fr.register("bill/close")
def close(number):
    lines = [line(*item) for item in items(number)]
    return settle(sum_up(lines), paid(number))


fr.run(close, 17)

# %% magnitude-jumps: a source suddenly counts in other units, as a comparison with earlier days shows
# cause: load/source
# error: AssertionError
# before: fr.run(daily, "mon")
# before: fr.run(daily, "tue")
# before: fr.run(daily, "wed")
@fr.register("load/source")
def source(day):
    return {"mon": 410.0, "tue": 395.5, "wed": 421.25, "thu": 402_750.0}[day]  # fixed: return {"mon": 410.0, "tue": 395.5, "wed": 421.25, "thu": 402.75}[day]


@fr.register("load/shift")
def shift(day):
    return 12.5


@fr.register("load/scaled")
def scaled(value, by):
    return value + by


@fr.register("load/weights")
def weights(day):
    return [0.5, 0.5]


@fr.register("load/store")
def store(value, parts):
    assert value * parts[0] < 10_000, "no such load"
    return value * parts[0]


@fr.register("load/daily")
def daily(day):
    value = scaled(source(day), shift(day))
    return store(value, weights(day))


fr.run(daily, "thu")

# %% field-no-longer-there: a service leaves out a field that it always sent
# cause: api/user
# error: TypeError
# before: fr.run(badge, 1)
# before: fr.run(badge, 2)
USERS = {1: {"name": "Ann", "team": "red"}, 2: {"name": "Bob", "team": "blue"}, 3: {"name": "Cy", "group": "red"}}


@fr.register("api/user")
def user(number):
    return USERS[number]  # fixed: return {"team": USERS[number].get("group"), **USERS[number]}


@fr.register("api/office")
def office(number):
    return "Riga"


@fr.register("badge/fields")
def fields(person, place):
    return {"line": person["name"] + ", " + place, "team": person.get("team")}


@fr.register("badge/colour")
def colour(values):
    return "#" + values["team"]


@fr.register("badge/make")
def badge(number):
    values = fields(user(number), office(number))
    return [values["line"], colour(values)]


fr.run(badge, 3)

# %% prompt-edited: a template was edited, and the model's answer can no longer be read
# cause: llm/prompt
# error: IndexError
# before: fixed
@fr.register("mail/read")
def read(number):
    return "Dear team, the lift is stuck again."


@fr.register("llm/prompt")
def prompt(text):
    return f"Summarise: {text}"  # fixed: return f"Summarise, first line is a title: {text}"


@fr.register("llm/model")
def model(asked):
    return "Lift stuck\nIt is the second time." if "title" in asked else "The lift is stuck for the second time."


@fr.register("mail/owner")
def owner(number):
    return "facilities"


@fr.register("mail/ticket")
def ticket(summary, who):
    title, body = summary.split("\n")[0], summary.split("\n")[1]
    return {"title": title, "body": body, "owner": who}


@fr.register("mail/handle")
def handle(number):
    text = read(number)
    return ticket(model(prompt(text)), owner(number))


fr.run(handle, 8)

# %% caller-changed: the caller was edited and passes another argument; all steps are as they were
# cause: audio/process
# error: ValueError
# before: fixed
@fr.register("audio/load")
def load(name):
    return {"rate": 44_100, "seconds": 12, "channels": 2}


@fr.register("audio/window")
def window(seconds):
    return {"length": seconds * 10, "step": 5}


@fr.register("audio/quality")
def quality(name):
    return 0.8


@fr.register("audio/frames")
def frames(settings, level):
    if settings["length"] > 1000:
        raise ValueError(f"a window of {settings['length']} is too long")
    return round(settings["length"] / settings["step"] * level)


@fr.register("audio/process")
def process(name):
    sound = load(name)
    settings = window(sound["rate"])  # fixed: settings = window(sound["seconds"])
    return frames(settings, quality(name))


fr.run(process, "song.wav")

# %% empty-for-the-first-time: a search that always found something finds nothing
# cause: kb/search
# error: KeyError
# before: fr.run(reply, "refund")
# before: fr.run(reply, "login")
ARTICLES = {"refund": ["Refunds take 5 days"], "login": ["Reset it"], "invoice": []}  # fixed: ARTICLES = {"refund": ["Refunds take 5 days"], "login": ["Reset it"], "invoice": ["It is attached"]}


@fr.register("kb/search")
def search(topic):
    return ARTICLES[topic]


@fr.register("kb/greeting")
def greeting(topic):
    return "Hello"


@fr.register("kb/context")
def context(found, words):
    return {"greeting": words, **{f"text{index}": text for index, text in enumerate(found)}}


@fr.register("kb/answer")
def answer(values):
    return values["greeting"] + ". " + values["text0"]


@fr.register("kb/reply")
def reply(topic):
    found = search(topic)
    return answer(context(found, greeting(topic)))


fr.run(reply, "invoice")

# %% two-edits-one-harmless: two functions were edited since the last good run, one of them only in its text
# cause: plan/hours
# error: AssertionError
# before: fixed
@fr.register("plan/tasks")
def tasks(project):
    return [("design", 3), ("build", 8)]


@fr.register("plan/hours")
def hours(days):
    return days * 24  # fixed: return days * 8


@fr.register("plan/title")
def title(project):
    return f"Plan of {project}"  # fixed: return f"Plan for {project}"


@fr.register("plan/total")
def total(parts):
    return sum(parts)


@fr.register("plan/budget")
def budget(project):
    return 120


@fr.register("plan/check")
def check(needed, most):
    assert needed <= most, f"{needed} hours of {most}"
    return needed


@fr.register("plan/make")
def make(project):
    name = title(project)
    parts = [hours(days) for _, days in tasks(project)]
    return {"title": name, "hours": check(total(parts), budget(project))}


fr.run(make, "bridge")
