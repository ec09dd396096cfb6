"""Steps return a dataclass, a datetime, decimals, an enum, a set, a dict with tuples as keys. Nothing is edited."""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from tool import pipeline, step
from world import ran, see, service


class Grade(enum.Enum):
    GOOD = "good"
    BAD = "bad"


@dataclass
class Invoice:
    due: datetime
    amount: Decimal
    grade: Grade


@step
def invoice(region):
    ran("invoice")
    return Invoice(datetime(2024, 2, 29, 12, tzinfo=UTC), Decimal("10.50"), Grade.GOOD)


@step
def tags(bill):
    ran("tags")
    return {bill.grade.value, "paid"}


@step
def distances(region):
    ran("distances")
    return {("Oslo", "Bergen"): 463, (region, "pole"): 2000}


@step
def deliver(text):
    ran("deliver")
    service()
    return f"delivered: {text}"


@pipeline
def main(region):
    bill = invoice(region)
    see(bill)
    see(tags(bill), distances(region))
    return deliver(f"{bill.due:%d %B}, {bill.amount * 2}, {bill.grade is Grade.GOOD}")


# The case, not part of the program:
TITLE = "Typed values"
MUST_RUN = ["deliver"]
FORK_FROM = ""
