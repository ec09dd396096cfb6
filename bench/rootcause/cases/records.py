"""Values are dataclasses, named tuples and models, and one field of one of them is wrong."""

import dataclasses
from dataclasses import dataclass, field
from typing import NamedTuple

import pydantic

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% dataclass-field-none: one field of a good-looking record is None
# cause: hr/contract
# error: TypeError
@dataclass
class Contract:
    person: str
    hours: int
    rate: float | None = None
    notes: list[str] = field(default_factory=list)


@fr.register("hr/person")
def person(number):
    return {"name": "Lena", "level": "Senior"}


@fr.register("hr/contract")
def contract(who):
    rates = {"senior": 62.0, "junior": 41.0}
    return Contract(who["name"], 38, rates.get(who["level"]))  # fixed: return Contract(who["name"], 38, rates.get(who["level"].lower()))


@fr.register("hr/bonus")
def bonus(who):
    return 1.05


@fr.register("hr/weekly")
def weekly(agreed, factor):
    return agreed.hours * agreed.rate * factor


@fr.register("hr/payroll")
def payroll(number):
    who = person(number)
    return weekly(contract(who), bonus(who))


fr.run(payroll, 31)

# %% replace-loses-field: a copy of a record is made without one of its fields
# cause: order/discounted
# error: AttributeError
@dataclass(frozen=True)
class Order:
    number: int
    items: tuple[str, ...]
    coupon: str | None = None
    address: str | None = None


@fr.register("order/load")
def load(number):
    return Order(number, ("tea", "cup"), "SPRING", "Main Street 4")


@fr.register("order/discounted")
def discounted(order):
    return Order(order.number, order.items, None)  # fixed: return dataclasses.replace(order, coupon=None)


@fr.register("order/price")
def price(order):
    return 9.5 * len(order.items)


@fr.register("order/label")
def label(order):
    return f"{order.number}: {order.address.upper()}"


@fr.register("order/ship")
def ship(number):
    order = discounted(load(number))
    amount = price(order)
    return (label(order), amount)


fr.run(ship, 88)

# %% tuple-fields-swapped: a named tuple is built from its fields in the wrong order
# cause: geo/box
# error: ValueError
class Box(NamedTuple):
    west: float
    south: float
    east: float
    north: float


@fr.register("geo/corners")
def corners(text):
    return [float(part) for part in text.split(",")]


@fr.register("geo/box")
def box(numbers):
    south, west, north, east = numbers
    return Box(south, west, north, east)  # fixed: return Box(west, south, east, north)


@fr.register("geo/zoom")
def zoom(scale):
    return 4 + scale


@fr.register("geo/tiles")
def tiles(area, level):
    if not -90 <= area.north <= 90:
        raise ValueError(f"there is no latitude {area.north}")
    return round((area.east - area.west) * 2**level / 360) + round((area.north - area.south) * 2**level / 180)


@fr.register("geo/map")
def draw(text, scale):
    area = box(corners(text))
    return tiles(area, zoom(scale))


fr.run(draw, "-10,100,10,120", 2)

# %% model-refuses-field: a pydantic model refuses what the extractor gave for one field
# cause: llm/fields
# error: ValidationError
class Person(pydantic.BaseModel):
    name: str
    age: int
    email: str


@fr.register("llm/text")
def text_of(name):
    return "Ruth, 52 years, ruth@example.org"


@fr.register("llm/fields")
def fields(text):
    name, age, email = text.split(", ")
    return {"name": name, "age": age, "email": email}  # fixed: return {"name": name, "age": age.split()[0], "email": email}


@fr.register("people/domain")
def domain(text):
    return text.rpartition("@")[2]


@fr.register("people/build")
def build(raw):
    return Person(**raw)


@fr.register("people/greet")
def greet(person_found, host):
    return f"{person_found.name} at {host}"


@fr.register("people/add")
def add(name):
    text = text_of(name)
    found = build(fields(text))
    return greet(found, domain(text))


fr.run(add, "ruth.txt")

# %% missing-method: a plain dict comes where an object with methods is expected
# cause: cart/restore
# error: AttributeError
class Cart:
    def __init__(self, lines):
        self.lines = lines

    def total(self):
        return sum(count * price for count, price in self.lines)


@fr.register("cart/saved")
def saved(user):
    return {"lines": [[2, 4.0], [1, 9.0]], "saved": True}


@fr.register("cart/restore")
def restore(stored):
    if stored["saved"]:
        return {"lines": stored["lines"]}  # fixed: return Cart(stored["lines"])
    return Cart([])


@fr.register("cart/shipping")
def shipping(user):
    return 4.9


@fr.register("cart/pay")
def pay(cart, extra):
    return cart.total() + extra


@fr.register("cart/checkout")
def checkout(user):
    cart = restore(saved(user))
    return pay(cart, shipping(user))


fr.run(checkout, "zoe")
