"""The same orders as people write them into a mail: free lines, greetings, signatures, quoted older mails."""

import random
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP

from bench.intake import forms, world
from bench.intake.corpus import Document, order_for
from bench.intake.paper import Stated, Truth
from bench.intake.templates import templates
from bench.intake.truth import Order

GREETINGS = {
    "zh": ("您好，请安排以下订单：", "你好，我司需订购如下产品，请确认：", "请按下列清单发货，谢谢。"),
    "en": ("Hello, please supply the following:", "Dear all,\nwe would like to order:", "Please process this order:"),
}
CLOSINGS = {"zh": ("谢谢！", "顺颂商祺"), "en": ("Thanks and regards,", "Kind regards")}
# How a line is written: by code, quantity and unit, in people's different orders.
LINES = {
    "zh": ("{code} {quantity}{unit}", "{code}，{quantity}{unit}", "{name} {code} {quantity}{unit}",
           "{number}. {code} × {quantity}{unit}"),
    "en": ("{code} {quantity} {unit}", "{quantity} {unit} {code}", "{quantity} x {code}",
           "- {code}: {quantity} {unit}"),
}  # fmt: skip


def documents(count: int, seed: int = 1, *, half: str = "all", first: int = 0) -> Iterator[Document]:
    """So many mails with the order in their body, those before `first` left out."""
    looks = [each for each in templates() if each.language != "both" and half in (each.half, "all")]
    for number in range(first, first + count):
        template = looks[number % len(looks)]
        order, chance = order_for(template, 4_000 + number, seed, most_lines=8)
        text, truth = _body(order, chance, template.language)
        name = f"mail-{template.language}-{number}"
        yield Document(name, f"mail-{template.language}", _mail(order, chance, text), f"{name}.eml", truth, order)


def _body(order: Order, chance: random.Random, language: str) -> tuple[str, Truth]:
    form = chance.choice(LINES[language])
    day = chance.choice(("iso", "chinese" if language == "zh" else "day-month-name"))
    label, due = ("订单号：", "交货日期：") if language == "zh" else ("PO number: ", "Delivery date: ")
    lines, truths = [], []
    for line in order.lines:
        unit = line.product.unit_zh if language == "zh" else line.product.unit_en.lower()
        name = line.product.name_zh if language == "zh" else line.product.name_en
        quantity = str(line.quantity)
        lines.append(form.format(code=line.product.code, quantity=quantity, unit=unit, name=name, number=line.number))
        stated = {"item": Stated(line.product.code, "code"), "quantity": Stated(quantity, "number")}
        if "{unit}" in form:
            stated["unit"] = Stated(unit)
        truths.append(stated)
    text = [chance.choice(GREETINGS[language]), "", f"{label}{order.po_number}",
            f"{due}{forms.write_date(order.requested_on, day)}", "", *lines, "", chance.choice(CLOSINGS[language]),
            order.customer.contact_zh if language == "zh" else order.customer.contact_en,
            f"Tel {order.customer.phone}"]  # fmt: skip
    if chance.random() < 0.4:
        text += ["", "-----原始邮件-----" if language == "zh" else "On Mon, 5 Jan 2026, sales wrote:",
                 "> please note our new price list", "> HB-0001 500 pcs is on offer"]  # fmt: skip
    header = {
        "po_number": Stated(order.po_number, "code"),
        "requested_on": Stated(order.requested_on.isoformat(), "date"),
    }
    spare = {"lines/line_no", "ordered_on", "contact_email", "customer_name"}
    implied = {"lines/description": Stated("", "any"), **{name: Stated("", "any") for name in spare}}
    return "\n".join(text) + "\n", Truth(header, tuple(truths), implied)


def _mail(order: Order, chance: random.Random, text: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{order.customer.contact_en} <{order.customer.email}>"
    mail["To"] = f"{world.OWN_NAMES[0].split(',')[0]} <orders@harbour.example>"
    mail["Subject"] = chance.choice(
        (f"订单 {order.po_number}", f"Order {order.po_number}", "purchase order", "采购订单")
    )
    mail["Date"] = f"{order.ordered_on:%a, %d %b %Y} 09:30:00 +0800"
    mail["Message-ID"] = f"<{order.po_number.replace('/', '.')}@{order.customer.email.split('@')[1]}>"
    charset = chance.choice(("utf-8", "utf-8", "gb18030"))
    mail.set_content(text, charset=charset, cte=chance.choice(("base64", "quoted-printable")))
    if chance.random() < 0.3:
        lines = "".join(f"<p>{line}</p>" for line in text.splitlines())
        mail.add_alternative(f"<html><body>{lines}</body></html>", subtype="html")
    return mail.as_bytes()
