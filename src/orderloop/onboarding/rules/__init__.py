"""What a mapping file means, and what a row of theirs becomes. Nothing here knows any particular company."""

from orderloop.onboarding.rules.mapping import MappingFault, mapping_from
from orderloop.onboarding.rules.past import opening_stock, past_orders, reference_faults
from orderloop.onboarding.rules.rows import records_from

__all__ = ["MappingFault", "mapping_from", "opening_stock", "past_orders", "records_from", "reference_faults"]
