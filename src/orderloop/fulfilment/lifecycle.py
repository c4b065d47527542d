"""The only state table of a shipment."""

from orderloop.foundation.state_table import StateTable
from orderloop.fulfilment.facts import IN_HOUSE
from orderloop.fulfilment.facts import ShipmentStatus as S

SHIPMENT = StateTable(
    initial=S.PICKING,
    moves={
        "pick": ((S.PICKING,), S.PICKED),
        "pack": ((S.PICKED,), S.PACKED),
        "ship": ((S.PACKED,), S.SHIPPED),
        "deliver": ((S.SHIPPED,), S.DELIVERED),
        "cancel": (IN_HOUSE, S.CANCELLED),
    },
    final={S.DELIVERED, S.CANCELLED},
)
