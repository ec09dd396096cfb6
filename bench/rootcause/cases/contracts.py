"""Steps declare what they return; one of them does not keep to it."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% declared-str-returns-none: a declared text is None and is passed on in a record
# cause: user/locale
# error: AttributeError
@fr.register("user/load")
def load(number: int) -> dict[str, str]:
    return {"name": "Pia", "country": "LU"}


@fr.register("user/locale")
def locale(user: dict[str, str]) -> str:
    return {"FR": "fr-FR", "DE": "de-DE"}.get(user["country"])  # fixed: return {"FR": "fr-FR", "DE": "de-DE"}.get(user["country"], "en-GB")


@fr.register("user/nickname")
def nickname(user: dict[str, str]) -> str | None:
    return None


@fr.register("page/context")
def context(user: dict[str, str], language: str, nick: str | None) -> dict[str, object]:
    return {"user": user, "language": language, "nick": nick}


@fr.register("page/render")
def render(values: dict) -> str:
    return values["language"].split("-")[0] + ": " + (values["nick"] or values["user"]["name"])


@fr.register("page/show")
def show(number: int) -> str:
    user = load(number)
    values = context(user, locale(user), nickname(user))
    return render(values)


fr.run(show, 12)

# %% declared-list-returns-dict: a declared list is a dict, and indexing it fails far away
# cause: api/results
# error: KeyError
@fr.register("api/call")
def call(query: str) -> dict:
    return {"hits": {"a": 1, "b": 2}, "took": 3}


@fr.register("api/results")
def results(reply: dict) -> list:
    return reply["hits"]  # fixed: return list(reply["hits"])


@fr.register("api/quota")
def quota(reply: dict) -> int:
    return 100 - reply["took"]


@fr.register("page/sorted")
def ranked(hits: list, left: int) -> dict:
    return {"hits": hits, "left": left}


@fr.register("page/first")
def first(ordered: dict) -> str:
    return ordered["hits"][0]


@fr.register("page/search")
def search(query: str) -> str:
    reply = call(query)
    return first(ranked(results(reply), quota(reply)))


fr.run(search, "maps")

# %% declared-float-returns-text: a declared number is text; the consumer only formats it, the next one adds
# cause: scale/weigh
# error: TypeError
@fr.register("scale/read")
def read(port: str) -> bytes:
    return b"ST,GS,+0012.40kg"


@fr.register("scale/weigh")
def weigh(data: bytes) -> float:
    return data.decode().split("+")[1].removesuffix("kg")  # fixed: return float(data.decode().split("+")[1].removesuffix("kg"))


@fr.register("scale/label")
def label(weight: float) -> str:
    return f"gross {weight}"


@fr.register("scale/tare")
def tare(box: str) -> float:
    return 0.4


@fr.register("scale/net")
def net(weight: float, empty: float) -> float:
    return weight - empty


@fr.register("scale/run")
def run(port: str, box: str) -> dict:
    weight = weigh(read(port))
    return {"label": label(weight), "net": net(weight, tare(box))}


fr.run(run, "/dev/scale", "small")
