"""Which step is blamed, how surely, and in which words. Each program has one bug; the comment says where."""

import pytest

from flight_recorder.diagnose.diagnosis import Confidence
from tests.diagnose.conftest import Diagnose


def test_a_none_is_followed_to_the_step_that_returned_it(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        USERS = {}

        @fr.register("find")
        def find(name):
            return USERS.get(name)

        @fr.register("greet")
        def greet(user):
            return "Hello " + user["name"]

        @fr.register("main")
        def main(name):
            user = find(name)
            return greet(user)

        fr.run(main, "ann")
        """
    )

    assert diagnosis.failure is not None
    assert diagnosis.failure.name == "greet"
    assert diagnosis.root_cause is not None
    assert (diagnosis.root_cause.name, diagnosis.root_cause.confidence) == ("find", Confidence.STRONG)
    assert diagnosis.root_cause.is_direct
    assert diagnosis.hint == "find returned None, but greet expects a dict"
    assert [diagnosis.session.steps[id].name for id in diagnosis.passed_on] == ["main"]


def test_of_two_nones_the_one_in_the_failing_expression_counts(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("coupon")
        def coupon(account):
            return None

        @fr.register("address")
        def address(account):
            return None

        @fr.register("label")
        def label(target, discount):
            return target.street if discount is None else target.street + "!"

        @fr.register("main")
        def main(account):
            discount = coupon(account)
            target = address(account)
            return label(target, discount)

        fr.run(main, 7)
        """
    )

    assert blamed(diagnosis) == "address"
    assert diagnosis.hint == "address returned None, but label expects an object with .street"


def test_a_value_inside_a_container_is_followed_through_the_callers_own_code(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("price")
        def price(item):
            return None if item == "nut" else 2.5

        @fr.register("total")
        def total(rows):
            return sum(row["price"] * row["count"] for row in rows)

        @fr.register("main")
        def main(items):
            rows = []
            for item in items:
                cost = price(item)
                rows.append({"item": item, "price": cost, "count": 2})
            return total(rows)

        fr.run(main, ["bolt", "nut", "gear"])
        """
    )

    assert blamed(diagnosis) == "price"
    assert diagnosis.root_cause is not None
    guilty = diagnosis.session.steps[diagnosis.root_cause.step]
    assert guilty.inputs["item"].data == b'"nut"'


def test_a_step_that_only_passed_the_value_on_is_not_blamed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        import json

        @fr.register("ask")
        def ask(prompt):
            return '{"score": 7, "why": "unfinis'

        @fr.register("mask")
        def mask(text):
            return text.replace("secret", "***")

        @fr.register("parse")
        def parse(text):
            return json.loads(text)["score"]

        @fr.register("main")
        def main(prompt):
            return parse(mask(ask(prompt)))

        fr.run(main, "score this")
        """
    )

    assert blamed(diagnosis) == "ask"
    assert [each.kind for each in evidence(diagnosis, "mask") if each.weight < 0] == ["inputs", "passed on"]


def test_emptiness_is_followed_to_where_it_began(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("search")
        def search(words):
            return [word for word in words if word.isupper()]

        @fr.register("rank")
        def rank(hits):
            return sorted(hits)

        @fr.register("write")
        def write(hits):
            text = " ".join(hits)
            if not text:
                raise ValueError("nothing to write")
            return text

        @fr.register("main")
        def main(words):
            return write(rank(search(words)))

        fr.run(main, ["a", "b"])
        """
    )

    assert blamed(diagnosis) == "search"


def test_a_missing_key_is_named_with_those_that_are_there(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        ORDERS = {"A-1": {"net": 10, "gross": 12}}

        @fr.register("load")
        def load(ref):
            return {"ref": ref, "net": ORDERS[ref]["net"]}

        @fr.register("bill")
        def bill(order):
            return order["gross"]

        @fr.register("main")
        def main(ref):
            return bill(load(ref))

        fr.run(main, "A-1")
        """
    )

    assert blamed(diagnosis) == "load"
    assert diagnosis.hint == "load returned a dict without 'gross' (it has 'ref', 'net'), which bill reads"


def test_who_reads_a_key_that_nothing_else_knows_is_suspected_but_not_surely(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("load")
        def load(ref):
            return {"ref": ref, "net": 10}

        @fr.register("bill")
        def bill(order):
            return order["gross"]

        @fr.register("main")
        def main(ref):
            return bill(load(ref))

        fr.run(main, "A-1")
        """
    )

    assert blamed(diagnosis) == "bill"
    assert "nothing else in the session knows 'gross'" in [each.text for each in evidence(diagnosis, "bill")]
    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is not Confidence.STRONG


def test_who_reads_a_missing_key_is_suspected_when_others_could_work_with_the_same(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("load")
        def load(ref):
            return {"ref": ref, "amount": 10}

        @fr.register("tax")
        def tax(order):
            return order["amount"] * 0.2

        @fr.register("bill")
        def bill(order):
            return order["amounts"]

        @fr.register("main")
        def main(ref):
            order = load(ref)
            return tax(order), bill(order)

        fr.run(main, "A-1")
        """
    )

    assert blamed(diagnosis) == "bill"
    assert diagnosis.hint == "bill: it reads 'amounts', where there is 'amount'"


def test_an_attribute_that_the_class_does_not_have_is_the_readers_fault(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        from dataclasses import dataclass

        @dataclass
        class Rate:
            percent: float

        @fr.register("rate")
        def rate(country):
            return Rate(7.0)

        @fr.register("apply")
        def apply(rate, amount):
            return amount * rate.value

        @fr.register("main")
        def main():
            return apply(rate("nl"), 10)

        fr.run(main)
        """
    )

    assert blamed(diagnosis) == "apply"
    assert diagnosis.hint == "apply: it reads .value, which no Rate has"


def test_an_error_made_from_sound_inputs_is_the_failing_steps_own(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("load")
        def load():
            return [3, 1, 2]

        @fr.register("score")
        def score(numbers):
            large = [number for number in numbers if number > 1]
            return 10 + large

        @fr.register("main")
        def main():
            return score(load())

        fr.run(main)
        """
    )

    assert blamed(diagnosis) == "score"
    assert diagnosis.hint.startswith("the error is in score itself: TypeError")


@pytest.mark.parametrize("line", ["return undefined_name", "return len(1, 2)", "raise NotImplementedError"])
def test_an_error_in_the_code_itself_is_nobody_elses(diagnosed: Diagnose, line: str) -> None:
    diagnosis = diagnosed(
        f"""
        @fr.register("load")
        def load():
            return None

        @fr.register("score")
        def score(value):
            {line}

        @fr.register("main")
        def main():
            return score(load())

        fr.run(main)
        """
    )

    assert blamed(diagnosis) == "score"


def test_swapped_arguments_are_the_callers_fault(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("window")
        def window(day):
            return {"first": 3, "last": 9}

        @fr.register("reserve")
        def reserve(first, last):
            assert first < last
            return last - first

        @fr.register("main")
        def main(day):
            span = window(day)
            return reserve(span["last"], span["first"])

        fr.run(main, 4)
        """
    )

    assert blamed(diagnosis) == "main"
    assert "passes 'last' for 'first' and 'first' for 'last' to reserve" in diagnosis.hint


def test_an_orchestrator_that_fails_in_its_own_line_is_blamed_itself(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("step")
        def step(number):
            return number * 2

        @fr.register("main")
        def main(count):
            results = []
            for number in range(count):
                results.append(step(number))
            return results[count]

        fr.run(main, 2)
        """
    )

    assert blamed(diagnosis) == "main"


def test_an_orchestrator_that_fails_on_what_a_step_returned_is_not(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("step")
        def step(number):
            return None

        @fr.register("main")
        def main(number):
            found = step(number)
            return found["value"]

        fr.run(main, 2)
        """
    )

    assert (diagnosis.failure and diagnosis.failure.name, blamed(diagnosis)) == ("main", "step")
    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is Confidence.STRONG


def test_a_helper_between_the_step_and_the_error_does_not_hide_the_input(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        def first_letter(text):
            return text[0]

        @fr.register("title")
        def title(page):
            return None

        @fr.register("body")
        def body(page):
            return "text"

        @fr.register("index")
        def index(body, title):
            return body.upper() + first_letter(title)

        @fr.register("main")
        def main(page):
            return index(body(page), title(page))

        fr.run(main, "p")
        """
    )

    assert blamed(diagnosis) == "title"


def test_the_producer_is_found_across_asyncio_gather(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        import asyncio

        @fr.register("stock")
        async def stock(item):
            return None

        @fr.register("price")
        async def price(item):
            await asyncio.sleep(0)
            return None

        @fr.register("offer")
        def offer(stock, price):
            return price + 1

        @fr.register("main")
        async def main(item):
            in_stock, cost = await asyncio.gather(stock(item), price(item))
            return offer(in_stock, cost)

        asyncio.run(fr.run(main, "bolt"))
        """
    )

    assert blamed(diagnosis) == "price"


def test_the_producer_is_found_across_a_thread_pool(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        from concurrent.futures import ThreadPoolExecutor

        @fr.register("fetch")
        def fetch(url):
            return {"url": url, "body": None if url == "b" else "text"}

        @fr.register("measure")
        def measure(pages):
            return [len(page["body"]) for page in pages]

        @fr.register("main")
        def main(urls):
            with ThreadPoolExecutor(2) as pool:
                pages = list(pool.map(fetch, urls))
            return measure(pages)

        fr.run(main, ["a", "b", "c"])
        """
    )

    assert blamed(diagnosis) == "fetch"
    assert diagnosis.root_cause is not None
    assert diagnosis.session.steps[diagnosis.root_cause.step].inputs["url"].data == b'"b"'


def test_methods_are_followed_without_their_self(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        class Shop:
            @fr.register("count")
            def count(self, part):
                return None

            @fr.register("note")
            def note(self, part):
                return None

            @fr.register("gap")
            def gap(self, wanted, there):
                return wanted - there

            @fr.register("order")
            def order(self, part):
                there = self.count(part)
                self.note(part)
                return self.gap(10, there)

        fr.run(Shop().order, "bolt")
        """
    )

    assert blamed(diagnosis) == "count"
    assert diagnosis.hint == "count returned None, but gap expects a number"


def test_a_failure_that_a_step_swallowed_makes_it_the_suspect(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("quote")
        def quote(currency):
            raise KeyError("mid")

        @fr.register("rate")
        def rate(currency):
            try:
                return quote(currency)
            except KeyError:
                return 0.0

        @fr.register("convert")
        def convert(amount, rate):
            return amount / rate

        @fr.register("main")
        def main(currency):
            return convert(10.0, rate(currency))

        fr.run(main, "EUR")
        """
    )

    assert blamed(diagnosis) == "rate"
    assert diagnosis.hint == "rate: quote failed in it with KeyError: 'mid', and it returned all the same"


def test_a_step_that_was_tried_again_with_success_is_not_suspected(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        tries = []

        @fr.register("flaky")
        def flaky(ref):
            tries.append(ref)
            if len(tries) < 2:
                raise OSError("try again")
            return {"ref": ref, "title": "A"} if len(tries) > 2 else {"ref": ref}

        @fr.register("use")
        def use(page):
            return page["title"]

        @fr.register("main")
        def main(ref):
            for _ in range(3):
                try:
                    page = flaky(ref)
                    break
                except OSError:
                    continue
            return use(page)

        fr.run(main, "r")
        """
    )

    assert all(each.kind != "handled" for candidate in diagnosis.candidates for each in candidate.evidence)
    assert blamed(diagnosis) == "flaky"  # its second, successful call gave no title


def test_a_step_that_spoiled_a_shared_argument_is_blamed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("load")
        def load():
            return {"lines": [1, 2], "name": "order"}

        @fr.register("trim")
        def trim(order):
            order["lines"] = None

        @fr.register("total")
        def total(order):
            return sum(order["lines"])

        @fr.register("main")
        def main():
            order = load()
            trim(order)
            return total(order)

        fr.run(main)
        """
    )

    assert blamed(diagnosis) == "trim"
    assert "mutated" in {each.kind for each in evidence(diagnosis, "trim")}


def test_a_coroutine_that_nobody_awaited_is_the_callers_fault(
    diagnosed: Diagnose, recwarn: pytest.WarningsRecorder
) -> None:
    diagnosis = diagnosed(
        """
        import asyncio, warnings
        warnings.simplefilter("ignore")

        @fr.register("fetch")
        async def fetch(url):
            return {"body": "x"}

        @fr.register("read")
        def read(page):
            return page["body"]

        @fr.register("main")
        async def main(url):
            page = fetch(url)
            try:
                return read(page)
            finally:
                page.close()

        asyncio.run(fr.run(main, "u"))
        """
    )

    assert blamed(diagnosis) == "main"
    assert diagnosis.hint == "main: it passed a coroutine to read without await"


def test_a_text_that_nearly_matches_a_known_key_is_blamed_on_who_made_it(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        ACCOUNTS = {"maria@example.org": {"id": 1}, "joan@example.org": {"id": 2}}

        @fr.register("parse")
        def parse(text):
            return text.split()[-1].rstrip("g.")

        @fr.register("find")
        def find(mail):
            return ACCOUNTS.get(mail)

        @fr.register("open")
        def open_account(account):
            return account["id"]

        @fr.register("main")
        def main(text):
            return open_account(find(parse(text)))

        fr.run(main, "please open maria@example.org")
        """
    )

    assert blamed(diagnosis) == "parse"
    assert "find knows 'maria@example.org'" in diagnosis.hint


def test_a_declared_return_type_that_is_not_kept_is_evidence(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("find")
        def find(name) -> dict:
            return None

        @fr.register("greet")
        def greet(user: dict):
            return user["name"]

        @fr.register("main")
        def main(name):
            return greet(find(name))

        fr.run(main, "ann")
        """
    )

    assert [each.text for each in evidence(diagnosis, "find") if each.kind == "undeclared"] == [
        "it returned None, which is not what it declares"
    ]


def test_values_alone_lead_to_the_producer_where_a_framework_calls_the_steps(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("fetch")
        def fetch(state):
            return [{"page": 1, "text": "7 apples"}, {"page": 2, "text": "none"}]

        @fr.register("count")
        def count(pages):
            return [int(page["text"].split()[0]) for page in pages]

        def engine(steps, state):
            for step in steps:
                state = step(state)
            return state

        @fr.register("main")
        def main():
            return engine([fetch, count], "s")

        fr.run(main)
        """
    )

    assert diagnosis.failure is not None
    assert diagnosis.failure.name == "count"
    assert "fetch" in [candidate.name for candidate in diagnosis.candidates]


def test_a_constant_that_the_caller_wrote_down_is_the_callers_fault(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("scale")
        def scale(amount, factor):
            return amount / factor

        @fr.register("main")
        def main():
            return scale(10, 0)

        fr.run(main)
        """
    )

    assert blamed(diagnosis) == "main"


def blamed(diagnosis: object) -> str | None:
    """The name of the root cause."""
    root = diagnosis.root_cause  # type: ignore[attr-defined]
    return root.name if root is not None else None


def evidence(diagnosis: object, name: str) -> list:
    """The evidence about the candidate *name*, heaviest first."""
    return [each for found in diagnosis.candidates if found.name == name for each in found.evidence]  # type: ignore[attr-defined]


MERGED = """
        @fr.register("look")
        def look(state):
            return {{"found": {found}, "tries": 1}}

        @fr.register("rate")
        def rate(state):
            return {{"score": 7}}

        @fr.register("answer")
        def answer(state):
            return state["found"]["x"]

        def engine(steps, state):
            for step in steps:
                state = {{**state, **step(state)}}
            return state

        @fr.register("main")
        def main():
            return engine([look, rate, answer], {{"question": "where?"}})

        fr.run(main)
"""


def test_what_a_framework_merges_into_a_state_is_followed_by_its_key(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(MERGED.format(found="None"))

    assert diagnosis.failure is not None
    assert diagnosis.failure.name == "answer"
    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.name == "look"


def test_a_function_that_is_called_through_what_a_decorator_made_of_it_is_followed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        class Tool:
            def __init__(self, function):
                self._function = function

            def invoke(self, arguments):
                return self._function(**arguments)

        @Tool
        @fr.register("find")
        def find(query):
            return None if query else {}

        @fr.register("look")
        def look(state):
            return {"found": find.invoke({"query": state["question"]})}

        @fr.register("answer")
        def answer(state):
            return state["found"]["x"]

        @fr.register("main")
        def main(question):
            state = {"question": question}
            for step in (look, answer):
                state = {**state, **step(state)}
            return state

        fr.run(main, "where?")
        """
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.name == "find"


def test_a_failure_that_a_framework_passed_on_in_words_is_followed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("status")
        def status(number):
            return {"A7": "sent"}[number]

        def ask(tool, argument):
            try:
                return str(tool(argument))
            except Exception as error:
                return f"Error executing tool: {error}"

        @fr.register("main")
        def main():
            answer = ask(status, "a-seven")
            if "Error" in answer:
                raise RuntimeError(answer)
            return answer

        fr.run(main)
        """
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.name == "status"
