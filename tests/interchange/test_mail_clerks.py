"""Whole mails as people and their mail programs write them, each with what a clerk of ours would make of it.

`mail_bodies/whole_mails.txt` holds them, all made up by us: what is expected, `---`, the mail's own headers and body.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from orderloop.interchange.facts import Hints, Role
from orderloop.interchange.readers import mail

MAILS = Path(__file__).parent / "mail_bodies" / "whole_mails.txt"
SENT = "From: Wang Min <wang@huaxin.example>\nTo: orders@orderloop.example\nDate: Fri, 20 Nov 2026 09:30:00 +0800\n"
NAMES = ("item", "quantity", "unit", "unit_price", "requested_on")


@dataclass(slots=True)
class Case:
    name: str
    content: bytes
    role: str = "order"
    po: str = ""
    on: str = ""
    parts: int = 0
    is_order: bool = True
    lines: list[tuple[str, ...]] = field(default_factory=list)


def cases() -> list[Case]:
    found = []
    for block in MAILS.read_text(encoding="utf-8").split("=== ")[1:]:
        head, _mark, body = block.partition("\n---\n")
        title, *rows = head.split("\n")
        case = Case(title, _mail(body))
        for row in rows:
            key, _colon, value = row.partition(": ")
            if row.startswith("> "):
                case.lines.append(tuple([*(each.strip() for each in row[2:].split("|")), *[""] * 5][:5]))
            elif row == "none":
                case.is_order = False
            else:
                setattr(case, key, int(value) if key == "parts" else value)
        found.append(case)
    return found


def _mail(text: str) -> bytes:
    head, _blank, body = text.partition("\n\n")
    given = head if "From:" in head else SENT + head
    charset = "" if "charset=" in given else "; charset=utf-8\nContent-Transfer-Encoding: 8bit"
    return f"{given}{charset}\n\n{body}".encode()


ALL = cases()


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 40


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_each_mail_gives_what_a_clerk_would_book(case: Case) -> None:
    reading = mail.read(case.content, Hints(own_names=("Orderloop",)))
    orders = [order for order in reading.orders if order.role is not Role.OTHER]
    assert len(reading.parts) == case.parts
    assert bool(orders) == case.is_order
    for order in orders:
        assert order.role.value == case.role
        assert (order.text("po_number"), order.text("requested_on")) == (case.po, case.on)
        assert [tuple(line[name].text if name in line else "" for name in NAMES) for line in order.lines] == case.lines


def test_a_sentence_that_changes_an_order_names_only_what_changes() -> None:
    case = next(each for each in ALL if each.name == "change qty")
    order = mail.read(case.content, Hints()).orders[0]
    assert [line["action"].text for line in order.lines] == ["changed"]


def test_a_day_told_by_its_week_is_less_sure_than_a_date() -> None:
    week = next(each for each in ALL if each.name == "zh sentence")
    assert mail.read(week.content, Hints()).orders[0].fields["requested_on"].confidence < 0.7


@pytest.mark.parametrize(
    ("today", "day"),
    [(date(2026, 11, 23), "2026-11-25"), (date(2027, 3, 1), "2027-03-10"), (date(2026, 11, 1), "2026-11-04")],
    ids=["read days later", "sent long ago", "sent in the future"],
)
def test_a_day_told_by_its_week_counts_from_when_the_mail_was_sent(today: date, day: str) -> None:
    week = next(each for each in ALL if each.name == "zh sentence")
    order = mail.read(week.content, Hints(today=today)).orders[0]
    assert order.text("requested_on") == day
