"""What the worker does by itself: the outbox without pause, the rest by the clock."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from orderloop.platform import idempotency, outbox

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
BATCH = 200
STALLED_SECONDS = 30
JOB_ATTEMPTS = 5
# For what comes once a night: a database that is away at that moment must not cost a day.
SOON_AGAIN = RetryStrategy(max_attempts=JOB_ATTEMPTS, exponential_wait=5)
KEEP_ANSWERS = timedelta(days=7)
KEEP_DONE_EFFECTS = timedelta(days=30)
LONGEST_PAUSE = 30.0

NightlyCheck = Callable[[], Sequence[str]]
_nightly: dict[str, NightlyCheck] = {}
# What is told the time, works a portion, and says how much it did.
Pass = Callable[[datetime], int]
# Lanes of passes: each is worked by a process or thread of its own, so that what takes long holds up nothing else.
USUAL, RECOGNITION, POSTS = "usual", "recognition", "posts"
_lanes: dict[str, dict[str, Pass]] = {USUAL: {}, RECOGNITION: {}, POSTS: {}}


def register_nightly(name: str, check: NightlyCheck) -> None:
    """Have `check` run each night; every fault it returns is logged as an error under `name`."""
    _nightly[name] = check


def drain_until(stopped: threading.Event) -> None:
    """Do effects as they come due until `stopped`; wait longer, up to half a minute, while the database is away."""
    pause = POLL_SECONDS
    while not stopped.wait(pause):
        try:
            close_old_connections()
            outbox.drain(datetime.now(UTC), BATCH)
            pause = POLL_SECONDS
        except DatabaseError as error:
            pause = min(pause * 2, LONGEST_PAUSE)
            logger.warning("outbox waits for the database: %s", error)
        except Exception:
            pause = min(pause * 2, LONGEST_PAUSE)
            logger.exception("outbox pass failed")


def register_pass(name: str, work: Pass, lane: str = USUAL) -> None:
    """Have `work` done again and again beside the jobs, at once while it finds something to do, else every second."""
    _lanes[lane][name] = work


def work_until(stopped: threading.Event, lane: str = USUAL) -> None:
    """Do every pass of a lane until `stopped`; one that fails waits longer, up to half a minute, and holds up none."""
    passes = _lanes[lane]
    pauses = dict.fromkeys(passes, 0.0)
    due = dict.fromkeys(passes, 0.0)
    busy = False
    while not stopped.wait(0.0 if busy else POLL_SECONDS):
        busy = False
        for name, work in passes.items():
            if time.monotonic() < due[name]:
                continue
            try:
                close_old_connections()
                busy |= work(datetime.now(UTC)) > 0
                pauses[name] = 0.0
            except Exception as error:
                pauses[name] = min(max(pauses[name] * 2, POLL_SECONDS), LONGEST_PAUSE)
                due[name] = time.monotonic() + pauses[name]
                if isinstance(error, DatabaseError):
                    logger.warning("%s waits for the database: %s", name, error)
                else:
                    logger.exception("%s failed", name)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="revive_stalled_jobs", pass_context=True)
async def revive_stalled_jobs(context: JobContext, timestamp: int) -> int:
    """Give jobs whose worker died another try; one that has killed five workers is failed. Returns how many stalled."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        if job.attempts < JOB_ATTEMPTS:
            await _take_up(manager, job)
        else:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        logger.warning("job %s of a dead worker taken up", job.id)
    return len(stalled)


async def _take_up(manager: JobManager, job: Job) -> None:
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        # The clock has asked for the same work again meanwhile: that does it.
        await manager.finish_job(job, Status.ABORTED, delete_job=True)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget_what_is_old", retry=SOON_AGAIN)
def forget_what_is_old(timestamp: int) -> None:
    """Delete answers and done effects whose time is over, in portions that hold no lock for long."""
    now = datetime.fromtimestamp(timestamp, UTC)
    while idempotency.delete_answers(now - KEEP_ANSWERS):
        continue
    while outbox.delete_done_effects(now - KEEP_DONE_EFFECTS):
        continue


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="run_nightly_checks", retry=SOON_AGAIN)
def run_nightly_checks(timestamp: int) -> int:
    """Run every registered check; returns how many faults they found."""
    faults = [(name, fault) for name, check in _nightly.items() for fault in check()]
    for name, fault in faults:
        logger.error("nightly check %s: %s", name, fault)
    return len(faults)
