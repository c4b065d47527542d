"""What is looked at by the clock: figures against their targets, and all invariants each night."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from orderloop.metrics import services
from orderloop.metrics.queries import invariants
from orderloop.platform.jobs import register_nightly

register_nightly("invariants", invariants.faults)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="raise_alarms")
def raise_alarms(timestamp: int) -> int:
    """Put figures that miss their target on the manager's list; returns how many do."""
    return len(services.raise_alarms(at=datetime.fromtimestamp(timestamp, UTC)))
