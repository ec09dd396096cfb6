"""A value that looks like any other is wrong from the start; what fails on it comes several steps later."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% tariff-year: last year's tariff is read, the customs total does not match the declared one
# cause: load_tariff
# error: ValueError
# before: fr.run(clear_shipment, "HS-8471", 1200.0)
TARIFFS = {("HS-8471", 2024): 0.02, ("HS-8471", 2025): 0.02, ("HS-6403", 2024): 0.08, ("HS-6403", 2025): 0.17}
DECLARED = {"HS-8471": 24.0, "HS-6403": 136.0}

@fr.register("load_tariff")
def load_tariff(code):
    year = 2024  # fixed: year = 2025
    return {"code": code, "rate": TARIFFS[code, year]}

@fr.register("value_goods")
def value_goods(value):
    return {"value": value, "currency": "EUR"}

@fr.register("compute_duty")
def compute_duty(tariff, goods):
    return round(goods["value"] * tariff["rate"], 2)

@fr.register("fetch_declaration")
def fetch_declaration(code):
    return {"code": code, "duty": DECLARED[code]}

@fr.register("reconcile")
def reconcile(duty, declaration):
    if duty != declaration["duty"]:
        raise ValueError(f"duty {duty} differs from the declared {declaration['duty']}")
    return "cleared"

@fr.register("clear_shipment")
def clear_shipment(code, value):
    tariff = load_tariff(code)
    goods = value_goods(value)
    duty = compute_duty(tariff, goods)
    return reconcile(duty, fetch_declaration(code))

fr.run(clear_shipment, "HS-6403", 800.0)


# %% battery-units: a sensor gateway reports millivolts, everything after it reckons in volts
# cause: read_cells
# error: AssertionError
RAW = [3712, 3698, 3705, 3720]

@fr.register("read_cells")
def read_cells(pack):
    return [{"pack": pack, "cell": i, "volts": mv / 100} for i, mv in enumerate(RAW)]  # fixed: return [{"pack": pack, "cell": i, "volts": mv / 1000} for i, mv in enumerate(RAW)]

@fr.register("read_temperature")
def read_temperature(pack):
    return 21.5

@fr.register("pack_voltage")
def pack_voltage(cells):
    return sum(cell["volts"] for cell in cells)

@fr.register("compensate")
def compensate(volts, celsius):
    return volts * (1 + (25 - celsius) * 0.0005)

@fr.register("state_of_charge")
def state_of_charge(volts, cells):
    share = (volts / len(cells) - 3.0) / 1.2
    assert 0 <= share <= 1, f"a charge of {share:.2f} is impossible"
    return share

@fr.register("check_pack")
def check_pack(pack):
    cells = read_cells(pack)
    celsius = read_temperature(pack)
    volts = compensate(pack_voltage(cells), celsius)
    return {"pack": pack, "charge": state_of_charge(volts, cells)}

fr.run(check_pack, "P-118")


# %% chunk-overlap: the splitter steps too far, the sentence that answers the question is in no chunk
# cause: split_text
# error: LookupError
TEXT = "Orders ship within two days. Returns are free for thirty days. Gift cards never expire. Support answers on weekdays."

@fr.register("load_page")
def load_page(url):
    return {"url": url, "text": TEXT}

@fr.register("split_text")
def split_text(page):
    size, stride = 40, 60  # fixed: size, stride = 60, 40
    text = page["text"]
    return [text[at : at + size] for at in range(0, len(text), stride)]

@fr.register("embed")
def embed(chunks):
    return [{"chunk": chunk, "words": sorted(set(chunk.lower().replace(".", "").split()))} for chunk in chunks]

@fr.register("extract_terms")
def extract_terms(question):
    return [word for word in question.lower().strip("?").split() if len(word) > 3]

@fr.register("retrieve")
def retrieve(index, terms):
    hits = [entry["chunk"] for entry in index if all(term in entry["words"] for term in terms)]
    return {"terms": terms, "hits": hits}

@fr.register("answer")
def answer(question, found):
    if not found["hits"]:
        raise LookupError(f"nothing known about {question}")
    return found["hits"][0]

@fr.register("ask_site")
def ask_site(question):
    index = embed(split_text(load_page("https://shop.example/faq")))
    return answer(question, retrieve(index, extract_terms(question)))

fr.run(ask_site, "free thirty days?")


# %% payroll-hours: a night shift is counted from the wrong end, the pay is negative three steps later
# cause: shift_hours
# error: ValueError
# before: fr.run(pay_slip, "kim")
SHIFTS = {"kim": [(8, 16), (9, 17)], "lou": [(22, 6), (21, 5), (8, 12)]}

@fr.register("load_shifts")
def load_shifts(person):
    return [{"start": start, "end": end} for start, end in SHIFTS[person]]

@fr.register("shift_hours")
def shift_hours(shift):
    return shift["end"] - shift["start"]  # fixed: return (shift["end"] - shift["start"]) % 24

@fr.register("sum_hours")
def sum_hours(hours):
    return sum(hours)

@fr.register("hourly_wage")
def hourly_wage(person):
    return 21.4

@fr.register("gross")
def gross(hours, wage):
    return {"hours": hours, "amount": round(hours * wage, 2)}

@fr.register("book")
def book(person, pay):
    if pay["amount"] <= 0:
        raise ValueError(f"cannot book {pay['amount']} for {person}")
    return f"{person}: {pay['amount']:.2f}"

@fr.register("pay_slip")
def pay_slip(person):
    hours = [shift_hours(shift) for shift in load_shifts(person)]
    return book(person, gross(sum_hours(hours), hourly_wage(person)))

fr.run(pay_slip, "lou")


# %% geo-order: the geocoder gives longitude first, the delivery zone is in the sea
# cause: geocode
# error: LookupError
@fr.register("clean_address")
def clean_address(text):
    return " ".join(text.split()).title()

@fr.register("geocode")
def geocode(address):
    lat, lon = (52.52, 13.40) if "Berlin" in address else (48.14, 11.58)
    return (lon, lat)  # fixed: return (lat, lon)

@fr.register("courier_position")
def courier_position(courier):
    return (52.49, 13.45)

@fr.register("bounding_box")
def bounding_box(point):
    lat, lon = point
    return {"south": lat - 0.5, "north": lat + 0.5, "west": lon - 0.5, "east": lon + 0.5}

@fr.register("find_zone")
def find_zone(box):
    zones = {"BER": (52.5, 13.4), "MUC": (48.1, 11.6)}
    inside = [n for n, (lat, lon) in zones.items() if box["south"] < lat < box["north"] and box["west"] < lon < box["east"]]
    return {"zones": inside, "searched": len(zones)}

@fr.register("assign")
def assign(found, position):
    if len(found["zones"]) != 1:
        raise LookupError(f"{len(found['zones'])} zones of {found['searched']} match")
    return {"zone": found["zones"][0], "from": position}

@fr.register("dispatch")
def dispatch(text, courier):
    address = clean_address(text)
    box = bounding_box(geocode(address))
    return assign(find_zone(box), courier_position(courier))

fr.run(dispatch, "torstrasse 5,  10119 berlin", "c-7")


# %% token-budget: a model's context size is off by a factor of ten, no document fits any more
# cause: model_limits
# error: IndexError
DOCS = [("handbook", 820), ("pricing", 410), ("changelog", 1500)]

@fr.register("model_limits")
def model_limits(model):
    return {"model": model, "context": {"small-4k": 409, "large-32k": 32768}[model]}  # fixed: return {"model": model, "context": {"small-4k": 4096, "large-32k": 32768}[model]}

@fr.register("load_documents")
def load_documents(team):
    return [{"name": name, "tokens": tokens} for name, tokens in DOCS]

@fr.register("reserve")
def reserve(limits, system_prompt):
    return limits["context"] - len(system_prompt.split()) - 100

@fr.register("rank")
def rank(documents):
    return sorted(documents, key=lambda each: each["tokens"])

@fr.register("pack")
def pack(ranked, room):
    chosen = []
    for document in ranked:
        if document["tokens"] <= room:
            chosen.append(document)
            room -= document["tokens"]
    return chosen

@fr.register("build_prompt")
def build_prompt(chosen):
    return f"Use {chosen[0]['name']} first, then {len(chosen) - 1} more."

@fr.register("prepare_chat")
def prepare_chat(team, model):
    room = reserve(model_limits(model), "You answer questions of the team.")
    return build_prompt(pack(rank(load_documents(team)), room))

fr.run(prepare_chat, "support", "small-4k")
