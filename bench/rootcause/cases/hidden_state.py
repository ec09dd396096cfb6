"""A step writes a global, an attribute, a closure or a cache, and a later one works with what it finds there."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% settings-reset: a step replaces a module's settings
# cause: config/profile
# error: TypeError
SETTINGS = {"rate": 0.2, "currency": "EUR"}


@fr.register("config/profile")
def use_profile(name):
    SETTINGS["rate"] = {"de": 0.19, "fr": 0.2}.get(name)  # fixed: SETTINGS["rate"] = {"de": 0.19, "fr": 0.2}.get(name.lower())
    return name


@fr.register("cart/load")
def load_cart(number):
    return [("pen", 2.5), ("desk", 120.0)]


@fr.register("cart/net")
def net(cart):
    return sum(price for _, price in cart)


@fr.register("cart/tax")
def tax(amount):
    return amount * SETTINGS["rate"]


@fr.register("cart/checkout")
def checkout(number, country):
    use_profile(country)
    amount = net(load_cart(number))
    return amount + tax(amount)


fr.run(checkout, 3, "DE")

# %% counter-on-object: a method step leaves the object half set up
# cause: session/login
# error: AttributeError
class Session:
    def __init__(self):
        self.token = None
        self.calls = 0

    @fr.register("session/login")
    def login(self, user):
        token = f"{user}-token"
        self.calls += 1
        return token == self.token  # fixed: self.token = token

    @fr.register("session/scope")
    def scope(self, name):
        return {"read": 1, "write": 2}[name]

    @fr.register("session/header")
    def header(self, scope):
        return {"Authorization": "Bearer " + self.token.upper(), "X-Scope": scope}

    @fr.register("session/fetch")
    def fetch(self, path, header):
        return [path, header["X-Scope"]]


@fr.register("sync/run")
def run_sync(user):
    session = Session()
    session.login(user)
    scope = session.scope("read")
    return session.fetch("/items", session.header(scope))


fr.run(run_sync, "ivo")

# %% cache-wrong-key: a cache answers a question that it was not asked
# cause: rates/lookup
# error: AssertionError
CACHE = {}
RATES = {("EUR", "USD"): 1.1, ("EUR", "JPY"): 160.0}


@fr.register("rates/lookup")
def rate(source, target):
    if source not in CACHE:  # fixed: if (source, target) not in CACHE:
        CACHE[source] = RATES[source, target]  # fixed: CACHE[source, target] = RATES[source, target]
    return CACHE[source]  # fixed: return CACHE[source, target]


@fr.register("rates/amounts")
def amounts(order):
    return [("USD", 20.0), ("JPY", 30.0)]


@fr.register("rates/convert")
def convert(amount, factor):
    return amount * factor


@fr.register("rates/check")
def check(converted, target):
    lowest = {"USD": 1, "JPY": 1000}[target]
    assert converted >= lowest, f"{converted} {target} is too little"
    return converted


@fr.register("rates/invoice")
def invoice(order):
    return [check(convert(amount, rate("EUR", target)), target) for target, amount in amounts(order)]


fr.run(invoice, 8)

# %% registry-left-empty: a step that fills a registry skips an entry, and a lookup fails on it
# cause: plugins/register
# error: KeyError
PLUGINS = {}


@fr.register("plugins/find")
def find_plugins(folder):
    return ["csv:2", "xml", "json:1"]


@fr.register("plugins/register")
def register(names):
    for name in names:
        kind, _, version = name.partition(":")
        if version:  # fixed: if kind:
            PLUGINS[kind] = int(version)  # fixed: PLUGINS[kind] = int(version or 1)
    return len(PLUGINS)


@fr.register("files/kind")
def kind_of(path):
    return path.rpartition(".")[2]


@fr.register("files/open")
def open_file(path, kind):
    return f"{path} by {kind} {PLUGINS[kind]}"


@fr.register("files/load")
def load(folder, path):
    register(find_plugins(folder))
    return open_file(path, kind_of(path))


fr.run(load, "plugins", "data.xml")

# %% closure-late-binding: closures made in a loop all see the last value
# cause: rules/build
# error: AssertionError
@fr.register("rules/read")
def read_rules(text):
    return [int(part) for part in text.split("<")]



@fr.register("rules/build")
def build(limits, value):
    checks = []
    for limit in limits:
        checks.append(lambda number: number < limit)  # fixed: checks.append(lambda number, limit=limit: number < limit)  # noqa: B023
    return [check(value) for check in checks]


@fr.register("rules/value")
def value_of(text):
    return len(text)


@fr.register("rules/verdict")
def verdict(results, expected):
    assert results.count(True) == expected, f"{results.count(True)} rules hold, not {expected}"
    return all(results)


@fr.register("rules/apply")
def apply(rules, text):
    limits = read_rules(rules)
    value = value_of(text)
    results = build(limits, value)
    expected = sum(value < limit for limit in limits)
    return verdict(results, expected)


fr.run(apply, "3<8<20", "hello")
