"""The only state table of an order. Opening an order counts as the move into its first state."""

from orderloop.foundation.state_table import StateTable
from orderloop.orders.facts import OrderStatus as S

ORDER = StateTable(
    initial=S.IN_REVIEW,
    moves={
        (S.IN_REVIEW, S.CONFIRMED),
        (S.IN_REVIEW, S.REJECTED),
        (S.IN_REVIEW, S.CANCELLED),
        (S.CONFIRMED, S.IN_REVIEW),
        (S.CONFIRMED, S.RELEASED),
        (S.CONFIRMED, S.CANCELLED),
        (S.RELEASED, S.CONFIRMED),
        (S.RELEASED, S.PART_SHIPPED),
        (S.RELEASED, S.SHIPPED),
        (S.RELEASED, S.CANCELLED),
        (S.PART_SHIPPED, S.SHIPPED),
        (S.SHIPPED, S.DELIVERED),
    },
    final={S.DELIVERED, S.REJECTED, S.CANCELLED},
)
