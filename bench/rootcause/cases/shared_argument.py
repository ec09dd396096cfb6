"""A step changes an argument that others hold too, or hands out one object twice."""

import copy

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% pop-from-shared: a step takes a key out of its argument, and a later one misses it
# cause: audit/redact
# error: KeyError
@fr.register("users/load")
def load_user(number):
    return {"id": number, "email": "kim@example.org", "plan": "pro"}


@fr.register("audit/redact")
def redact(user):
    user.pop("email")  # fixed: user = {key: value for key, value in user.items() if key != "email"}
    return f"{user['id']}:{user['plan']}"


@fr.register("users/quota")
def quota(user):
    return {"pro": 50, "free": 5}[user["plan"]]


@fr.register("mail/notify")
def notify(user, limit):
    return f"to {user['email']}: you have {limit} left"


@fr.register("users/renew")
def renew(number):
    user = load_user(number)
    trail = redact(user)
    limit = quota(user)
    return [trail, notify(user, limit)]


fr.run(renew, 4)

# %% sort-in-place: a list is sorted in place and its order is lost
# cause: race/median
# error: AssertionError
@fr.register("race/laps")
def laps(car):
    return [92.1, 88.4, 90.7, 89.9]


@fr.register("race/median")
def median(times):
    times.sort()  # fixed: times = sorted(times)
    return times[len(times) // 2]


@fr.register("race/fuel")
def fuel(times):
    return 2.4 * len(times)


@fr.register("race/first")
def first_lap(times, formation):
    assert times[0] == formation, f"the first lap was {formation}, not {times[0]}"
    return times[0]


@fr.register("race/sheet")
def sheet(car, formation):
    times = laps(car)
    middle = median(times)
    return {"median": middle, "fuel": fuel(times), "first": first_lap(times, formation)}


fr.run(sheet, 44, 92.1)

# %% messages-grow: a step puts its own note into the history that the next model call is given
# cause: llm/moderate
# error: TypeError
@fr.register("chat/history")
def history(user):
    return [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]


@fr.register("chat/add")
def add(messages, text):
    return [*messages, {"role": "user", "content": text}]


@fr.register("llm/moderate")
def moderate(messages):
    messages.append({"role": "system", "content": None})  # fixed: messages = [*messages, {"role": "system", "content": None}]
    return {"flagged": False, "seen": len(messages)}


@fr.register("llm/tokens")
def tokens(messages):
    return sum(len(message["content"]) for message in messages)


@fr.register("llm/reply")
def reply(messages, used):
    return f"{len(messages)} messages, {used} tokens"


@fr.register("chat/turn")
def turn(user, text):
    messages = add(history(user), text)
    verdict = moderate(messages)
    if verdict["flagged"]:
        return "no"
    return reply(messages, tokens(messages))


fr.run(turn, "u1", "what is new?")

# %% same-list-twice: a table is made of one row that is repeated, not copied
# cause: grid/make
# error: AssertionError
@fr.register("grid/make")
def make_grid(width, height):
    return [[0] * width] * height  # fixed: return [[0] * width for _ in range(height)]


@fr.register("grid/place")
def place(grid, row, column):
    grid[row][column] = 1
    return grid


@fr.register("grid/seed")
def seed(name):
    return [(0, 1), (2, 2)]


@fr.register("grid/count")
def count(grid, expected):
    found = sum(sum(row) for row in grid)
    assert found == expected, f"{found} cells are set, not {expected}"
    return found


@fr.register("grid/run")
def run_grid(name):
    grid = make_grid(3, 3)
    cells = seed(name)
    for row, column in cells:
        grid = place(grid, row, column)
    return count(grid, len(cells))


fr.run(run_grid, "glider")

# %% default-template-mutated: a copy that is too shallow lets one step write into what another reads
# cause: form/fill
# error: KeyError
TEMPLATE = {"fields": {"name": "", "street": "", "city": ""}, "version": 2}


@fr.register("form/template")
def template():
    return copy.deepcopy(TEMPLATE)


@fr.register("form/fill")
def fill(form, answers):
    filled = dict(form)  # fixed: filled = copy.deepcopy(form)
    for name in list(filled["fields"]):
        filled["fields"].pop(name)
        filled["fields"][name.upper()] = answers.get(name, "")
    return filled


@fr.register("form/answers")
def answers_of(text):
    return dict(pair.split("=") for pair in text.split(","))


@fr.register("form/check")
def check(form, answers):
    return [name for name in ("name", "street", "city") if form["fields"][name] == "" and name not in answers]


@fr.register("form/submit")
def submit(text):
    form = template()
    answers = answers_of(text)
    filled = fill(form, answers)
    return {"filled": filled, "missing": check(form, answers)}


fr.run(submit, "name=Lea,city=Bern")
