"""Faults: the ways in which a generated program can be wrong, each as a good and a bad version of the same lines.

A producer's body reads `item`, a record with the fields of `RECORD`, and returns the payload. `{x}` in a consumer is
the expression by which it reaches the payload.
"""

from dataclasses import dataclass

RECORD = '{"id": 7, "place": place, "raw": "ref A7 of 12.5", "parts": [3, 4, 8], "amount": 40.0}'


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. *good* and *bad* are the producer's body; *reads* the consumers that stumble over it.

    *reacts* says that it shows for some arguments of the entry only: then the bad version succeeds for others.
    """

    category: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    reads: tuple[str, ...]
    table: str = ""
    reacts: bool = False
    returns: str = ""  # what the producer declares


TEXT = ("{x}.upper()", '"<" + {x} + ">"', '{x}.split("-")[0]', "len({x})", "shout({x})")
NUMBER = ("{x} * 1.2 + 3", "round({x} / 3)", "sum([{x}, 4])", "{x} > 10", "scale({x})")
LIST = ("{x}[0]", "max({x})", "sum({x}) / len({x})", "{x}[-1] * 2", "first({x})")
FIELD = ('{x}["label"].upper()', '"{{}}!".format({x}["label"])', 'label_of({x}) + "!"')

FAULTS = (
    Fault(
        "no entry found",
        ('return TABLE.get(item["place"].lower())',),
        ('return TABLE.get(item["place"])',),
        TEXT,
        'TABLE = {"north": "n-7", "south": "s-2"}',
        reacts=True,
    ),
    Fault(
        "no number found",
        ('return TABLE.get(item["place"].lower())',),
        ('return TABLE.get(item["place"])',),
        NUMBER,
        'TABLE = {"north": 14.5, "south": 22}',
        reacts=True,
    ),
    Fault(
        "no match",
        ('found = re.search(r"ref (\\w+)", item["raw"])', "return found and found[1]"),
        ('found = re.search(r"ref: (\\w+)", item["raw"])', "return found and found[1]"),
        TEXT,
    ),
    Fault(
        "branch without a return",
        ('if item["amount"] > 10:', '    return "large"', 'return "small"'),
        ('if item["amount"] > 100:', '    return "large"'),
        TEXT,
    ),
    Fault(
        "text for a number",
        ('return float(item["raw"].split()[-1])',),
        ('return item["raw"].split()[-1]',),
        ("{x} * 1.2 + 3", "round({x} / 3)", "sum([{x}, 4])", "{x} > 10"),
    ),
    Fault("not what is declared", ("return 12.5",), ('return item["raw"][-4:]',), NUMBER[:4], returns=" -> float"),
    Fault("NaN", ('return float(len(item["parts"]))',), ('return float("nan")',), ("round({x})", "int({x} * 2)")),
    Fault(
        "zero",
        ('return TABLE.get(item["place"].lower(), 0)',),
        ('return TABLE.get(item["place"], 0)',),
        ("100 / {x}", "40 // {x}", "ratio(3, {x})"),
        'TABLE = {"north": 8, "south": 5}',
        reacts=True,
    ),
    Fault(
        "wrong unit",
        ('return item["amount"] * 2',),
        ('return item["amount"] * 2000',),
        ("limited({x})", "checked({x})"),
    ),
    Fault(
        "nothing left",
        ('return [part for part in item["parts"] if part > 3]',),
        ('return [part for part in item["parts"] if part > 30]',),
        LIST,
    ),
    Fault(
        "key misspelt",
        ('return {"id": item["id"], "label": item["raw"], "size": 3}',),
        ('return {"id": item["id"], "lable": item["raw"], "size": 3}',),
        FIELD,
    ),
    Fault(
        "field lost",
        ('return {"id": item["id"], "amount": 2 * item["amount"], "place": item["place"]}',),
        ('return {"id": item["id"], "amount": 2 * item["amount"]}',),
        ('{x}["place"].lower()', "{x}[\"place\"] + '!'"),
    ),
    Fault(
        "None in a field",
        ('return {"id": item["id"], "label": TABLE.get(item["place"].lower())}',),
        ('return {"id": item["id"], "label": TABLE.get(item["place"])}',),
        ('{x}["label"].upper()', '"<" + {x}["label"]', 'len({x}["label"])'),
        'TABLE = {"north": "n-7", "south": "s-2"}',
        reacts=True,
    ),
    Fault(
        "JSON cut off",
        ('return json.dumps({"label": item["raw"], "parts": item["parts"]})',),
        ('return json.dumps({"label": item["raw"], "parts": item["parts"]})[:-3]',),
        ('json.loads({x})["label"]', 'parsed({x})["parts"]'),
    ),
    Fault(
        "JSON in a fence",
        ('return json.dumps({"label": item["raw"]})',),
        ('return "```json\\n" + json.dumps({"label": item["raw"]}) + "\\n```"',),
        ('json.loads({x})["label"]', 'parsed({x})["label"]'),
    ),
    Fault(
        "error swallowed",
        ("try:", '    return int(item["raw"].split()[1][1:])', "except ValueError:", "    return None"),
        ("try:", '    return int(item["raw"].split()[1])', "except ValueError:", "    return None"),
        NUMBER,
    ),
    Fault(
        "not in the table",
        ('return "refund" if item["amount"] > 10 else "question"',),
        ('return "refunds" if item["amount"] > 10 else "question"',),
        ("DESKS[{x}]", "desk_of({x})"),
        'DESKS = {"refund": "A", "question": "B"}',
    ),
)

LOCAL = (
    ("key that is not there", FAULTS[10], '{x}["caption"].upper()', '{x}["label"].upper()'),
    ("index behind the end", FAULTS[9], "{x}[len({x})]", "{x}[len({x}) - 1]"),
    ("unknown name", FAULTS[0], "prefix + {x}", '"p" + {x}'),
    ("unknown method", FAULTS[9], "{x}.push(3)", "{x}.append(3)"),
    ("text and number", FAULTS[3], "{x} + 1", '{x} + "1"'),
    ("difference of equals", FAULTS[7], "10 / ({x} - {x})", "10 / ({x} + {x})"),
)
"""Consumers that are wrong themselves: the category, the fault whose good version feeds them, the bad, the good."""

HELPERS = """
def shout(text):
    return text.upper()


def scale(number):
    return number * 3


def first(values):
    return values[0]


def label_of(record):
    return record["label"]


def ratio(part, whole):
    return part / whole


def limited(number):
    if number > 5000:
        raise ValueError(f"{number} is above the limit")
    return number


def checked(number):
    assert number < 5000, f"{number} is too much"
    return number


def parsed(text):
    return json.loads(text)


def desk_of(kind):
    return DESKS[kind]
"""
