"""The failing step is at fault itself: its inputs are as they should be."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% wrong-index: the step reads one item behind the end
# cause: chart/last
# error: IndexError
@fr.register("chart/points")
def points(name):
    return [3, 5, 8]


@fr.register("chart/unit")
def unit(name):
    return "kWh"


@fr.register("chart/smooth")
def smooth(values):
    return [sum(values[max(0, i - 1) : i + 1]) / 2 for i in range(len(values))]


@fr.register("chart/last")
def last(values, text):
    return f"{values[len(values)]} {text}"  # fixed: return f"{values[len(values) - 1]} {text}"


@fr.register("chart/make")
def make(name):
    values = smooth(points(name))
    return last(values, unit(name))


fr.run(make, "power")

# %% undefined-name: a variable was renamed in all but one place
# cause: report/footer
# error: NameError
@fr.register("report/rows")
def rows(month):
    return [("rent", 900), ("food", 320)]


@fr.register("report/header")
def header(month):
    return f"Costs in {month}"


@fr.register("report/total")
def total(lines):
    return sum(amount for _, amount in lines)


@fr.register("report/footer")
def footer(amount, month):
    return f"{month}: {amount_total}"  # fixed: return f"{month}: {amount}"  # noqa: F821


@fr.register("report/make")
def make(month):
    lines = rows(month)
    return [header(month), footer(total(lines), month)]


fr.run(make, "May")

# %% adds-text-and-number: the step joins a text and a number, both as they should be
# cause: mail/subject
# error: TypeError
@fr.register("mail/count")
def count(user):
    return 4


@fr.register("mail/name")
def name(user):
    return user.title()


@fr.register("mail/sender")
def sender(user):
    return "no-reply@example.org"


@fr.register("mail/subject")
def subject(who, unread):
    return who + ", you have " + unread + " new messages"  # fixed: return who + ", you have " + str(unread) + " new messages"


@fr.register("mail/digest")
def digest(user):
    return {"from": sender(user), "subject": subject(name(user), count(user))}


fr.run(digest, "bea")

# %% wrong-method: the step calls a method that lists do not have
# cause: tags/store
# error: AttributeError
@fr.register("tags/read")
def read(text):
    return text.split()


@fr.register("tags/owner")
def owner(text):
    return "u1"


@fr.register("tags/unique")
def unique(words):
    return sorted(set(words))


@fr.register("tags/store")
def store(words, who):
    words.push(who)  # fixed: words.append(who)
    return words


@fr.register("tags/save")
def save(text):
    return store(unique(read(text)), owner(text))


fr.run(save, "red blue red")

# %% own-arithmetic: the step computes a zero from sound numbers and divides by it
# cause: poll/share
# error: ZeroDivisionError
@fr.register("poll/votes")
def votes(question):
    return {"yes": 30, "no": 30}


@fr.register("poll/title")
def title(question):
    return question.strip("?")


@fr.register("poll/groups")
def groups(question):
    return 2


@fr.register("poll/share")
def share(counted, parts):
    lead = counted["yes"] - counted["no"]
    return parts * counted["yes"] / lead  # fixed: return parts * counted["yes"] / (counted["yes"] + counted["no"])


@fr.register("poll/result")
def result(question):
    counted = votes(question)
    return {"title": title(question), "share": share(counted, groups(question))}


fr.run(result, "Tea or coffee?")

# %% wrong-call: the step calls its helper with one argument too few
# cause: pdf/render
# error: TypeError
def page(text, width):
    return [text[i : i + width] for i in range(0, len(text), width)]


@fr.register("pdf/text")
def text_of(name):
    return "a long text that goes over some lines"


@fr.register("pdf/width")
def width_of(size):
    return {"a4": 12, "a5": 8}[size]


@fr.register("pdf/title")
def title_of(name):
    return name.removesuffix(".txt").title()


@fr.register("pdf/render")
def render(text, width, heading):
    return [heading, *page(text)]  # fixed: return [heading, *page(text, width)]


@fr.register("pdf/make")
def make_pdf(name, size):
    text = text_of(name)
    return render(text, width_of(size), title_of(name))


fr.run(make_pdf, "story.txt", "a5")

# %% too-strict-check: the step refuses a value that is quite in order
# cause: user/validate
# error: ValueError
@fr.register("user/form")
def form(text):
    name, age = text.split()
    return {"name": name, "age": int(age)}


@fr.register("user/terms")
def terms(country):
    return {"minimum": 16}


@fr.register("user/mail")
def mail(person):
    return f"{person['name']}@example.org"


@fr.register("user/validate")
def validate(person, rules):
    least = rules["minimum"] * 10  # fixed: least = rules["minimum"]
    if person["age"] < least:
        raise ValueError(f"{person['name']} is younger than {least}")
    return person


@fr.register("user/create")
def create(text, country):
    person = form(text)
    address = mail(person)
    return {"person": validate(person, terms(country)), "mail": address}


fr.run(create, "Gil 34", "NO")

# %% loops-over-number: the step iterates over a count, where range was meant
# cause: quiz/cards
# error: TypeError
@fr.register("quiz/words")
def words(level):
    return ["river", "cloud", "stone"]


@fr.register("quiz/rounds")
def rounds(level):
    return 2


@fr.register("quiz/shuffle")
def shuffle(items, seed):
    return items[seed % len(items) :] + items[: seed % len(items)]


@fr.register("quiz/cards")
def cards(items, times):
    return [(number, item) for number in times for item in items]  # fixed: return [(number, item) for number in range(times) for item in items]


@fr.register("quiz/make")
def quiz(level, seed):
    items = shuffle(words(level), seed)
    return cards(items, rounds(level))


fr.run(quiz, "easy", 5)
