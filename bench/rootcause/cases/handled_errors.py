"""An error that was handled on the way hides what went wrong first."""

import json

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% retry-with-less: the first attempt fails in the prompt builder, the retry works without the context
# cause: build_context
# error: ValueError
@fr.register("fetch_messages")
def fetch_messages(thread):
    return [{"from": "ann", "text": "The pump leaks again"}, {"from": "service", "body": "We come on Friday"}]

@fr.register("build_context")
def build_context(messages):
    return "\n".join(f"{each['from']}: {each['text']}" for each in messages)  # fixed: return "\n".join(f"{each['from']}: {each.get('text') or each['body']}" for each in messages)

@fr.register("ask_model")
def ask_model(question, context):
    return json.dumps({"day": "Friday" if "Friday" in context else "", "sure": bool(context)})

@fr.register("parse_answer")
def parse_answer(text):
    return json.loads(text)

@fr.register("book_visit")
def book_visit(answer):
    if not answer["day"]:
        raise ValueError("no day to book")
    return f"booked for {answer['day']}"

@fr.register("schedule_visit")
def schedule_visit(thread):
    messages = fetch_messages(thread)
    try:
        context = build_context(messages)
    except KeyError:
        context = ""
    return book_visit(parse_answer(ask_model("When do we come?", context)))

fr.run(schedule_visit, "T-77")


# %% broad-except-empty: a broken reader makes the pipeline go on with no rows
# cause: read_orders
# error: ZeroDivisionError
@fr.register("open_export")
def open_export(day):
    return "order,amount\nA1,10.5\nA2,7\n"

@fr.register("read_orders")
def read_orders(text):
    try:
        head, *lines = text.strip().split("\n")
        names = head.split(";")  # fixed: names = head.split(",")
        rows = [dict(zip(names, line.split(","), strict=True)) for line in lines]
        return [{"order": row["order"], "amount": float(row["amount"])} for row in rows]
    except Exception:
        return []

@fr.register("load_returns")
def load_returns(day):
    return []

@fr.register("subtract_returns")
def subtract_returns(orders, returned):
    return [order for order in orders if order["order"] not in returned]

@fr.register("mean_amount")
def mean_amount(orders):
    return sum(order["amount"] for order in orders) / len(orders)

@fr.register("daily_mean")
def daily_mean(day):
    orders = subtract_returns(read_orders(open_export(day)), load_returns(day))
    return round(mean_amount(orders), 2)

fr.run(daily_mean, "2026-03-01")


# %% fallback-service: the main translator fails on a wrong code, the fallback answers in the wrong shape
# cause: language_code
# error: TypeError
@fr.register("language_code")
def language_code(language):
    return {"German": "de", "Greek": "gr", "Polish": "pl"}[language]  # fixed: return {"German": "de", "Greek": "el", "Polish": "pl"}[language]

@fr.register("translate")
def translate(text, code):
    if code not in ("de", "el", "pl"):
        raise LookupError(f"language {code!r} is not supported")
    return {"text": text.upper(), "code": code}

@fr.register("glossary")
def glossary(project):
    return {}

@fr.register("apply_glossary")
def apply_glossary(translated, terms):
    text = translated["text"]
    for old, new in terms.items():
        text = text.replace(old, new)
    return text

@fr.register("localise")
def localise(project, text, language):
    code = language_code(language)
    try:
        translated = translate(text, code)
    except LookupError:
        translated = None
    return apply_glossary(translated, glossary(project))

fr.run(localise, "shop", "your basket", "Greek")


# %% retry-counts: a wrapper tries three times and gives what it has; each attempt fails on the same wrong header
# cause: auth_header
# error: KeyError
@fr.register("auth_header")
def auth_header(token):
    return {"Authorization": f"Token {token}"}  # fixed: return {"Authorization": f"Bearer {token}"}

@fr.register("get_json")
def get_json(path, headers):
    if not headers["Authorization"].startswith("Bearer "):
        raise PermissionError(f"401 Unauthorized: {path}")
    return {"path": path, "balance": 310.0}

@fr.register("with_retries")
def with_retries(path, headers):
    last = {}
    for _attempt in range(3):
        try:
            return get_json(path, headers)
        except PermissionError as error:
            last = {"path": path, "error": str(error)}
    return last

@fr.register("minimum_balance")
def minimum_balance(account):
    return 0.0

@fr.register("check_balance")
def check_balance(answer, least):
    return answer["balance"] >= least

@fr.register("monitor_account")
def monitor_account(account, token):
    answer = with_retries(f"/accounts/{account}", auth_header(token))
    return check_balance(answer, minimum_balance(account))

fr.run(monitor_account, "77", "t0k")


# %% harmless-retry: one call failed and was tried again with success; the fault is elsewhere
# cause: to_local_time
# error: ValueError
ATTEMPTS = []

@fr.register("fetch_departures")
def fetch_departures(stop):
    ATTEMPTS.append(stop)
    if len(ATTEMPTS) == 1:
        raise ConnectionError("connection reset by peer")
    return [{"line": "M10", "minute": 1375}, {"line": "12", "minute": 1421}]

@fr.register("to_local_time")
def to_local_time(departure):
    minute = departure["minute"] + 60  # fixed: minute = (departure["minute"] + 60) % 1440
    return {"line": departure["line"], "clock": f"{minute // 60:02d}:{minute % 60:02d}"}

@fr.register("walking_time")
def walking_time(stop):
    return 0

@fr.register("show_board")
def show_board(departures, walk):
    from datetime import time
    return [(time.fromisoformat(each["clock"]), each["line"], walk) for each in departures]

@fr.register("departure_board")
def departure_board(stop):
    for _attempt in range(3):
        try:
            departures = fetch_departures(stop)
            break
        except ConnectionError:
            continue
    return show_board([to_local_time(each) for each in departures], walking_time(stop))

fr.run(departure_board, "Warschauer")


# %% cause-chain: a wrapped error; the settings give a port as text with a blank
# cause: read_settings
# error: RuntimeError
@fr.register("read_settings")
def read_settings(name):
    text = "host = db.internal\nport = 54 32\n"  # fixed: text = "host = db.internal\nport = 5432\n"
    return dict(line.split(" = ", 1) for line in text.strip().split("\n"))

@fr.register("choose_pool")
def choose_pool(load):
    return 4

@fr.register("connect")
def connect(settings, pool):
    try:
        port = int(settings["port"])
    except ValueError as error:
        raise RuntimeError(f"cannot connect to {settings['host']}") from error
    return {"host": settings["host"], "port": port, "pool": pool}

@fr.register("count_users")
def count_users(connection):
    return 12

@fr.register("user_report")
def user_report(name):
    connection = connect(read_settings(name), choose_pool("low"))
    return f"{count_users(connection)} users"

fr.run(user_report, "production")
