"""The fault is in the entry itself: what it does with the steps' results, or what it asks them."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% entry-reads-wrong-key: the entry itself reads a key that no step promised
# cause: sales/week
# error: KeyError
@fr.register("sales/days")
def days(week):
    return ["mon", "tue"]


@fr.register("sales/day")
def day_sales(day):
    return {"day": day, "revenue": 100 + len(day)}


@fr.register("sales/target")
def target(week):
    return 180


@fr.register("sales/format")
def show(total, wanted):
    return f"{total} of {wanted}"


@fr.register("sales/week")
def week_report(week):
    found = [day_sales(day) for day in days(week)]
    total = sum(each["revenu"] for each in found)  # fixed: total = sum(each["revenue"] for each in found)
    return show(total, target(week))


fr.run(week_report, 21)

# %% entry-unpacks-wrongly: the entry takes two values where a step returns three
# cause: img/pipeline
# error: ValueError
@fr.register("img/open")
def open_image(name):
    return [[0, 1], [1, 0]]


@fr.register("img/shape")
def shape(pixels):
    return len(pixels), len(pixels[0]), 1


@fr.register("img/mean")
def mean(pixels):
    return sum(map(sum, pixels)) / 4


@fr.register("img/threshold")
def threshold(pixels, level):
    return [[int(value > level) for value in row] for row in pixels]


@fr.register("img/pipeline")
def pipeline(name):
    pixels = open_image(name)
    height, width = shape(pixels)  # fixed: height, width, _ = shape(pixels)
    level = mean(pixels)
    return {"size": height * width, "pixels": threshold(pixels, level)}


fr.run(pipeline, "cat.png")

# %% entry-gives-path-for-text: the entry gives a step the name where it needs the content
# cause: doc/run
# error: ValueError
@fr.register("doc/content")
def content(name):
    return "title: Bees\nwords: 1200"


@fr.register("doc/author")
def author(name):
    return "H. Sand"


@fr.register("doc/meta")
def meta(text):
    return dict(line.split(": ") for line in text.splitlines())


@fr.register("doc/fee")
def fee(found):
    return int(found["words"]) * 0.1


@fr.register("doc/run")
def run(name):
    text = content(name)
    who = author(name)
    found = meta(name)  # fixed: found = meta(text)
    return {"chars": len(text), "author": who, "fee": fee(found)}


fr.run(run, "bees.txt")

# %% entry-arithmetic: the entry adds what two steps gave, one of them None
# cause: loan/collateral
# error: TypeError
@fr.register("loan/income")
def income(person):
    return 4200


@fr.register("loan/collateral")
def collateral(person):
    values = {"house": 200_000, "car": 12_000}
    return values.get(person["owns"])  # fixed: return values.get(person["owns"].lower())


@fr.register("loan/rate")
def rate(person):
    return 0.031


@fr.register("loan/person")
def person_of(name):
    return {"name": name, "owns": "House"}


@fr.register("loan/offer")
def offer(name):
    person = person_of(name)
    most = 12 * income(person) + 0.8 * collateral(person)
    return {"most": most, "rate": rate(person)}


fr.run(offer, "Nora")

# %% entry-default-argument: the entry's own default is not one that the steps know
# cause: export/run
# error: KeyError
FORMATS = {"csv": ";", "tsv": "\t"}


@fr.register("export/rows")
def rows_of(table):
    return [["a", "1"], ["b", "2"]]


@fr.register("export/separator")
def separator(kind):
    return FORMATS[kind]


@fr.register("export/name")
def name_of(table, kind):
    return f"{table}.{kind}"


@fr.register("export/write")
def write(lines, between):
    return "\n".join(between.join(line) for line in lines)


@fr.register("export/run")
def export(table, kind="text"):  # fixed: def export(table, kind="tsv"):
    lines = rows_of(table)
    target = name_of(table, kind)
    return {"name": target, "text": write(lines, separator(kind))}


fr.run(export, "people")
