"""A key is spelt in one way by the step that writes it and in another by the one that reads it."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% extractor-mistypes-key: one of two branches of the producer writes the key wrongly
# cause: llm/extract
# error: KeyError
@fr.register("mail/clean")
def clean(text):
    return text.strip().lower()


@fr.register("llm/extract")
def extract(text):
    if "urgent" in text:
        return {"subject": text[:12], "prioritiy": "high"}  # fixed: return {"subject": text[:12], "priority": "high"}
    return {"subject": text[:12], "priority": "low"}


@fr.register("desk/queue")
def queue_of(fields):
    return "vip" if "invoice" in fields["subject"] else "general"


@fr.register("desk/deadline")
def deadline(fields):
    return {"high": 2, "low": 48}[fields["priority"]]


@fr.register("desk/accept")
def accept(text):
    fields = extract(clean(text))
    queue = queue_of(fields)
    return {"queue": queue, "hours": deadline(fields)}


fr.run(accept, " URGENT: the invoice is wrong ")

# %% report-reads-wrong-key: the reader is wrong, everybody else reads the right key
# cause: report/line
# error: KeyError
@fr.register("shop/order")
def order(number):
    return {"id": number, "quantity": 3, "unit_price": 4.5, "customer": "C-9"}


@fr.register("shop/total")
def total(placed):
    return placed["quantity"] * placed["unit_price"]


@fr.register("shop/weight")
def weight(placed):
    return placed["quantity"] * 0.4


@fr.register("report/line")
def line(placed, amount):
    return f"{placed['id']}: {placed['quantitiy']} pieces, {amount:.2f}"  # fixed: return f"{placed['id']}: {placed['quantity']} pieces, {amount:.2f}"


@fr.register("report/daily")
def daily(numbers):
    lines = []
    for number in numbers:
        placed = order(number)
        lines.append(line(placed, total(placed)) + f" ({weight(placed):.1f} kg)")
    return lines


fr.run(daily, [17, 18])

# %% camel-and-snake: a mapping step keeps the names of the service, which the loader does not know
# cause: etl/rename
# error: KeyError
@fr.register("api/fetch")
def fetch(page):
    return [{"userId": 1, "fullName": "Ana Lima", "joinedAt": "2020"}, {"userId": 2, "fullName": "Bo Ek", "joinedAt": "2021"}]


NAMES = {"userId": "user_id", "fullName": "full_name", "joinedAt": "joined_at"}


@fr.register("etl/rename")
def rename(record):
    return {NAMES.get(key, key) if key != "joinedAt" else key: value for key, value in record.items()}  # fixed: return {NAMES.get(key, key): value for key, value in record.items()}


@fr.register("etl/known")
def known_ids():
    return [2]


@fr.register("etl/load")
def load(records, known):
    return [(record["user_id"], record["joined_at"]) for record in records if record["user_id"] not in known]


@fr.register("etl/sync")
def sync(page):
    records = [rename(record) for record in fetch(page)]
    return load(records, known_ids())


fr.run(sync, 1)

# %% event-type-spelling: a value, not a key, is spelt in another way than the table
# cause: llm/classify
# error: KeyError
HANDLERS = {"cancellation": 10, "complaint": 20, "question": 30}


@fr.register("chat/read")
def read(log):
    return log.splitlines()[-1]


@fr.register("chat/language")
def language(message):
    return "en"


@fr.register("llm/classify")
def classify(message):
    if "cancel" in message:
        return {"intent": "cancelation", "sure": 0.94}  # fixed: return {"intent": "cancellation", "sure": 0.94}
    return {"intent": "question", "sure": 0.6}


@fr.register("chat/route")
def route(intent, spoken):
    return {"desk": HANDLERS[intent], "language": spoken}


@fr.register("chat/handle")
def handle(log):
    message = read(log)
    spoken = language(message)
    found = classify(message)
    return route(found["intent"], spoken)


fr.run(handle, "hello\nplease cancel my plan")

# %% state-key-missing: a node of a graph writes its result under another name than the next one reads
# cause: graph/retrieve
# error: KeyError
@fr.register("graph/rewrite")
def rewrite(state):
    return {**state, "query": state["question"].rstrip("?")}


@fr.register("graph/retrieve")
def retrieve(state):
    passages = ["Paris is the capital.", "Lyon is older."]
    return {**state, "docs": passages}  # fixed: return {**state, "documents": passages}


@fr.register("graph/grade")
def grade(state):
    return {**state, "grade": len(state["query"]) % 3}


@fr.register("graph/generate")
def generate(state):
    return {**state, "answer": state["documents"][0] + f" ({state['grade']})"}


@fr.register("graph/run")
def run_graph(question):
    state = {"question": question}
    for node in (rewrite, retrieve, grade, generate):
        state = node(state)
    return state["answer"]


fr.run(run_graph, "What is the capital of France?")

# %% attribute-never-there: the consumer reads an attribute that no such object has
# cause: stats/spread
# error: AttributeError
class Series:
    def __init__(self, values):
        self.values = values
        self.unit = "ms"


@fr.register("stats/load")
def load_series(name):
    return Series([12, 15, 11, 30])


@fr.register("stats/mean")
def mean(series):
    return sum(series.values) / len(series.values)


@fr.register("stats/spread")
def spread(series):
    return max(series.value) - min(series.value)  # fixed: return max(series.values) - min(series.values)


@fr.register("stats/label")
def label(number, unit):
    return f"{number:.1f} {unit}"


@fr.register("stats/report")
def report(name):
    series = load_series(name)
    return [label(mean(series), series.unit), label(spread(series), series.unit)]


fr.run(report, "latency")
