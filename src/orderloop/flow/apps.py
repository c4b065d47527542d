from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.http import HttpRequest

if TYPE_CHECKING:
    from orderloop.ui.palette import Hit


class FlowConfig(AppConfig):
    name = "orderloop.flow"
    label = "flow"
    secret_columns = {"flow_sharedsecret": ("current", "previous")}

    def ready(self) -> None:
        from django.conf import settings

        from orderloop.flow.jobs import (
            outgoing_contexts,
            question_contexts,
            read_arrivals,
            receipt_contexts,
            recognise_arrivals,
            take_faxes,
            try_lessons,
        )
        from orderloop.flow.rules import SECTION
        from orderloop.flow.services import clocks, confirming, exchanging, robots, sending, web_posts
        from orderloop.flow.services.asking import MAIL
        from orderloop.fulfilment.services import register_line_words
        from orderloop.platform import jobs, mail, outbox
        from orderloop.policy.facts import register
        from orderloop.tracking.jobs import register_listener
        from orderloop.ui import palette

        register(SECTION)
        mail.register(MAIL, "flow/mail/order_question.txt", question_contexts)
        mail.register(clocks.MAIL, "flow/mail/receipt.txt", receipt_contexts)
        mail.register(sending.MAIL, "flow/mail/exchange.txt", outgoing_contexts)
        outbox.register(exchanging.RECEIPTS, exchanging.do_receipts)
        outbox.register(exchanging.ANSWERS, exchanging.do_answers)
        outbox.register(sending.POST, web_posts.do_posts, waits=web_posts.WAITS, apart=True)
        register_listener(exchanging.ask_for_answers)
        register_line_words(confirming.line_words_for)
        jobs.register_pass("read_arrivals", read_arrivals)
        jobs.register_pass("try_lessons", try_lessons)
        jobs.register_pass("recognise_arrivals", recognise_arrivals, lane=jobs.RECOGNITION)
        outbox.register(robots.ROBOT, robots.do_robots, waits=robots.WAITS, apart=True)
        jobs.register_pass("post_documents", web_posts.post_documents, jobs.POSTS)
        jobs.register_pass("post_robots", robots.post_robots, jobs.POSTS)
        if settings.FAX_FOLDER:
            jobs.register_pass("take_faxes", take_faxes)
        _register_navigation()
        palette.register(_find_orders)


def _register_navigation() -> None:
    from django.utils.translation import gettext_lazy as _

    from orderloop.ui.navigation import Item, register

    for item in (
        Item("work", _("My work"), "work", "checklist", "work.view", key="w", count=_count_work, order=10),
        Item("inbox", _("Inbox"), "inbox", "inbox", "intake.view", key="i", count=_count_inbox, order=15),
        Item("reviews", _("Review"), "reviews", "shield-check", "review.view", key="r", count=_count_reviews, order=20),
        Item("order_new", _("New order"), "order_new", "plus", "orders.enter", key="n", order=30),
        Item(
            "shortages",
            _("Shortages"),
            "shortages",
            "alert-triangle",
            "shortages.view",
            key="s",
            count=_count_short,
            order=40,
        ),
        Item("orders", _("Orders"), "orders", "list-details", "orders.view", group="operations", key="o", order=10),
        Item(
            "warehouse",
            _("Pick and ship"),
            "warehouse",
            "package-export",
            "warehouse.view",
            group="operations",
            key="h",
            count=_count_warehouse,
            order=30,
        ),
        Item("partners", _("Partners"), "partners", "arrows-exchange", "customers.view", group="records", order=25),
        Item("stock", _("Stock"), "stock", "building-warehouse", "stock.view", group="operations", key="b", order=40),
    ):
        register(item)


def _count_work(request: HttpRequest) -> int:
    from orderloop.flow.pages import work

    return work.count_for(request)


def _count_reviews(request: HttpRequest) -> int:
    from orderloop.flow.pages import review

    return review.count_for(request)


def _count_inbox(request: HttpRequest) -> int:
    from orderloop.flow.pages import inbox

    return inbox.count_for(request)


def _count_warehouse(request: HttpRequest) -> int:
    from orderloop.flow.pages import warehouse

    return warehouse.count_for(request)


def _count_short(request: HttpRequest) -> int:
    from orderloop.flow.pages import shortages

    return shortages.count_for(request)


def _find_orders(request: HttpRequest, q: str) -> "list[Hit]":
    from django.urls import reverse

    from orderloop.flow.pages import words
    from orderloop.flow.queries import orders
    from orderloop.platform.permissions import may
    from orderloop.ui.palette import Hit

    if not may(request, "orders.view") or "\x00" in q:
        return []
    return [
        Hit(" · ".join(part for part in (number, po_number) if part), reverse("order_page", args=[number]),
            f"{customer} · {words.status_of(status)[1]}", "file-text")
        for _id, number, po_number, customer, status in orders.find(q)
    ]  # fmt: skip
