"""The program was called with the wrong thing: what has to be changed is the input of the run."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% missing-field: the request has no delivery address
# cause: handle_order
# error: KeyError
# before: fr.run(handle_order, {"sku": "K-2", "address": {"zip": "20095", "city": "Hamburg"}})
@fr.register("check_stock")
def check_stock(sku):
    return {"sku": sku, "left": 4}

@fr.register("delivery_zone")
def delivery_zone(request):
    return "north" if request["address"]["zip"].startswith("2") else "south"

@fr.register("delivery_fee")
def delivery_fee(zone):
    return 0.0 if zone == "north" else 4.9

@fr.register("handle_order")
def handle_order(request):
    stock = check_stock(request["sku"])
    return {"fee": delivery_fee(delivery_zone(request)), "left": stock["left"] - 1}

fr.run(handle_order, {"sku": "K-2", "adress": {"zip": "20095"}})  # fixed: fr.run(handle_order, {"sku": "K-2", "address": {"zip": "20095"}})


# %% none-config: the caller passes no limits
# cause: crawl
# error: TypeError
# before: fr.run(crawl, "https://x.example", {"depth": 2, "pages": 10})
@fr.register("normalise_url")
def normalise_url(url):
    return url.rstrip("/")

@fr.register("list_links")
def list_links(url):
    return [f"{url}/a", f"{url}/b", f"{url}/c"]

@fr.register("within_limits")
def within_limits(links, limits):
    return links[: limits["pages"]]

@fr.register("crawl")
def crawl(url, limits):
    links = list_links(normalise_url(url))
    return within_limits(links, limits)

fr.run(crawl, "https://x.example/", None)  # fixed: fr.run(crawl, "https://x.example/", {"depth": 1, "pages": 2})


# %% empty-question: an empty question runs through the whole chain
# cause: answer_question
# error: ValueError
# before: fr.run(answer_question, "opening hours on Sunday", "en")
@fr.register("expand_query")
def expand_query(question):
    return [word for word in question.lower().split() if len(word) > 2]

@fr.register("user_locale")
def user_locale(language):
    return {"language": language, "hints": []}

@fr.register("search_index")
def search_index(words, locale):
    pages = {"hours": "Open 9 to 17", "sunday": "Closed on Sunday"}
    return [pages[word] for word in words if word in pages]

@fr.register("compose_answer")
def compose_answer(hits):
    if not hits:
        raise ValueError("nothing to answer with")
    return " ".join(hits)

@fr.register("answer_question")
def answer_question(question, language):
    return compose_answer(search_index(expand_query(question), user_locale(language)))

fr.run(answer_question, "", "en")  # fixed: fr.run(answer_question, "hours", "en")


# %% negative-amount: a transfer of a negative amount
# cause: make_transfer
# error: ValueError
# before: fr.run(make_transfer, {"from": "A", "to": "B", "amount": 25.0})
@fr.register("load_account")
def load_account(name):
    return {"name": name, "balance": 140.0, "blocked": None}

@fr.register("with_fee")
def with_fee(amount):
    return {"amount": amount, "fee": round(amount * 0.01, 2)}

@fr.register("check_limits")
def check_limits(account, costs):
    if not 0 < costs["amount"] + costs["fee"] <= account["balance"]:
        raise ValueError(f"cannot transfer {costs['amount']} from {account['name']}")
    return True

@fr.register("make_transfer")
def make_transfer(order):
    account = load_account(order["from"])
    costs = with_fee(order["amount"])
    return check_limits(account, costs) and f"to {order['to']}: {order['amount']}"

fr.run(make_transfer, {"from": "A", "to": "B", "amount": -25.0})  # fixed: fr.run(make_transfer, {"from": "A", "to": "B", "amount": 25.0})


# %% text-for-list: one name instead of a list of names
# cause: invite_all
# error: KeyError
# before: fr.run(invite_all, ["ana", "ben"], "fri")
PEOPLE = {"ana": "ana@x.example", "ben": "ben@x.example"}

@fr.register("free_rooms")
def free_rooms(day):
    return ["R1"] if day == "fri" else []

@fr.register("resolve")
def resolve(names):
    return [PEOPLE[name] for name in names]

@fr.register("write_invitation")
def write_invitation(mails, room):
    return {"to": mails, "room": room}

@fr.register("invite_all")
def invite_all(names, day):
    rooms = free_rooms(day)
    return write_invitation(resolve(names), rooms[0])

fr.run(invite_all, "ana", "fri")  # fixed: fr.run(invite_all, ["ana"], "fri")
