"""The step that raises the exception is the one to be changed: what it was given is right."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% wrong-attribute: a report reads an attribute that the class never had
# cause: format_match
# error: AttributeError
from dataclasses import dataclass

@dataclass(frozen=True)
class Match:
    home: str
    away: str
    goals: tuple[int, int]

@fr.register("load_matches")
def load_matches(round):
    return [Match("Union", "Altona", (2, 1)), Match("Jahn", "Verl", (0, 0))]

@fr.register("load_referees")
def load_referees(round):
    return {"Union": None, "Jahn": "Brand"}

@fr.register("format_match")
def format_match(match, referee):
    return f"{match.home} - {match.away} {match.score[0]}:{match.score[1]} ({referee or 'n. n.'})"  # fixed: return f"{match.home} - {match.away} {match.goals[0]}:{match.goals[1]} ({referee or 'n. n.'})"

@fr.register("match_day")
def match_day(round):
    referees = load_referees(round)
    return [format_match(match, referees[match.home]) for match in load_matches(round)]

fr.run(match_day, 17)


# %% empty-is-legal: a day without bookings is normal, the report cannot do it
# cause: occupancy_report
# error: ValueError
# before: fr.run(hotel_day, "saturday")
BOOKINGS = {"saturday": [{"room": 12, "nights": 2}, {"room": 14, "nights": 1}], "monday": []}

@fr.register("load_bookings")
def load_bookings(day):
    """Return the bookings of a day, which may be none."""
    return list(BOOKINGS[day])

@fr.register("house_keeping")
def house_keeping(bookings):
    return [booking["room"] for booking in bookings]

@fr.register("room_count")
def room_count(hotel):
    return 18

@fr.register("occupancy_report")
def occupancy_report(bookings, rooms):
    longest = max(booking["nights"] for booking in bookings)  # fixed: longest = max((booking["nights"] for booking in bookings), default=0)
    return {"share": len(bookings) / rooms, "longest": longest}

@fr.register("hotel_day")
def hotel_day(day):
    bookings = load_bookings(day)
    cleaned = house_keeping(bookings)
    return {"cleaned": cleaned, **occupancy_report(bookings, room_count("seeblick"))}

fr.run(hotel_day, "monday")


# %% misspelt-local: a name that was never assigned
# cause: compare_prices
# error: NameError
@fr.register("price_at")
def price_at(shop):
    return {"north": 4.2, "south": 3.9}[shop]

@fr.register("shipping_from")
def shipping_from(shop):
    return 0.0

@fr.register("compare_prices")
def compare_prices(prices, shipping):
    totals = {shop: price + shipping[shop] for shop, price in prices.items()}
    return min(totals, key=total.get)  # fixed: return min(totals, key=totals.get)

@fr.register("cheapest_shop")
def cheapest_shop(shops):
    prices = {shop: price_at(shop) for shop in shops}
    shipping = {shop: shipping_from(shop) for shop in shops}
    return compare_prices(prices, shipping)

fr.run(cheapest_shop, ["north", "south"])


# %% off-by-one-index: pairs of neighbours are built past the end
# cause: step_lengths
# error: IndexError
@fr.register("load_track")
def load_track(ride):
    return [(0.0, 0.0), (1.0, 0.5), (2.0, 2.0), (2.5, 2.5)]

@fr.register("simplify")
def simplify(track):
    return track[::1]

@fr.register("step_lengths")
def step_lengths(track):
    return [abs(track[i + 1][0] - track[i][0]) for i in range(len(track))]  # fixed: return [abs(track[i + 1][0] - track[i][0]) for i in range(len(track) - 1)]

@fr.register("calories")
def calories(lengths, weight):
    return round(sum(lengths) * weight * 0.4, 1)

@fr.register("ride_summary")
def ride_summary(ride, weight):
    return calories(step_lengths(simplify(load_track(ride))), weight)

fr.run(ride_summary, "r-5", 72)


# %% wrong-key-constant: the reader misspells a key that others read well
# cause: ship
# error: KeyError
@fr.register("load_order")
def load_order(number):
    return {"number": number, "recipient": "M. Sato", "weight_kg": 1.4, "gift_note": None}

@fr.register("choose_box")
def choose_box(order):
    return "S" if order["weight_kg"] < 2 else "L"

@fr.register("postage")
def postage(order):
    return 4.99 if order["weight_kg"] < 2 else 9.99

@fr.register("ship")
def ship(order, box, price):
    return f"{order['reciever']}: box {box}, {price}"  # fixed: return f"{order['recipient']}: box {box}, {price}"

@fr.register("fulfil")
def fulfil(number):
    order = load_order(number)
    return ship(order, choose_box(order), postage(order))

fr.run(fulfil, "N-20")


# %% recursion-base: a tree walk has no base case for a leaf
# cause: depth_of
# error: RecursionError
TREE = {"name": "root", "children": [{"name": "a", "children": []}, {"name": "b", "children": []}]}

@fr.register("load_tree")
def load_tree(name):
    return TREE

@fr.register("count_leaves")
def count_leaves(tree):
    return sum(count_of(child) for child in tree["children"])

def count_of(node):
    return 1

@fr.register("depth_of")
def depth_of(tree):
    def walk(node, depth):
        deeper = [walk(node, depth + 1) for child in node["children"]]  # fixed: deeper = [walk(child, depth + 1) for child in node["children"]]
        return max(deeper, default=depth)
    return walk(tree, 1)

@fr.register("describe_tree")
def describe_tree(name):
    tree = load_tree(name)
    return {"leaves": count_leaves(tree), "depth": depth_of(tree)}

fr.run(describe_tree, "org")
