"""Who works at the demo's order desk. The posts are job titles of the record; the names are made up.

Everyone has the same password: `ORDERLOOP_DEMO_PASSWORD`, else the constant below, which is printed at every start and
is for trying things out on one's own machine only.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from orderloop.access.facts import PersonNew
from orderloop.customers.facts import CustomerFact
from orderloop.demo import records
from orderloop.foundation.money import round_money

PASSWORD_VARIABLE = "ORDERLOOP_DEMO_PASSWORD"
PASSWORD = "Try-the-desk-2026"
DOMAIN = "adventure-works.example"


@dataclass(frozen=True, slots=True)
class Post:
    """A member of staff: sign-in, invented name, roles, and the job title of the record that the post stands for."""

    username: str
    name: str
    roles: tuple[str, ...]
    title: str
    language: str = "zh-hans"


# What an employer pays beyond wages, as a share of them: insurance, leave, the place at the desk.
BESIDE_WAGES = Decimal("0.4")

POSTS = (
    Post("clerk", "林晓梅 Lin Xiaomei", ("clerk",), "Sales Representative"),
    Post("clerk2", "Tom Harper", ("clerk",), "Sales Representative", "en"),
    Post("credit", "周建国 Zhou Jianguo", ("credit_reviewer",), "Accounts Receivable Specialist"),
    Post("credit2", "Ruth Olsen", ("credit_reviewer",), "Accounts Manager", "en"),
    Post("planner", "陈思远 Chen Siyuan", ("planner",), "Master Scheduler"),
    Post("buyer", "吴婷 Wu Ting", ("buyer",), "Buyer"),
    Post("warehouse", "赵大勇 Zhao Dayong", ("warehouse",), "Shipping and Receiving Clerk"),
    Post("warehouse2", "Maria Santos", ("warehouse",), "Stocker", "en"),
    Post("service", "孙悦 Sun Yue", ("service",), "Marketing Specialist"),
    Post("manager", "郑海涛 Zheng Haitao", ("manager",), "North American Sales Manager"),
    Post("admin", "Alex Morgan", ("administrator",), "Network Administrator", "en"),
    Post("shop", "Web shop", ("integrator",), "Application Specialist", "en"),
)

# Three stores with recent orders have users of their own on the portal.
PORTAL_USERS: Mapping[str, str] = {"store1": "AW00000155", "store2": "AW00000149", "store3": "AW00000306"}


def hourly_costs() -> dict[str, Decimal]:
    """What an hour of each role at the desk costs, in US dollars: the wage of its first post and what comes beside it.

    An integrator is a program and costs nothing.
    """
    wages = records.wages()
    costs: dict[str, Decimal] = {}
    for post in POSTS:
        for role in post.roles:
            if role != "integrator":
                costs.setdefault(role, round_money(wages[post.title] * (1 + BESIDE_WAGES), "USD"))
    return costs


def password(environment: Mapping[str, str] = os.environ) -> str:
    """The password of every demo sign-in."""
    return environment.get(PASSWORD_VARIABLE) or PASSWORD


def desk(secret: str) -> list[PersonNew]:
    """The staff to be added."""
    return [
        PersonNew(post.username, post.name, post.roles, secret, f"{post.username}@{DOMAIN}", post.language)
        for post in POSTS
    ]


def portal_users(customers: Mapping[str, CustomerFact], secret: str) -> list[PersonNew]:
    """The stores' users to be added; `customers` by code."""
    return [
        PersonNew(
            username=user,
            display_name=customers[code].name,
            roles=("customer",),
            password=secret,
            email=f"{user}@{DOMAIN}",
            language=customers[code].language,
            customer_id=customers[code].customer_id,
        )
        for user, code in PORTAL_USERS.items()
    ]
