"""Makes, in the installation the environment names, what the fault tests sell: run as a program, it prints JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.installations import Installation

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, PRODUCTS = 6, 12


def make_customers_in(installation: Installation) -> dict[str, Any]:
    """Run this file in an installation; the codes it made and the token."""
    cluster = installation.cluster
    was_running = cluster.status() == "running"
    cluster.ensure_running()
    environment = {**installation.environment(), "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "tests.faults.shop"]
    ended = subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    if not was_running:
        cluster.stop()
    assert ended.returncode == 0, ended.stderr
    made: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return made


def main() -> None:
    """Make customers, products with stock enough, and a token; print their codes and the token's secret."""
    os.environ["ORDERLOOP_DATABASE_ROLE"] = "owner"
    os.environ["DJANGO_SETTINGS_MODULE"] = "orderloop.entrypoints.settings"
    os.environ.setdefault("ORDERLOOP_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    from datetime import UTC, datetime

    from tests.makers import a_customer, a_product

    from orderloop.access.facts import PersonNew, TokenNew
    from orderloop.access.services import add_people, issue_tokens
    from orderloop.foundation.actor import SYSTEM

    at = datetime.now(UTC)
    customers = [a_customer(f"FAULT-{n}", credit="1000000000000").code for n in range(CUSTOMERS)]
    items = [a_product(f"PART-{n:02d}", price="3", cost="2", stock=50_000_000).sku for n in range(PRODUCTS)]
    person = PersonNew("shop", "Shop", ("integrator",), "a password nobody uses", "shop@shop.example")
    person_id = add_people([person], at=at, actor=SYSTEM).values["shop"]
    scopes = ("orders:read", "orders:write")
    token = issue_tokens([TokenNew("shop", person_id, scopes)], at=at, actor=SYSTEM).values["shop"]
    print(json.dumps({"customers": customers, "items": items, "token": token}))


if __name__ == "__main__":
    main()
