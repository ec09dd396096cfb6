"""A step returns another type or shape than the steps after it were promised."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% text-number: the form parser leaves a quantity as text
# cause: parse_form
# error: TypeError
@fr.register("receive_form")
def receive_form(body):
    return dict(pair.split("=") for pair in body.split("&"))

@fr.register("parse_form")
def parse_form(form) -> dict:
    return {"sku": form["sku"], "quantity": form["qty"], "express": form.get("express") == "1"}  # fixed: return {"sku": form["sku"], "quantity": int(form["qty"]), "express": form.get("express") == "1"}

@fr.register("stock_of")
def stock_of(sku):
    return 14

@fr.register("reserve_stock")
def reserve_stock(order, stock):
    left = stock - order["quantity"]
    return {"left": left, "sku": order["sku"]}

@fr.register("place_order")
def place_order(body):
    order = parse_form(receive_form(body))
    return reserve_stock(order, stock_of(order["sku"]))

fr.run(place_order, "sku=T-4&qty=3&express=0")


# %% single-not-list: a search with one hit returns the hit, not a list of it
# cause: search_papers
# error: TypeError
# before: fr.run(review_topic, "graphs")
PAPERS = {"graphs": [{"id": 1, "cites": 40}, {"id": 2, "cites": 12}], "knots": [{"id": 3, "cites": 5}]}

@fr.register("search_papers")
def search_papers(topic):
    hits = PAPERS[topic]
    return hits[0] if len(hits) == 1 else hits  # fixed: return hits

@fr.register("filter_cited")
def filter_cited(papers, least):
    return [paper for paper in papers if paper["cites"] >= least]

@fr.register("citation_threshold")
def citation_threshold(topic):
    return 0 if topic == "knots" else 10

@fr.register("summarise_papers")
def summarise_papers(papers):
    return ", ".join(str(paper["id"]) for paper in papers)

@fr.register("review_topic")
def review_topic(topic):
    papers = filter_cited(search_papers(topic), citation_threshold(topic))
    return summarise_papers(papers)

fr.run(review_topic, "knots")


# %% declared-list: a classifier declares a list of labels and returns one text
# cause: classify
# error: ValueError
@fr.register("read_message")
def read_message(number) -> str:
    return "My invoice is wrong and the app crashes"

@fr.register("detect_language")
def detect_language(text: str) -> str:
    return "en"

@fr.register("classify")
def classify(text: str) -> list[str]:
    labels = [label for label in ("invoice", "app", "login") if label in text.lower()]
    return ",".join(labels)  # fixed: return labels

@fr.register("route")
def route(labels: list[str], language: str) -> dict:
    queues = {"invoice": "billing", "app": "mobile", "login": "identity"}
    unknown = [label for label in labels if label not in queues]
    if unknown:
        raise ValueError(f"no queue for {unknown[0]!r}")
    return {"queues": [queues[label] for label in labels], "language": language}

@fr.register("handle_message")
def handle_message(number):
    text = read_message(number)
    return route(classify(text), detect_language(text))

fr.run(handle_message, 5)


# %% page-shape: a cursor page has its rows under another name than the other endpoint's pages
# cause: fetch_page
# error: KeyError
@fr.register("fetch_page")
def fetch_page(endpoint, cursor):
    rows = [{"id": cursor + n, "open": n % 2 == 0} for n in range(3)]
    return {"results": rows, "next": None}  # fixed: return {"rows": rows, "next": None}

@fr.register("api_status")
def api_status(endpoint):
    return {"endpoint": endpoint, "quota": 0, "rows": 3}

@fr.register("collect_rows")
def collect_rows(pages):
    return [row for page in pages for row in page["rows"]]

@fr.register("count_open")
def count_open(rows):
    return sum(row["open"] for row in rows)

@fr.register("summarise_tickets")
def summarise_tickets(endpoint):
    status = api_status(endpoint)
    pages = [fetch_page(endpoint, cursor) for cursor in (0, 3)]
    return {"open": count_open(collect_rows(pages)), "quota": status["quota"]}

fr.run(summarise_tickets, "/tickets")


# %% tuple-order: a model's evaluation returns (loss, accuracy), the gate takes (accuracy, loss)
# cause: evaluate
# error: RuntimeError
@fr.register("load_checkpoint")
def load_checkpoint(name):
    return {"name": name, "weights": [0.2, -0.4, 0.1]}

@fr.register("load_split")
def load_split(name):
    return [(1, 1), (0, 0), (1, 0), (1, 1)]

@fr.register("evaluate")
def evaluate(checkpoint, split):
    """Return accuracy and loss."""
    accuracy = sum(a == b for a, b in split) / len(split)
    return (1.31 - accuracy, accuracy)  # fixed: return (accuracy, 1.31 - accuracy)

@fr.register("baseline")
def baseline(task):
    return {"task": task, "accuracy": 0.7}

@fr.register("gate")
def gate(accuracy, loss, base):
    if accuracy < base["accuracy"]:
        raise RuntimeError(f"accuracy {accuracy:.2f} is below {base['accuracy']}")
    return {"accuracy": accuracy, "loss": loss}

@fr.register("release_model")
def release_model(name, task):
    accuracy, loss = evaluate(load_checkpoint(name), load_split("test"))
    return gate(accuracy, loss, baseline(task))

fr.run(release_model, "v12", "spam")


# %% bytes-body: a download returns bytes, the template wants text
# cause: download
# error: TypeError
@fr.register("download")
def download(url) -> str:
    body = b"<h1>Opening hours</h1>"
    return body  # fixed: return body.decode()

@fr.register("strip_tags")
def strip_tags(html):
    while "<" in html:
        begin, end = html.index("<"), html.index(">")
        html = html[:begin] + html[end + 1 :]
    return html

@fr.register("load_template")
def load_template(name):
    return "{title}\n-----\n"

@fr.register("fill")
def fill(template, title):
    return template.format(title=title)

@fr.register("mirror_page")
def mirror_page(url):
    return fill(load_template("plain"), strip_tags(download(url)))

fr.run(mirror_page, "https://museum.example")


# %% generator-once: a generator is returned where a list was promised, the second reader finds nothing
# cause: parse_rows
# error: ZeroDivisionError
@fr.register("read_lines")
def read_lines(path):
    return ["3;4.5", "1;9.0", "2;1.25"]

@fr.register("parse_rows")
def parse_rows(lines):
    return iter([tuple(map(float, line.split(";"))) for line in lines])  # fixed: return [tuple(map(float, line.split(";"))) for line in lines]

@fr.register("revenue")
def revenue(rows):
    return sum(count * price for count, price in rows)

@fr.register("units_sold")
def units_sold(rows):
    return sum(count for count, _ in rows)

@fr.register("average_price")
def average_price(total, units):
    return round(total / units, 2)

@fr.register("sales_report")
def sales_report(path):
    rows = parse_rows(read_lines(path))
    total = revenue(rows)
    return average_price(total, units_sold(rows))

fr.run(sales_report, "sales.csv")
