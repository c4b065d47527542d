"""What is looked at by the clock: figures against their targets, and all invariants each night. Beside the clock, what
ended orders add to the figures is kept as the record stands."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from orderloop.metrics import services
from orderloop.metrics.queries import invariants
from orderloop.platform.jobs import register_nightly, register_pass

register_nightly("invariants", invariants.faults)
register_pass("measuring orders", lambda at: services.measure_orders())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="raise_alarms")
def raise_alarms(timestamp: int) -> int:
    """Put figures that miss their target on the manager's list; returns how many do."""
    return len(services.raise_alarms(at=datetime.fromtimestamp(timestamp, UTC)))
