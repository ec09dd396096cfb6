"""A number is not one, stands for a missing value, or is in the wrong unit."""

import math

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% nan-in-mean: a missing measurement becomes NaN and is refused two steps later
# cause: sensor/read
# error: ValueError
@fr.register("sensor/read")
def read(text):
    return [float(part) if part != "-" else math.nan for part in text.split()]  # fixed: return [float(part) for part in text.split() if part != "-"]


@fr.register("sensor/offset")
def offset(name):
    return 0.5


@fr.register("sensor/mean")
def mean(values, shift):
    return sum(values) / len(values) + shift


@fr.register("sensor/unit")
def unit(name):
    return "°C"


@fr.register("sensor/format")
def show(value, text):
    return f"{round(value)} {text}"


@fr.register("sensor/report")
def report(name, text):
    value = mean(read(text), offset(name))
    return show(value, unit(name))


fr.run(report, "roof", "20.5 - 21.0")

# %% metres-for-kilometres: a distance in metres is taken for one in kilometres
# cause: route/distance
# error: ValueError
@fr.register("route/points")
def points(text):
    return [tuple(float(part) for part in pair.split(",")) for pair in text.split(";")]


@fr.register("route/distance")
def distance(places):
    (a, b), (c, d) = places
    return math.hypot(a - c, b - d) * 111_000  # fixed: return math.hypot(a - c, b - d) * 111


@fr.register("route/speed")
def speed(vehicle):
    return {"bike": 18, "car": 70}[vehicle]


@fr.register("route/hours")
def hours(length, pace):
    return length / pace


@fr.register("route/check")
def check(duration):
    if duration > 48:
        raise ValueError(f"{duration:.0f} hours is no day trip")
    return round(duration, 1)


@fr.register("route/plan")
def plan(text, vehicle):
    length = distance(points(text))
    return check(hours(length, speed(vehicle)))


fr.run(plan, "52.5,13.4;52.4,13.1", "bike")

# %% minus-one-position: a position of -1 for "not found" cuts a text in the wrong place
# cause: mail/position
# error: ValueError
@fr.register("mail/body")
def body(raw):
    return raw.partition("\n\n")[2]


@fr.register("mail/position")
def position(text):
    return text.find("amount:")  # fixed: return text.lower().find("amount:")


@fr.register("mail/currency")
def currency(text):
    return "GBP" if "£" in text else "EUR"


@fr.register("mail/amount")
def amount(text, start):
    return float(text[start + 7 :].split()[0].lstrip("£")) if start >= -1 and text[start:] else 0.0


@fr.register("mail/payment")
def payment(raw):
    text = body(raw)
    start = position(text)
    return (amount(text, start), currency(text))


fr.run(payment, "Subject: hi\n\nPlease pay. Amount: £30 today")

# %% cents-and-euros: the fee is in cents, everything else in euros
# cause: pay/fee
# error: AssertionError
@fr.register("pay/basket")
def basket(number):
    return [12.5, 3.2]


@fr.register("pay/fee")
def fee(method):
    return {"card": 35, "bank": 0}[method]  # fixed: return {"card": 0.35, "bank": 0}[method]


@fr.register("pay/voucher")
def voucher(code):
    return 2.0 if code else 0.0


@fr.register("pay/total")
def total(prices, extra, reduction):
    return sum(prices) + extra - reduction


@fr.register("pay/guard")
def guard(amount, prices):
    assert amount <= 1.5 * sum(prices), f"{amount} is far above the prices"
    return round(amount, 2)


@fr.register("pay/charge")
def charge(number, method, code):
    prices = basket(number)
    amount = total(prices, fee(method), voucher(code))
    return guard(amount, prices)


fr.run(charge, 5, "card", "")

# %% zero-default: an unknown group counts as 0 and is divided by
# cause: stats/size
# error: ZeroDivisionError
SIZES = {"north": 40, "south": 25}


@fr.register("stats/votes")
def votes(group):
    return {"yes": 14, "no": 3}


@fr.register("stats/size")
def size(group):
    return SIZES.get(group, 0)  # fixed: return SIZES.get(group.lower(), 0)


@fr.register("stats/weight")
def weight(group):
    return 1.0


@fr.register("stats/share")
def share(counted, of, factor):
    return factor * counted["yes"] / of


@fr.register("stats/turnout")
def turnout(group):
    return {"group": group, "share": share(votes(group), size(group), weight(group))}


fr.run(turnout, "North")

# %% negative-root: a difference is taken the wrong way round and its root is asked for
# cause: fit/variance
# error: ValueError
@fr.register("fit/load")
def load(name):
    return [2.0, 4.0, 9.0]


@fr.register("fit/mean")
def mean_of(values):
    return sum(values) / len(values)


@fr.register("fit/variance")
def variance(values, centre):
    return centre**2 - sum(value**2 for value in values) / len(values)  # fixed: return sum(value**2 for value in values) / len(values) - centre**2


@fr.register("fit/scale")
def scale(name):
    return 1.5


@fr.register("fit/deviation")
def deviation(spread, factor):
    return factor * math.sqrt(spread)


@fr.register("fit/summary")
def summary(name):
    values = load(name)
    centre = mean_of(values)
    return {"mean": centre, "deviation": deviation(variance(values, centre), scale(name))}


fr.run(summary, "run-3")
