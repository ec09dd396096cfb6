"""A step finds nothing and returns None; a later one, near or far, cannot work with it."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% ticket-unknown-sender: the sender is looked up in the wrong case
# cause: crm/customer
# error: TypeError
CUSTOMERS = {"ada@lovelace.dev": {"name": "Ada", "tier": "gold"}, "alan@bletchley.uk": {"name": "Alan", "tier": "free"}}


@fr.register("mail/parse")
def parse_mail(raw):
    sender, _, text = raw.partition(": ")
    return {"sender": sender, "text": text}


@fr.register("crm/customer")
def customer_of(sender):
    return CUSTOMERS.get(sender)  # fixed: return CUSTOMERS.get(sender.lower())


@fr.register("kb/articles")
def articles(text):
    return [word for word in ("refund", "login", "invoice") if word in text]


@fr.register("tickets/priority")
def priority(customer, found):
    return {"gold": 1, "free": 3}[customer["tier"]] + len(found)


@fr.register("tickets/open")
def open_ticket(raw):
    mail = parse_mail(raw)
    customer = customer_of(mail["sender"])
    found = articles(mail["text"])
    return {"priority": priority(customer, found), "articles": found}


fr.run(open_ticket, "Ada@Lovelace.dev: my refund never came")

# %% route-no-depot: a depot is None and is carried through two steps before anything fails
# cause: geo/depot
# error: AttributeError
DEPOTS = {"10": "Berlin", "20": "Hamburg", "80": "Munich"}


@fr.register("geo/region")
def region_of(postcode):
    return postcode[:2]


@fr.register("geo/depot")
def depot_of(region):
    for code, depot in DEPOTS.items():
        if code == region[0]:  # fixed: if code[0] == region[0]:
            return depot
    return None


@fr.register("fleet/van")
def van_for(weight):
    return "sprinter" if weight > 50 else "caddy"


@fr.register("route/leg")
def leg(depot, van):
    return {"from": depot, "with": van}


@fr.register("route/label")
def label(route):
    return route["from"].upper() + "/" + route["with"]


@fr.register("route/plan")
def plan(postcode, weight):
    van = van_for(weight)
    depot = depot_of(region_of(postcode))
    return label(leg(depot, van))


fr.run(plan, "81667", 12)

# %% summary-no-owner: two lookups return None and only one of them is not provided for
# cause: repo/owner
# error: TypeError
OWNERS = [("src/api/*", "api-team"), ("docs/*", "writers")]


@fr.register("repo/owner")
def owner_of(path):
    for pattern, owner in OWNERS:
        if pattern == path:  # fixed: if path.startswith(pattern[:-1]):
            return owner
    return None


@fr.register("repo/milestone")
def milestone(number):
    return {7: "1.0"}.get(number)


@fr.register("repo/size")
def size(lines):
    return "S" if lines < 50 else "L"


@fr.register("review/title")
def title(owner, when, kind):
    due = "" if when is None else f" for {when}"
    return "[" + owner + "] " + kind + due


@fr.register("review/assign")
def assign(path, number, lines):
    owner = owner_of(path)
    when = milestone(number)
    return {"title": title(owner, when, size(lines))}


fr.run(assign, "src/api/users.py", 12, 40)

# %% menu-missing-dish: one item of a list is None, and sorting fails
# cause: menu/dish
# error: TypeError
DISHES = {"soup": 450, "pasta": 980, "cake": 390}


@fr.register("menu/words")
def words(order):
    return [word.strip() for word in order.split(",")]


@fr.register("menu/dish")
def price_of(word):
    if word in DISHES:
        return DISHES[word]
    if word.endswith("s"):
        DISHES.get(word[:-1])  # fixed: return DISHES.get(word[:-1], 0)
    return None


@fr.register("menu/table")
def table_of(guest):
    return len(guest) % 7


@fr.register("menu/largest")
def largest(prices):
    return sorted(prices)[-1]


@fr.register("menu/bill")
def bill(guest, order):
    table = table_of(guest)
    prices = [price_of(word) for word in words(order)]
    return {"table": table, "largest": largest(prices)}


fr.run(bill, "Noor", "soup, cakes, pasta")

# %% agent-no-tool-result: a tool forgets to return what it computed
# cause: tool/convert
# error: TypeError
@fr.register("llm/plan")
def llm_plan(question):
    return [{"tool": "search", "q": question}, {"tool": "convert", "q": "12 km"}]


@fr.register("tool/search")
def search(query):
    return {"text": "The tower is 12 km away", "score": 0.8}


@fr.register("tool/convert")
def convert(query):
    amount, unit = query.split()
    result = {"text": f"{float(amount) * 0.62:.1f} miles", "score": 1.0}
    if unit != "km":
        return None
    result["unit"] = "miles"  # fixed: return result


TOOLS = {"search": search, "convert": convert}


@fr.register("llm/answer")
def llm_answer(question, observations):
    texts = [observation["text"] for observation in observations]
    return question + " " + "; ".join(texts)


@fr.register("agent/ask")
def ask(question):
    observations = []
    for call in llm_plan(question):
        observations.append(TOOLS[call["tool"]](call["q"]))
    return llm_answer(question, observations)


fr.run(ask, "How far is the tower in miles?")

# %% config-default-none: a setting is None deep inside a nested configuration
# cause: config/merge
# error: TypeError
DEFAULTS = {"retry": {"limit": 3, "wait": 2.0}, "queue": {"name": "jobs"}}


@fr.register("config/read")
def read_config(text):
    return dict(line.split("=") for line in text.split())


@fr.register("config/merge")
def merge(settings):
    merged = {group: dict(values) for group, values in DEFAULTS.items()}
    for key, value in settings.items():
        group, _, name = key.partition(".")
        merged[group][name] = {"on": True, "off": False}.get(value)  # fixed: merged[group][name] = float(value)
    return merged


@fr.register("queue/open")
def open_queue(config):
    return {"queue": config["queue"]["name"], "depth": 4}


@fr.register("retry/schedule")
def schedule(config, depth):
    return [config["retry"]["wait"] * 2**attempt for attempt in range(depth)]


@fr.register("worker/start")
def start(text):
    config = merge(read_config(text))
    queue = open_queue(config)
    return {"queue": queue["queue"], "waits": schedule(config, queue["depth"])}


fr.run(start, "retry.wait=1.5")
