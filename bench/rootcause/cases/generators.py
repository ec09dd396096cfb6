"""Steps that yield, or that are handed what others yield."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()

# %% stream-yields-none: one chunk of a stream is None
# cause: llm/stream
# error: TypeError
@fr.register("llm/prompt")
def prompt(topic):
    return f"Write about {topic}"


@fr.register("llm/stream")
def stream(asked):
    for word in asked.split():
        yield word if word != "about" else None  # fixed: yield word


@fr.register("llm/limit")
def limit(topic):
    return 3


@fr.register("llm/join")
def join(chunks, most):
    return " ".join(chunks[:most])


@fr.register("llm/write")
def write(topic):
    chunks = list(stream(prompt(topic)))
    return join(chunks, limit(topic))


fr.run(write, "rivers")

# %% used-up-twice: an iterator is used up by the first reader, and the second gets nothing
# cause: log/levels
# also: log/summary
# error: ValueError
@fr.register("log/lines")
def lines(text):
    return text.split("\n")


@fr.register("log/levels")
def levels(rows):
    return (row.split()[0] for row in rows)  # fixed: return [row.split()[0] for row in rows]


@fr.register("log/names")
def names(rows):
    return sorted({row.split()[1] for row in rows})


@fr.register("log/worst")
def worst(found):
    return max(found, key=len)


@fr.register("log/summary")
def summary(text):
    rows = lines(text)
    found = levels(rows)
    count = sum(1 for _ in found)
    return {"count": count, "names": names(rows), "worst": worst(found)}


fr.run(summary, "INFO a\nWARNING b\nERROR a")

# %% batches-drop-rest: a batching generator drops the last, short batch
# cause: batch/split
# error: AssertionError
@fr.register("batch/rows")
def rows(count):
    return [f"row-{number}" for number in range(count)]


@fr.register("batch/split")
def split(items, size):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    return  # fixed: yield batch


@fr.register("batch/send")
def send(batch):
    return len(batch)


@fr.register("batch/verify")
def verify(sent, wanted):
    assert sent == wanted, f"{sent} of {wanted} rows were sent"
    return sent


@fr.register("batch/run")
def run(count, size):
    items = rows(count)
    sent = sum(send(batch) for batch in split(items, size))
    return verify(sent, len(items))


fr.run(run, 7, 3)
