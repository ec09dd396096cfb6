"""Where on the way a value was spoilt: each program has one bug; the comment says where."""

import pytest

from flight_recorder.diagnose.diagnosis import Confidence
from flight_recorder.diagnose.findings import Diagnosis
from tests.diagnose.conftest import Diagnose


def blamed(diagnosis: Diagnosis) -> str:
    assert diagnosis.root_cause is not None
    return diagnosis.root_cause.name


def said_of(diagnosis: Diagnosis, name: str) -> list[str]:
    return [each.text for one in diagnosis.candidates if one.name == name for each in one.evidence]


LOST = """
    import json

    @fr.register("load")
    def load(user):
        return {"id": user, "consent": True, "visits": 41}

    @fr.register("slim")
    def slim(profile):
        return SLIM

    @fr.register("rate")
    def rate(profile):
        profile = json.loads(profile) if isinstance(profile, str) else profile
        return {**profile, "kind": "regular" if profile["visits"] > 10 else "new"}

    @fr.register("mail")
    def mail(profile):
        return profile["id"] if profile["consent"] else None

    @fr.register("main")
    def main(user):
        return mail(rate(slim(load(user))))

    fr.run(main, "u1")
    """


@pytest.mark.parametrize(
    "slim",
    [
        '{key: profile[key] for key in ("id", "visits")}',
        'json.dumps({"id": profile["id"], "visits": profile["visits"]})',
    ],
)
def test_who_lost_the_missing_field_is_blamed_also_further_up(diagnosed: Diagnose, slim: str) -> None:
    diagnosis = diagnosed(LOST.replace("SLIM", slim))

    assert blamed(diagnosis) == "slim"  # bug: it leaves the field out, and rate takes that on
    assert "its input 'profile' had 'consent', its output has not" in said_of(diagnosis, "slim")


def test_who_left_out_the_row_that_is_looked_for_is_blamed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("load")
        def load(customer):
            return [{"order": "A1", "net": 30}, {"order": "A2", "net": 12}]

        @fr.register("join")
        def join(rows, sent):
            return [row for row in rows if row["order"] in sent]  # bug: drops what was not sent yet

        @fr.register("index")
        def index(rows):
            return {row["order"]: row["net"] for row in rows}

        @fr.register("total")
        def total(nets, wanted):
            return sum(nets[order] for order in wanted)

        @fr.register("main")
        def main(customer):
            return total(index(join(load(customer), ["A1"])), ["A1", "A2"])

        fr.run(main, "c-9")
        """
    )

    assert blamed(diagnosis) == "join"


@pytest.mark.parametrize(
    ("text", "cut", "cause"),
    [
        ("soup, cakes", "part.strip()", "find"),  # as it stood in the input: the reader has to know plurals
        ("soup, cake.", "part.strip()", "words"),  # a full stop too much
        ("soup, cake", "part.strip()[:-1]", "words"),  # a letter too few of a word that is known
    ],
)
def test_a_text_that_was_taken_over_as_it_stood_is_no_fault_of_who_took_it(
    diagnosed: Diagnose, text: str, cut: str, cause: str
) -> None:
    diagnosis = diagnosed(
        f"""
        DISHES = {{"soup": 450, "cake": 390}}

        @fr.register("words")
        def words(order):
            return [{cut} for part in order.split(",")][1]

        @fr.register("find")
        def find(word):
            return DISHES.get(word)

        @fr.register("bill")
        def bill(price):
            return price + 100

        @fr.register("main")
        def main(order):
            return bill(find(words(order)))

        fr.run(main, {text!r})
        """
    )

    assert blamed(diagnosis) == cause


def test_a_step_that_only_looks_at_what_it_noted_before_is_not_blamed_for_the_note(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        from datetime import time

        TRIES = []

        @fr.register("fetch")
        def fetch(stop):
            TRIES.append(stop)
            if len(TRIES) == 1:
                raise ConnectionError("reset")
            return [{"minute": 1421}]

        @fr.register("clock")
        def clock(departure):
            minute = departure["minute"] + 60  # bug: no modulo
            return {"clock": f"{minute // 60:02d}:{minute % 60:02d}"}

        @fr.register("show")
        def show(departures):
            return [time.fromisoformat(each["clock"]) for each in departures]

        @fr.register("main")
        def main(stop):
            try:
                departures = fetch(stop)
            except ConnectionError:
                departures = fetch(stop)
            return show([clock(each) for each in departures])

        fr.run(main, "north")
        """
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence not in (Confidence.STRONG, Confidence.CONFIRMED)


def test_a_divisor_that_was_worked_out_from_sound_numbers_is_the_fault_of_who_did(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("votes")
        def votes(question):
            return {"yes": 30, "no": 30}

        @fr.register("share")
        def share(counted):
            lead = counted["yes"] - counted["no"]
            return counted["yes"] / lead  # bug: a tie is possible

        @fr.register("main")
        def main(question):
            return share(votes(question))

        fr.run(main, "tea?")
        """
    )

    assert blamed(diagnosis) == "share"


@pytest.mark.parametrize(
    "offer",
    [
        "return 12 * income(person) + 0.8 * owned(person)",
        "income(person)\n            return 0.8 * owned(person)",
    ],
)
def test_of_the_operations_in_a_line_the_one_that_failed_counts(diagnosed: Diagnose, offer: str) -> None:
    diagnosis = diagnosed(
        f"""
        @fr.register("income")
        def income(person):
            return 4200

        @fr.register("owned")
        def owned(person):
            return {{"house": 200}}.get(person["owns"])  # bug: House

        @fr.register("person")
        def person_of(name):
            return {{"name": name, "owns": "House"}}

        @fr.register("offer")
        def offer(name):
            person = person_of(name)
            {offer}

        fr.run(offer, "Nora")
        """
    )

    assert blamed(diagnosis) == "owned"
    assert diagnosis.hint.startswith("owned returned None")


def test_what_does_not_come_apart_is_blamed_on_who_gave_it(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("open")
        def open_image(name):
            return [[0, 1], [1, 0]]

        @fr.register("shape")
        def shape(pixels):
            return len(pixels), len(pixels[0]), 1  # bug: a third number

        @fr.register("main")
        def main(name):
            height, width = shape(open_image(name))
            return height * width

        fr.run(main, "cat.png")
        """
    )

    assert blamed(diagnosis) == "shape"
    assert "shape returned (2, 2, 1), and main failed on it" in diagnosis.hint


def test_a_tool_that_is_called_by_a_table_within_another_call_is_found(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("search")
        def search(query):
            return {"text": "12 km away"}

        @fr.register("convert")
        def convert(query):
            amount, unit = query.split()
            if unit != "km":
                return {"text": f"{float(amount) * 0.62} miles"}  # bug: the other way round

        @fr.register("answer")
        def answer(found):
            return "; ".join(each["text"] for each in found)

        TOOLS = {"search": search, "convert": convert}

        @fr.register("main")
        def main(plan):
            found = []
            for tool, query in plan:
                found.append(TOOLS[tool](query))
            return answer(found)

        fr.run(main, [("search", "tower"), ("convert", "12 km")])
        """
    )

    assert blamed(diagnosis) == "convert"


def test_who_misspelt_a_key_is_blamed_though_others_read_other_keys(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("extract")
        def extract(text):
            return {"subject": text[:9], "prioritiy": "high"}  # bug

        @fr.register("queue")
        def queue(fields):
            return fields["subject"]

        @fr.register("deadline")
        def deadline(fields):
            return {"high": 2}[fields["priority"]]

        @fr.register("main")
        def main(text):
            fields = extract(text)
            return queue(fields), deadline(fields)

        fr.run(main, "the invoice is wrong")
        """
    )

    assert blamed(diagnosis) == "extract"


def test_a_text_in_the_form_of_a_date_that_is_none_is_odd(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        from datetime import date

        @fr.register("born")
        def born(text):
            day, month, year = text.split(".")
            return f"{year}-{day}-{month}"  # bug

        @fr.register("today")
        def today():
            return "2024-06-01"

        @fr.register("age")
        def age(first, last):
            return (date.fromisoformat(last) - date.fromisoformat(first)).days

        @fr.register("main")
        def main(text):
            return age(born(text), today())

        fr.run(main, "24.03.1990")
        """
    )

    assert blamed(diagnosis) == "born"
    assert "it returned '1990-24-03', which is no date" in said_of(diagnosis, "born")


def test_the_pieces_of_a_stream_are_no_malformed_json_one_by_one(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        import json

        @fr.register("ask")
        def ask(question):
            return ['{"items": [', '{"n": 2}, ', '{"n": 1}', "]}"]

        @fr.register("join")
        def join(chunks):
            return "".join(chunks)[:20]  # bug

        @fr.register("total")
        def total(text):
            return sum(each["n"] for each in json.loads(text)["items"])

        @fr.register("main")
        def main(question):
            return total(join(ask(question)))

        fr.run(main, "how many?")
        """
    )

    assert blamed(diagnosis) == "join"


def test_a_none_that_is_carried_along_in_a_field_is_followed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        class Price:
            def __init__(self, amount, currency=None):
                self.amount = amount
                self.currency = currency

        @fr.register("price")
        def price_of(sku):
            return Price(120.0, "chf")

        @fr.register("reduce")
        def reduced(price):
            return Price(price.amount * 0.9)  # bug: the currency is lost

        @fr.register("tax")
        def taxed(price):
            return Price(round(price.amount * 1.081, 2), price.currency)

        @fr.register("label")
        def label(price):
            return f"{price.amount:.2f} {price.currency.upper()}"

        @fr.register("main")
        def main(sku):
            return label(taxed(reduced(price_of(sku))))

        fr.run(main, "A-1")
        """
    )

    assert blamed(diagnosis) == "reduce"


def test_what_a_step_emptied_was_not_handed_on_by_it(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("days")
        def days(week):
            return [{"day": "mon", "hours": 2}, {"day": "tue", "hours": 1}]

        @fr.register("holidays")
        def holidays(week):
            return []

        @fr.register("slots")
        def slots(open_days, closed):
            return [day["day"] for day in open_days if day["hours"] > 5 and day["day"] not in closed]  # bug: 5

        @fr.register("invite")
        def invite(found):
            return found[0]

        @fr.register("main")
        def main(week):
            return invite(slots(days(week), holidays(week)))

        fr.run(main, 18)
        """
    )

    assert not any("held the same value already" in text for text in said_of(diagnosis, "slots"))


@pytest.mark.parametrize(
    "total",
    [
        'sum(order["price"] for order in orders)',
        'sum([order["price"] for order in orders])',
        'max(order["price"] for order in orders)',
        '", ".join(order["name"] for order in orders)',
    ],
)
def test_the_item_that_cannot_be_added_up_leads_to_its_maker(diagnosed: Diagnose, total: str) -> None:
    diagnosis = diagnosed(
        f"""
        @fr.register("load")
        def load(n):
            return {{"price": None if n == 3 else n + 0.5, "name": None if n == 3 else "a name"}}  # bug

        @fr.register("total")
        def total(orders):
            return {total}

        @fr.register("main")
        def main(count):
            return total([load(n) for n in range(count)])

        fr.run(main, 12)
        """
    )

    assert diagnosis.root_cause is not None
    assert (diagnosis.root_cause.name, diagnosis.session.steps[diagnosis.root_cause.step].inputs["n"].data) == (
        "load",
        b"3",
    )
    assert "None" in diagnosis.hint


@pytest.mark.parametrize(
    ("express", "cause"),
    [
        ('form["express"] == "1"', "parse"),  # it makes something of the texts, and of this one it does not
        ('form["express"]', "receive"),  # it leaves all as they are
    ],
)
def test_who_makes_numbers_of_texts_is_blamed_for_the_one_that_was_left(
    diagnosed: Diagnose, express: str, cause: str
) -> None:
    diagnosis = diagnosed(
        f"""
        @fr.register("receive")
        def receive(body):
            return dict(pair.split("=") for pair in body.split("&"))

        @fr.register("parse")
        def parse(form):
            return {{"sku": form["sku"], "quantity": form["qty"], "express": {express}}}  # bug: no int()

        @fr.register("reserve")
        def reserve(order):
            return 14 - order["quantity"]

        @fr.register("main")
        def main(body):
            return reserve(parse(receive(body)))

        fr.run(main, "sku=T-4&qty=3&express=0")
        """
    )

    assert blamed(diagnosis) == cause


@pytest.mark.parametrize(("rows", "cause"), [("iter(found)", "parse"), ("found", "units")])
def test_an_iterator_that_two_steps_read_is_the_fault_of_who_gave_it(
    diagnosed: Diagnose, rows: str, cause: str
) -> None:
    diagnosis = diagnosed(
        f"""
        @fr.register("parse")
        def parse(lines):
            found = [tuple(map(float, line.split(";"))) for line in lines]
            return {rows}  # bug, where it is an iterator

        @fr.register("revenue")
        def revenue(rows):
            return sum(count * price for count, price in rows)

        @fr.register("units")
        def units(rows):
            return sum(count for count, _ in rows if count > {0 if "iter" in rows else 9})  # else the bug is here

        @fr.register("average")
        def average(total, count):
            return total / count

        @fr.register("main")
        def main(lines):
            rows = parse(lines)
            return average(revenue(rows), units(rows))

        fr.run(main, ["3;4.5", "1;9.0"])
        """
    )

    assert blamed(diagnosis) == cause


def test_bytes_in_the_place_of_text_are_followed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("download")
        def download(url):
            return b"<h1>Opening hours</h1>"  # bug: not decoded

        @fr.register("strip")
        def strip(html):
            while "<" in html:
                html = html[html.index(">") + 1 :]
            return html

        @fr.register("main")
        def main(url):
            return strip(download(url))

        fr.run(main, "museum")
        """
    )

    assert blamed(diagnosis) == "download"


def test_what_was_spoilt_on_the_way_to_a_table_that_knows_it_is_the_fault_of_who_did(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        import re

        PARTS = {"AX-1042": {"bin": "B7"}, "AX-2042": {"bin": "C1"}}

        @fr.register("scan")
        def scan(image):
            return " AX-1042\\n"

        @fr.register("read")
        def read(text):
            return re.sub(r"[^A-Z-]", "", text)  # bug: the digits are lost

        @fr.register("find")
        def find(number):
            return PARTS.get(number)

        @fr.register("guide")
        def guide(part):
            return part["bin"]

        @fr.register("main")
        def main(image):
            return guide(find(read(scan(image))))

        fr.run(main, "img-7.png")
        """
    )

    assert blamed(diagnosis) == "read"
    assert "it gave 'AX-', but find knows 'AX-1042'" in said_of(diagnosis, "read")


def test_text_that_was_read_in_the_wrong_encoding_is_odd(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("receive")
        def receive(path):
            return "Jörg;7".encode()

        @fr.register("decode")
        def decode(body):
            return body.decode("latin-1")  # bug

        @fr.register("register")
        def register(team):
            return {"Jörg": 11, "Ines": 12}

        @fr.register("book")
        def book(line, known):
            name, hours = line.split(";")
            return known[name], hours

        @fr.register("main")
        def main(path):
            return book(decode(receive(path)), register("crew"))

        fr.run(main, "week12.csv")
        """
    )

    assert blamed(diagnosis) == "decode"
    assert any("wrong encoding" in text for text in said_of(diagnosis, "decode"))


def test_results_that_were_unpacked_in_the_wrong_order_are_the_fault_of_who_did(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        import asyncio

        @fr.register("weather")
        async def weather(city):
            return {"rain": 0.1}

        @fr.register("museums")
        async def museums(city):
            return ["Old Masters"]

        @fr.register("choose")
        async def choose(forecast, places):
            return [] if forecast["rain"] > 0.3 else places

        @fr.register("main")
        async def main(city):
            places, forecast = await asyncio.gather(weather(city), museums(city))  # bug
            return await choose(forecast, places)

        asyncio.run(fr.run(main, "Graz"))
        """
    )

    assert blamed(diagnosis) == "main"
    assert "'rain' is not in what it passed to choose for 'forecast', but for 'places'" in said_of(diagnosis, "main")


@pytest.mark.parametrize(("waits", "is_blamed"), [("0", True), ("0.05", False)])
def test_what_is_given_on_while_a_task_still_works_on_it_is_the_callers_fault(
    diagnosed: Diagnose, waits: str, is_blamed: bool
) -> None:
    diagnosis = diagnosed(
        f"""
        import asyncio

        @fr.register("build")
        async def build(notes, index):
            await asyncio.sleep(0.01)
            index.update({{note: number for number, note in enumerate(notes)}})

        @fr.register("find")
        async def find(index, word):
            return [number for note, number in index.items() if note == word]

        @fr.register("show")
        async def show(found):
            return found[0]

        @fr.register("main")
        async def main(word):
            index = {{}}
            task = asyncio.create_task(build(["buy milk", "call the bank"], index))
            await asyncio.sleep({waits})  # bug, where it is 0: the task has to be awaited
            found = await find(index, word)
            try:
                return await show(found)
            finally:
                await task

        asyncio.run(fr.run(main, "the bank"))
        """
    )

    text = "it gave find 'index' while build was still at work on that"
    assert (text in said_of(diagnosis, "main")) is is_blamed
    assert (blamed(diagnosis) == "main") is is_blamed


def test_an_object_whose_class_is_called_like_an_iterator_is_none(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        import threading

        class Heatmap:
            def __init__(self):
                self.lock, self.high, self.low = threading.Lock(), 31, 0  # bug

        @fr.register("draw")
        def draw(city):
            return Heatmap()

        @fr.register("hottest")
        def hottest(heat):
            return heat.high

        @fr.register("coldest")
        def coldest(heat):
            return heat.low

        @fr.register("ratio")
        def ratio(high, low):
            return high / low

        @fr.register("main")
        def main(city):
            heat = draw(city)
            return ratio(hottest(heat), coldest(heat))

        fr.run(main, "Graz")
        """
    )

    assert said_of(diagnosis, "draw")
    assert not any("iterator" in text for text in said_of(diagnosis, "draw"))
