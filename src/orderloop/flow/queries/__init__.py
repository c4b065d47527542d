"""Reads of the process record, and of what the desk's pages show of several capabilities at once."""

from orderloop.flow.queries.ranking import orders_ahead
from orderloop.flow.queries.record import late_stages, record_for, stages_for, waiting_orders

__all__ = ["late_stages", "orders_ahead", "record_for", "stages_for", "waiting_orders"]
