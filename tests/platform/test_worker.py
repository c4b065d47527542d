"""The worker does what is due, takes up what a dead worker left, and stops when asked."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from orderloop.platform import idempotency, jobs, mail, outbox
from orderloop.platform.models import Effect, IdempotencyKey, OutgoingMail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.machine_clock]


@pytest.fixture(autouse=True)
def no_jobs(transactional_db):
    """The tables of jobs are not emptied between tests by themselves."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE")


def database_url() -> str:
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'], safe='')}"
    return f"postgresql://{who}@{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}/{given['NAME']}"


def start_worker() -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATABASE_URL": database_url(), "ORDERLOOP_SECRET_KEY": settings.SECRET_KEY}
    environment.pop("DATABASE_OWNER_URL", None)
    return subprocess.Popen(
        [sys.executable, "-m", "orderloop.entrypoints.worker"], env=environment, stderr=subprocess.PIPE
    )


def wait_for(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def worker():
    process = start_worker()
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def run_stalled_reaper() -> int:
    async def run():
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
            async with worker_app.open_async():
                context = type("Context", (), {"app": worker_app})()
                return await jobs.revive_stalled_jobs.func(context, 0)

    # In a thread of its own: the browser tests leave their event loop running in the main one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


def job_of_a_dead_worker(attempts):
    """A job as a worker leaves it that is killed while doing it."""
    job_id = jobs.run_nightly_checks.configure(queue="nobody").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        (worker_id,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [worker_id, attempts, job_id],
        )
    return job_id


def test_the_worker_does_effects_as_they_come_and_stops_when_asked(worker):
    at = datetime.now(UTC) - timedelta(seconds=5)
    outbox.put_effects([outbox.EffectNew("first", "mail", {"mail": "unheard of", "to": "a@b.example"})], at=at)
    assert wait_for(lambda: Effect.objects.get(key="first").attempts == 1)
    assert wait_for(lambda: "unheard of" in Effect.objects.get(key="first").error)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0


def test_a_killed_worker_leaves_nothing_undone(worker):
    worker_started = datetime.now(UTC) - timedelta(seconds=5)
    outbox.put_effects(
        [outbox.EffectNew("first", "mail", {"mail": "unheard of", "to": "a@b.example"})], at=worker_started
    )
    assert wait_for(lambda: Effect.objects.get(key="first").attempts == 1)
    worker.kill()
    worker.wait()
    Effect.objects.update(next_at=worker_started)
    second = start_worker()
    try:
        assert wait_for(lambda: Effect.objects.get(key="first").attempts == 2)
    finally:
        second.terminate()
        second.communicate(timeout=15)


def test_a_job_of_a_dead_worker_is_tried_again():
    job_id = job_of_a_dead_worker(attempts=1)
    assert run_stalled_reaper() == 1
    assert ProcrastinateJob.objects.get(id=job_id).status == "todo"
    assert run_stalled_reaper() == 0


def test_work_that_was_asked_for_again_meanwhile_is_not_taken_up_twice():
    first, second = job_of_a_dead_worker(attempts=1), job_of_a_dead_worker(attempts=1)
    assert run_stalled_reaper() == 2
    left = list(ProcrastinateJob.objects.filter(id__in=[first, second]).values_list("status", flat=True))
    assert left == ["todo"]
    assert run_stalled_reaper() == 0


def test_a_job_that_killed_five_workers_is_failed():
    job_id = job_of_a_dead_worker(attempts=jobs.JOB_ATTEMPTS)
    assert run_stalled_reaper() == 1
    assert ProcrastinateJob.objects.get(id=job_id).status == "failed"


def test_old_answers_and_done_effects_are_forgotten_and_the_rest_is_kept():
    at = datetime(2026, 3, 2, tzinfo=UTC)
    idempotency.keep_answers([idempotency.Answer("t", "old", b"0" * 32, 200, "")], at=at - timedelta(days=8))
    idempotency.keep_answers([idempotency.Answer("t", "new", b"0" * 32, 200, "")], at=at - timedelta(days=6))
    outbox.put_effects([outbox.EffectNew("open", "strange", {})], at=at - timedelta(days=90))
    jobs.forget_what_is_old.func(int(at.timestamp()))
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
    assert list(Effect.objects.values_list("key", flat=True)) == ["open"]


def test_nightly_checks_count_and_log_every_fault(monkeypatch, caplog):
    monkeypatch.setattr(jobs, "_nightly", {})
    jobs.register_nightly("stock", lambda: ["product 3: 5 on hand, moves say 4"])
    jobs.register_nightly("money", lambda: [])
    with caplog.at_level("ERROR", logger=jobs.logger.name):
        assert jobs.run_nightly_checks.func(0) == 1
    assert "product 3: 5 on hand, moves say 4" in caplog.text


def test_every_periodic_job_is_known_to_the_worker():
    periodic = {task.task.name.rpartition(".")[2] for task in app.periodic_registry.periodic_tasks.values()}
    assert {"revive_stalled_jobs", "forget_what_is_old", "run_nightly_checks"} <= periodic


def test_mail_kinds_are_done_by_the_outbox():
    assert outbox._kinds.handlers[mail.KIND] is mail.send_mails
    assert OutgoingMail.objects.count() == 0
