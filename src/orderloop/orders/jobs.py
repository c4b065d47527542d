"""What is done by the clock: histories are sealed each night, before the nightly checks look at them."""

import logging
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from orderloop.orders import services
from orderloop.platform.jobs import SOON_AGAIN

logger = logging.getLogger(__name__)
# A portion that holds no statement open for long.
ORDERS_AT_A_TIME = 5_000


@app.periodic(cron="27 3 * * *")
@app.task(queueing_lock="seal_histories", retry=SOON_AGAIN)
def seal_histories(timestamp: int) -> int:
    """Seal the histories of all orders that have moved. Each portion's digest goes to the log, which is kept elsewhere:
    whoever rewrites history and seals alike still cannot make them yield the digest that was logged."""
    at, sealed = datetime.fromtimestamp(timestamp, UTC), 0
    while True:
        orders, digest = services.seal_histories(at=at, most=ORDERS_AT_A_TIME)
        if not orders:
            return sealed
        sealed += orders
        logger.info("histories of %s orders sealed at %s: %s", orders, at.isoformat(), digest)
