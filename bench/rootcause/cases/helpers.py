"""Ordinary functions stand between the steps: they pass values on, fail for others, or hold the fault."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% fails-in-helper: the exception is raised two helpers below the step, which was given None
# cause: geo/locate
# error: TypeError
def square(number):
    return number * number


def length(pair):
    return (square(pair[0]) + square(pair[1])) ** 0.5


PLACES = {"harbour": (3, 4), "station": (6, None)}


@fr.register("geo/name")
def name_of(text):
    return text.split()[-1]


@fr.register("geo/locate")
def locate(name):
    return PLACES[name]  # fixed: return tuple(part or 0 for part in PLACES[name])


@fr.register("geo/weather")
def weather(name):
    return "dry"


@fr.register("geo/walk")
def walk(place, condition):
    return length(place) * (1.0 if condition == "dry" else 1.4)


@fr.register("geo/guide")
def guide(text):
    name = name_of(text)
    return walk(locate(name), weather(name))


fr.run(guide, "to the station")

# %% helper-between-steps: a helper of the caller joins two results before they are passed on
# cause: stock/weight
# error: TypeError
WEIGHTS = {"nut": 2, "bolt": 5}


@fr.register("stock/parts")
def parts(order):
    return order.split("+")


@fr.register("stock/weight")
def weight(part):
    return WEIGHTS.get(part, "?")  # fixed: return WEIGHTS.get(part.strip(), 0)


@fr.register("stock/price")
def price(part):
    return 10 * len(part.strip())


def as_rows(names, weights, prices):
    return [{"name": n, "weight": w, "price": p} for n, w, p in zip(names, weights, prices, strict=True)]


@fr.register("stock/parcel")
def parcel(rows):
    heavy = sum(row["weight"] for row in rows)
    return {"weight": heavy, "price": sum(row["price"] for row in rows)}


@fr.register("stock/ship")
def ship(order):
    names = parts(order)
    weights = [weight(name) for name in names]
    prices = [price(name) for name in names]
    return parcel(as_rows(names, weights, prices))


fr.run(ship, "nut+ bolt")

# %% bug-in-helper: the step's own helper cuts a name, and a lookup elsewhere finds nothing
# cause: team/normal
# error: KeyError
SEATS = {"maria": "A1", "johannes": "B4"}


def shorten(text):
    return text[:6]  # fixed: return text[:12]


@fr.register("team/list")
def team(project):
    return [" Maria", "JOHANNES "]


@fr.register("team/normal")
def normal(name):
    return shorten(name.strip().lower())


@fr.register("team/floor")
def floor(project):
    return 3


@fr.register("team/seat")
def seat(name, level):
    return f"{level}-{SEATS[name]}"


@fr.register("team/plan")
def seating(project):
    level = floor(project)
    return [seat(normal(name), level) for name in team(project)]


fr.run(seating, "atlas")

# %% validator-helper-raises: a shared validator refuses the value of a step far above
# cause: signup/country
# error: ValueError
def require(value, name):
    if not value:
        raise ValueError(f"{name} is required")
    return value


@fr.register("signup/read")
def read(text):
    return {"email": text.split()[0], "place": text.split()[1]}


@fr.register("signup/country")
def country(form):
    return {"vienna": "AT", "basel": "CH"}.get(form["place"], "")  # fixed: return {"vienna": "AT", "basel": "CH"}.get(form["place"].lower(), "")


@fr.register("signup/plan")
def plan(form):
    return "team" if form["email"].endswith(".org") else "solo"


@fr.register("signup/store")
def store(form, state, kind):
    return {"email": require(form["email"], "email"), "country": require(state, "country"), "plan": require(kind, "plan")}


@fr.register("signup/run")
def signup(text):
    form = read(text)
    state = country(form)
    return store(form, state, plan(form))


fr.run(signup, "mo@club.org Basel")
