"""What watchers ask: is it there, can it serve, what waits."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from orderloop.platform import health, outbox
from orderloop.platform.models import IdempotencyKey

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def by_name(now=None):
    return {check.name: check.ok for check in health.readiness(now or datetime.now(UTC))}


def test_liveness_asks_nothing_of_the_database(client):
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.machine_clock
@pytest.mark.django_db
def test_a_healthy_process_is_ready_and_has_written_to_the_database(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {name for name, check in answer.json()["checks"].items() if check["ok"]} == {
        "database", "migrations", "outbox", "clock", "disk",
    }  # fmt: skip
    assert IdempotencyKey.objects.filter(scope="readyz").count() == 1


@pytest.mark.django_db
def test_it_is_not_ready_without_its_database(client, monkeypatch):
    def fail():
        raise OperationalError("password=secret host=db")

    monkeypatch.setattr(health, "_probe_database", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {"ok": False, "note": "OperationalError"}
    assert b"secret" not in answer.content


@pytest.mark.django_db
def test_it_is_not_ready_when_code_and_database_differ(monkeypatch):
    monkeypatch.setattr(health, "_known_migrations", lambda: frozenset({("orders", "9999_future")}))
    assert by_name()["migrations"] is False


@pytest.mark.django_db
def test_it_is_not_ready_when_effects_wait_too_long():
    now = datetime.now(UTC)
    outbox.put_effects([outbox.EffectNew("x", "strange", {})], at=now - health.OLDEST_EFFECT)
    assert by_name(now)["outbox"] is True
    assert by_name(now + timedelta(seconds=1))["outbox"] is False


@pytest.mark.django_db
def test_it_is_not_ready_when_clocks_differ():
    assert by_name(datetime.now(UTC) + timedelta(seconds=10))["clock"] is False


@pytest.mark.django_db
def test_it_is_not_ready_when_the_disk_is_full(monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_DISK", 1.01)
    assert by_name()["disk"] is False


@pytest.mark.django_db
def test_figures_are_read_when_they_are_asked_for(client, monkeypatch):
    monkeypatch.setattr(health, "_gauges", {})
    health.register_gauge(health.Gauge("things", "Things", lambda: {("red",): 3.0}, ("colour",)))
    outbox.put_effects([outbox.EffectNew("x", "strange", {})], at=datetime.now(UTC))
    text = client.get("/metrics").content.decode()
    assert 'orderloop_things{colour="red"} 3.0' in text
    assert 'orderloop_effects{kind="strange",state="waiting"} 1.0' in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "10.0.0.7", 403),
        ("", {"X-Forwarded-For": "203.0.113.5"}, "127.0.0.1", 403),
        ("t0ken", {}, "127.0.0.1", 403),
        ("t0ken", {"Authorization": "Bearer t0ken"}, "10.0.0.7", 200),
        ("t0ken", {"Authorization": "Bearer other"}, "10.0.0.7", 403),
    ],
)
def test_figures_are_for_this_machine_or_for_the_token(client, settings, token, headers, address, status):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status
