"""A step changes an object that others hold too."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


# %% pop-while-logging: the audit step takes the items out of the cart it is shown
# cause: audit_cart
# error: ValueError
@fr.register("load_cart")
def load_cart(user):
    return {"user": user, "items": [{"sku": "B1", "price": 9.0}, {"sku": "B2", "price": 4.5}], "note": None}

@fr.register("audit_cart")
def audit_cart(cart):
    seen = []
    while cart["items"]:  # fixed: for item in cart["items"]:
        seen.append(cart["items"].pop()["sku"])  # fixed: seen.append(item["sku"])
    return seen

@fr.register("apply_coupon")
def apply_coupon(cart, coupon):
    return 0.0 if coupon is None else 2.0

@fr.register("checkout")
def checkout(cart, discount):
    if not cart["items"]:
        raise ValueError("the cart is empty")
    return sum(item["price"] for item in cart["items"]) - discount

@fr.register("buy")
def buy(user, coupon):
    cart = load_cart(user)
    audit_cart(cart)
    return checkout(cart, apply_coupon(cart, coupon))

fr.run(buy, "u-3", None)


# %% default-argument: a mutable default collects the tags of every call
# cause: tag
# error: AssertionError
@fr.register("load_articles")
def load_articles(feed):
    return [{"id": 1, "text": "rates and bonds"}, {"id": 2, "text": "a goal in the last minute"}]

@fr.register("tag")
def tag(article, tags=[]):  # fixed: def tag(article, tags=()):
    words = {"bonds": "finance", "goal": "sport"}
    tags += [words[word] for word in article["text"].split() if word in words]  # fixed: tags = [words[word] for word in article["text"].split() if word in words]
    return tags

@fr.register("count_words")
def count_words(article):
    return len(article["text"].split())

@fr.register("store_article")
def store_article(article, tags, words):
    assert len(tags) <= 1, f"article {article['id']} has the tags {tags}"
    return {"id": article["id"], "tag": tags[0] if tags else None, "words": words}

@fr.register("ingest")
def ingest(feed):
    return [store_article(article, tag(article), count_words(article)) for article in load_articles(feed)]

fr.run(ingest, "daily")


# %% normalise-in-place: scores are scaled in the list that the threshold was chosen for
# cause: normalise
# error: LookupError
@fr.register("score_candidates")
def score_candidates(job):
    return [{"name": "ada", "score": 61.0}, {"name": "bo", "score": 88.0}, {"name": "cy", "score": 47.0}]

@fr.register("choose_threshold")
def choose_threshold(candidates):
    return sum(each["score"] for each in candidates) / len(candidates)

@fr.register("normalise")
def normalise(candidates):
    top = max(each["score"] for each in candidates)
    scaled = candidates  # fixed: scaled = [dict(each) for each in candidates]
    for each in scaled:
        each["score"] = round(each["score"] / top, 3)
    return [each["score"] for each in scaled]

@fr.register("draw_histogram")
def draw_histogram(scores):
    return "".join("#" if score > 0.6 else "." for score in scores)

@fr.register("shortlist")
def shortlist(candidates, threshold):
    chosen = [each["name"] for each in candidates if each["score"] >= threshold]
    if not chosen:
        raise LookupError(f"nobody reaches {threshold:.1f}")
    return chosen

@fr.register("screen")
def screen(job):
    candidates = score_candidates(job)
    threshold = choose_threshold(candidates)
    chart = draw_histogram(normalise(candidates))
    return {"chosen": shortlist(candidates, threshold), "chart": chart}

fr.run(screen, "analyst")


# %% aliased-template: one message template is filled for all recipients, and keeps the first name
# cause: fill_message
# error: KeyError
@fr.register("load_template")
def load_template(kind):
    return {"kind": kind, "to": None, "body": "Dear {name}, your appointment is on {day}."}

@fr.register("recipients")
def recipients(day):
    return [{"name": "Noor", "phone": "0151"}, {"name": "Emil", "phone": "0160"}]

@fr.register("fill_message")
def fill_message(template, person, day):
    message = template  # fixed: message = dict(template)
    message["to"] = person["phone"]
    message["text"] = message.pop("body").format(name=person["name"], day=day)
    return dict(message)

@fr.register("shorten")
def shorten(message):
    return message["text"][:160]

@fr.register("remind_patients")
def remind_patients(day):
    template = load_template("sms")
    return [shorten(fill_message(template, person, day)) for person in recipients(day)]

fr.run(remind_patients, "Monday")


# %% cached-config: a step gets the cached configuration and lowers the batch size for itself, and for all after it
# cause: warm_up
# error: ZeroDivisionError
class Config:
    def __init__(self):
        self.batch = 32
        self.rate = 0.01

CACHE = {}

@fr.register("load_config")
def load_config(run):
    return CACHE.setdefault(run, Config())

@fr.register("warm_up")
def warm_up(config):
    config.batch //= 64  # fixed: batch = max(1, config.batch // 64)
    return {"steps": 10, "rate": config.rate / 10}

@fr.register("count_samples")
def count_samples(dataset):
    return 50_000

@fr.register("plan_epoch")
def plan_epoch(config, samples):
    return samples // config.batch

@fr.register("train")
def train(run, dataset):
    config = load_config(run)
    warm = warm_up(config)
    return {"batches": plan_epoch(config, count_samples(dataset)), "warm": warm["steps"]}

fr.run(train, "r-88", "reviews")


# %% history-trimmed: the agent's memory is cut by the tool that only should show it
# cause: show_history
# error: IndexError
class Agent:
    def __init__(self):
        self.messages = []

    @fr.register("Agent.say")
    def say(self, text):
        self.messages.append({"role": "user", "text": text})
        return len(self.messages)

    @fr.register("Agent.reply")
    def reply(self):
        self.messages.append({"role": "assistant", "text": f"noted: {self.messages[-1]['text']}"})
        return self.messages[-1]["text"]

    @fr.register("show_history")
    def show_history(self, count):
        shown = self.messages  # fixed: shown = list(self.messages)
        del shown[count:]
        return [message["role"] for message in shown]

    @fr.register("Agent.summarise")
    def summarise(self):
        first, last = self.messages[0], self.messages[3]
        return f"{first['text']} ... {last['text']}"

@fr.register("chat")
def chat(topic):
    agent = Agent()
    agent.say(f"let us plan {topic}")
    agent.reply()
    agent.say("who cooks")
    agent.reply()
    agent.show_history(2)
    return agent.summarise()

fr.run(chat, "the party")
