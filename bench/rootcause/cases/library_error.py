"""The exception comes out of a library that was given something it cannot use."""

import base64
import datetime
import ipaddress
import statistics
from decimal import Decimal
from urllib.parse import urlsplit

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% date-day-first: a date is written day first and is read by a strict parser
# cause: form/date
# error: ValueError
@fr.register("form/fields")
def fields(text):
    return dict(part.split("=") for part in text.split("&"))


@fr.register("form/date")
def date_of(form):
    day, month, year = form["born"].split(".")
    return f"{year}-{day}-{month}"  # fixed: return f"{year}-{month}-{day}"


@fr.register("form/today")
def today():
    return "2024-06-01"


@fr.register("form/age")
def age(born, now):
    first, last = datetime.date.fromisoformat(born), datetime.date.fromisoformat(now)
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


@fr.register("form/check")
def check(text):
    form = fields(text)
    return {"name": form["name"], "age": age(date_of(form), today())}


fr.run(check, "name=Ida&born=24.03.1990")

# %% host-bits-set: a network is built from the address of one host
# cause: net/range
# error: ValueError
@fr.register("net/hosts")
def hosts(text):
    return text.split(",")


@fr.register("net/range")
def range_of(host, bits):
    return f"{host}/{bits}"  # fixed: return f"{host.rpartition('.')[0]}.0/{bits}"


@fr.register("net/bits")
def bits_of(site):
    return 24


@fr.register("net/size")
def size(network, name):
    return {"site": name, "size": ipaddress.ip_network(network).num_addresses}


@fr.register("net/plan")
def plan(text, site):
    bits = bits_of(site)
    return [size(range_of(host, bits), site) for host in hosts(text)]


fr.run(plan, "10.0.1.4,10.0.2.9", "lab")

# %% decimal-with-comma: a number in the style of another country reaches Decimal
# cause: bank/field
# error: InvalidOperation
@fr.register("bank/line")
def line(statement):
    return statement.splitlines()[1]


@fr.register("bank/field")
def field(row):
    return row.split(";")[2].replace(".", "")  # fixed: return row.split(";")[2].replace(".", "").replace(",", ".")


@fr.register("bank/owner")
def owner(row):
    return row.split(";")[1]


@fr.register("bank/fee")
def bank_fee(who):
    return Decimal("0.50")


@fr.register("bank/book")
def book(amount, fee):
    return Decimal(amount) - fee


@fr.register("bank/import")
def import_statement(statement):
    row = line(statement)
    amount = field(row)
    return str(book(amount, bank_fee(owner(row))))


fr.run(import_statement, "date;who;amount\n1.5.;Meyer;1.204,50")

# %% base64-padding: a token is cut and the decoder complains about its padding
# cause: auth/payload
# error: Error
@fr.register("auth/header")
def header(request):
    return request["Authorization"]


@fr.register("auth/payload")
def payload(value):
    return value.split(".")[1].rstrip("=")[:-1]  # fixed: return value.split(".")[1]


@fr.register("auth/realm")
def realm(request):
    return request.get("Realm", "default")


@fr.register("auth/decode")
def decode(text):
    return base64.b64decode(text).decode()


@fr.register("auth/user")
def user(request):
    return decode(payload(header(request))) + "@" + realm(request)


fr.run(user, {"Authorization": "Bearer x.c2FsbHk=.y"})

# %% mean-of-one: statistics needs two values, the window gives one
# cause: trend/window
# error: StatisticsError
@fr.register("trend/series")
def series(name):
    return [3.1, 3.4, 3.3, 3.9]


@fr.register("trend/window")
def window(values, length):
    return values[-1:length]  # fixed: return values[-length:]


@fr.register("trend/limit")
def limit(name):
    return 0.4


@fr.register("trend/noise")
def noise(values):
    return statistics.stdev(values)


@fr.register("trend/alarm")
def alarm(name, length):
    part = window(series(name), length)
    return noise(part) > limit(name)


fr.run(alarm, "cpu", 3)

# %% url-without-scheme: a link has no scheme, and its port is no number
# cause: links/absolute
# error: ValueError
@fr.register("links/find")
def find(page):
    return ["//cdn.example:80a/x.js"] if "cdn" in page else ["//cdn.example:80/x.js"]


@fr.register("links/absolute")
def absolute(link, version):
    return "https:" + link.replace(":80a", f":{version}")  # fixed: return "https:" + link.replace(":80a", ":80")


@fr.register("links/version")
def version_of(page):
    return "v2"


@fr.register("links/port")
def port(address):
    return urlsplit(address).port


@fr.register("links/check")
def check_links(page):
    release = version_of(page)
    return [port(absolute(link, release)) for link in find(page)]


fr.run(check_links, "a page with a cdn")
