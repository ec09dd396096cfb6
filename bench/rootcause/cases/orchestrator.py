"""The steps are right; what calls them is not."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% swapped-arguments: two dates are given in the wrong order
# cause: vacation_request
# error: ValueError
@fr.register("parse_day")
def parse_day(text):
    day, month = text.split(".")[:2]
    return int(month) * 31 + int(day)

@fr.register("balance")
def balance(person):
    return 12

@fr.register("count_days")
def count_days(first, last):
    if last < first:
        raise ValueError("the last day is before the first")
    return last - first + 1

@fr.register("approve")
def approve(days, left):
    return days <= left

@fr.register("vacation_request")
def vacation_request(person, start, end):
    first, last = parse_day(start), parse_day(end)
    days = count_days(last, first)  # fixed: days = count_days(first, last)
    return approve(days, balance(person))

fr.run(vacation_request, "kai", "3.8.", "9.8.")


# %% stale-variable: the loop passes the first chapter's text for each chapter
# cause: summarise_book
# error: AssertionError
@fr.register("load_chapters")
def load_chapters(book):
    return [{"title": "The storm", "text": "A ship sinks."}, {"title": "The island", "text": "They find water."}]

@fr.register("summarise_chapter")
def summarise_chapter(title, text):
    return f"{title}: {text.lower()}"

@fr.register("merge_summaries")
def merge_summaries(parts):
    bodies = [part.split(": ", 1)[1] for part in parts]
    assert len(set(bodies)) == len(bodies), "two chapters have the same summary"
    return " ".join(parts)

@fr.register("summarise_book")
def summarise_book(book):
    chapters = load_chapters(book)
    text = chapters[0]["text"]
    parts = []
    for chapter in chapters:
        parts.append(summarise_chapter(chapter["title"], text))  # fixed: parts.append(summarise_chapter(chapter["title"], chapter["text"]))
    return merge_summaries(parts)

fr.run(summarise_book, "The Tempest")


# %% step-left-out: the text goes to the embedder without being cleaned
# cause: index_document
# error: ValueError
@fr.register("fetch_document")
def fetch_document(url):
    return "Price\x00 list 2026\nAll prices net."

@fr.register("clean_text")
def clean_text(text):
    return text.replace("\x00", "").strip()

@fr.register("detect_title")
def detect_title(text):
    return text.split("\n")[0]

@fr.register("embed_text")
def embed_text(text):
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    return [len(word) / 10 for word in text.split()]

@fr.register("store_vector")
def store_vector(title, vector):
    return {"title": title, "size": len(vector)}

@fr.register("index_document")
def index_document(url):
    raw = fetch_document(url)
    text = clean_text(raw)
    vector = embed_text(raw)  # fixed: vector = embed_text(text)
    return store_vector(detect_title(text), vector)

fr.run(index_document, "https://x.example/prices")


# %% wrong-key-picked: the router takes the cheapest quote's index in the sorted list, and looks it up in the other
# cause: choose_supplier
# error: ValueError
@fr.register("collect_quotes")
def collect_quotes(part):
    return [{"supplier": "Voss", "price": 9.2}, {"supplier": "Lund", "price": 7.7}, {"supplier": "Kerr", "price": 8.4}]

@fr.register("sort_quotes")
def sort_quotes(quotes):
    return sorted(quotes, key=lambda quote: quote["price"])

@fr.register("budget_for")
def budget_for(part):
    return 8.0

@fr.register("order_part")
def order_part(quote, budget):
    if quote["price"] > budget:
        raise ValueError(f"{quote['price']} is over the budget of {budget}")
    return f"ordered at {quote['supplier']}"

@fr.register("choose_supplier")
def choose_supplier(part):
    quotes = collect_quotes(part)
    ranked = sort_quotes(quotes)
    best = ranked.index(ranked[0])
    return order_part(quotes[best], budget_for(part))  # fixed: return order_part(ranked[best], budget_for(part))

fr.run(choose_supplier, "valve-3")


# %% condition-turned: an inner orchestrator only asks for a rate where it needs none
# cause: convert_all
# error: TypeError
@fr.register("load_expenses")
def load_expenses(trip):
    return [{"amount": 40.0, "currency": "EUR"}, {"amount": 3500.0, "currency": "JPY"}]

@fr.register("exchange_rate")
def exchange_rate(currency):
    return {"EUR": 1.0, "JPY": 0.0061}[currency]

@fr.register("convert")
def convert(expense, rate):
    return round(expense["amount"] * rate, 2)

@fr.register("convert_all")
def convert_all(expenses):
    amounts = []
    for expense in expenses:
        rate = 1.0 if expense["currency"] == "EUR" else None  # fixed: rate = exchange_rate(expense["currency"])
        amounts.append(convert(expense, rate))
    return amounts

@fr.register("daily_allowance")
def daily_allowance(trip):
    return 0

@fr.register("settle_trip")
def settle_trip(trip):
    amounts = convert_all(load_expenses(trip))
    return sum(amounts) + daily_allowance(trip)

fr.run(settle_trip, "osaka")


# %% constant-argument: a test value was left in the call
# cause: nightly_export
# error: LookupError
@fr.register("list_tenants")
def list_tenants(region):
    return ["acme", "globex"]

@fr.register("open_bucket")
def open_bucket(tenant):
    return {"tenant": tenant, "bucket": f"export-{tenant}"}

@fr.register("export_rows")
def export_rows(tenant, table):
    return [{"tenant": tenant, "table": table, "row": n} for n in range(2)]

@fr.register("write_rows")
def write_rows(bucket, rows):
    strangers = {row["tenant"] for row in rows} - {bucket["tenant"]}
    if strangers:
        raise LookupError(f"rows of {strangers.pop()} do not belong into {bucket['bucket']}")
    return len(rows)

@fr.register("nightly_export")
def nightly_export(region):
    written = 0
    for tenant in list_tenants(region):
        rows = export_rows("acme", "events")  # fixed: rows = export_rows(tenant, "events")
        written += write_rows(open_bucket(tenant), rows)
    return written

fr.run(nightly_export, "eu")


# %% average-of-none: an inner orchestrator slices its list away before it sums up
# cause: weekly_rating
# error: ZeroDivisionError
@fr.register("load_ratings")
def load_ratings(course):
    return [{"week": 1, "stars": 4}, {"week": 2, "stars": 5}, {"week": 2, "stars": 3}]

@fr.register("average")
def average(stars):
    return sum(stars) / len(stars)

@fr.register("weekly_rating")
def weekly_rating(ratings, week):
    stars = [each["stars"] for each in ratings if each["week"] == str(week)]  # fixed: stars = [each["stars"] for each in ratings if each["week"] == week]
    return average(stars)

@fr.register("enrolled")
def enrolled(course):
    return 0

@fr.register("course_report")
def course_report(course, week):
    rating = weekly_rating(load_ratings(course), week)
    return {"rating": rating, "enrolled": enrolled(course)}

fr.run(course_report, "sql-101", 2)
