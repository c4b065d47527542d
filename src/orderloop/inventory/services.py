"""The only writers of stock, moves and reservations. All compete under the locks of the stock rows, in order."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.inventory import queries, rules
from orderloop.inventory.facts import (
    Allocated,
    Consumption,
    Demand,
    Expected,
    InventoryPolicy,
    MoveNew,
    Replenishing,
    ReservationNew,
    StockFact,
    Supply,
    WarehouseRow,
)
from orderloop.platform.bulk import RowSet, columns_of, execute, fetch_all, next_ids

_RESERVATIONS = RowSet(
    "inventory_reservation",
    order_id="bigint", line_id="bigint", product_id="bigint", warehouse_id="bigint", wanted="numeric",
    reserved="numeric", needed_on="date", expected_on="date", priority="numeric", status="text", since="timestamptz",
)  # fmt: skip
_MOVES = RowSet(
    "inventory_move",
    product_id="bigint", warehouse_id="bigint", kind="text", quantity="numeric", at="timestamptz", reference="text",
    line_id="bigint", actor_name="text",
)  # fmt: skip
_RECEIPTS = RowSet(
    "inventory_receipt",
    id="bigint", product_id="bigint", warehouse_id="bigint", quantity="numeric", received="numeric",
    expected_on="date", source="text", created_at="timestamptz",
)  # fmt: skip
ZERO = Decimal(0)
# Added to no real priority: what is ranked behind it takes only what everybody else leaves.
BEHIND_ALL = Decimal(1_000_000)


def allocate_demands(
    demands: Sequence[Demand],
    stock: Sequence[StockFact],
    replenishing: Callable[[Collection[int]], Mapping[int, Replenishing]],
    policy: InventoryPolicy,
    *,
    today: date,
) -> list[Allocated]:
    """Decide who gets what of the `stock` the caller has locked, without writing: it reserves once lines have ids.

    Receipts that earlier shortages already count on are taken out first, so that no piece is promised twice.
    `replenishing` tells how long products take; it is asked only for those that are short.
    """
    product_ids = {demand.product_id for demand in demands}
    stock = [*stock, *_never_stocked(product_ids - {fact.product_id for fact in stock})]
    free: dict[int, Decimal] = defaultdict(lambda: ZERO)
    wanted: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for fact in stock:
        free[fact.product_id] += fact.free
    for demand in demands:
        wanted[demand.product_id] += demand.quantity
    scarce = {product_id for product_id in product_ids if wanted[product_id] > free[product_id]}
    supplies = _unpromised(queries.supplies_for(scarce), queries.waiting_for(scarce)) if scarce else []
    return rules.allocate(demands, stock, supplies, replenishing(scarce) if scarce else {}, policy, today=today)


def _never_stocked(product_ids: Collection[int]) -> list[StockFact]:
    """Products no warehouse ever had wait at the one preferred; without them their shortage would be seen nowhere."""
    if not product_ids:
        return []
    first = next(iter(queries.warehouses()), None)
    if first is None:
        raise LookupError("there is no active warehouse to reserve from")
    return [StockFact(product_id, first, ZERO, ZERO) for product_id in sorted(product_ids)]


def _unpromised(supplies: Sequence[Supply], waiting: Sequence[tuple[Demand, int, Decimal]]) -> list[Supply]:
    promised: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for demand, _, _ in waiting:
        promised[demand.product_id] += demand.quantity
    left = []
    for supply in sorted(supplies, key=lambda s: (s.product_id, s.on)):
        used = min(promised[supply.product_id], supply.quantity)
        promised[supply.product_id] -= used
        if supply.quantity > used:
            left.append(replace(supply, quantity=supply.quantity - used))
    return left


def reserve(reservations: Sequence[ReservationNew], *, at: datetime) -> None:
    """Write reservations and hold their stock. Callers hold the locks of the stock; a constraint guards the rest."""
    _RESERVATIONS.insert(
        [
            (r.order_id, r.line_id, r.product_id, r.warehouse_id, r.wanted, r.reserved, r.needed_on, r.expected_on,
             r.priority, "open", at)
            for r in reservations
        ]
    )  # fmt: skip
    held: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for r in reservations:
        if r.reserved:
            held[r.product_id, r.warehouse_id] += r.reserved
    _change_stock({place: (ZERO, quantity) for place, quantity in held.items()})


def _change_stock(changes: Mapping[tuple[int, int], tuple[Decimal, Decimal]]) -> None:
    """Add (on hand, reserved) to stock rows by one statement; the rows must exist."""
    if not changes:
        return
    rows = [(product, warehouse, *change) for (product, warehouse), change in sorted(changes.items())]
    touched = fetch_all(
        """UPDATE inventory_stock s SET on_hand = s.on_hand + c.on_hand, reserved = s.reserved + c.reserved
        FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[])
            AS c(product_id, warehouse_id, on_hand, reserved)
        WHERE s.product_id = c.product_id AND s.warehouse_id = c.warehouse_id RETURNING 1""",
        columns_of(rows, 4),
    )
    if len(touched) != len(rows):
        raise LookupError(f"{len(rows) - len(touched)} of {len(rows)} stock rows do not exist")


def lock_stock(product_ids: Collection[int]) -> None:
    """Take the stock rows' locks in the house's order, before anything that changes them."""
    queries.stock_for(product_ids, lock=True)


@transaction.atomic
def post_moves(moves: Sequence[MoveNew], *, at: datetime, actor: Actor) -> None:
    """Change stock on hand, each change with its move; stock rows are made where goods arrive for the first time.

    Taking out more than is free violates the stock's constraint and changes nothing.
    """
    changes: dict[tuple[int, int], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for move in moves:
        on_hand, reserved = changes[move.product_id, move.warehouse_id]
        changes[move.product_id, move.warehouse_id] = (on_hand + move.quantity, reserved)
    places = sorted(changes)
    execute(
        """INSERT INTO inventory_stock (product_id, warehouse_id, bin, on_hand, reserved)
        SELECT p.product_id, p.warehouse_id, '', 0, 0
        FROM unnest(%s::bigint[], %s::bigint[]) AS p(product_id, warehouse_id)
        ON CONFLICT (product_id, warehouse_id) DO NOTHING""",
        columns_of(places, 2),
    )
    lock_stock({product_id for product_id, _ in places})
    _change_stock(changes)
    _MOVES.insert(
        [(m.product_id, m.warehouse_id, m.kind, m.quantity, at, m.reference, m.line_id, actor.name) for m in moves]
    )


@transaction.atomic
def fill_waiting(product_ids: Collection[int], *, at: datetime) -> dict[int, Decimal]:
    """Give free stock to open demand that waits for it, by rank; answers how much each line gained."""
    stock = queries.stock_for(product_ids, lock=True)
    waiting = queries.waiting_for(product_ids)
    by_line = {(demand.line_key, demand.product_id): (reservation_id, held) for demand, reservation_id, held in waiting}
    allocated = rules.allocate(
        [demand for demand, _, _ in waiting], stock, [], {}, InventoryPolicy(promise_uncovered=False), today=date.min
    )
    gained: dict[int, Decimal] = {}
    held: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    main_place = dict(fetch_all("SELECT id, warehouse_id FROM inventory_reservation WHERE id = ANY(%s)",
                                [[reservation_id for _, reservation_id, _ in waiting]]))  # fmt: skip
    elsewhere: list[tuple[int, int, Decimal]] = []
    here: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for outcome in allocated:
        reservation_id, _ = by_line[outcome.line_key, outcome.product_id]
        for share in outcome.shares:
            if not share.reserved:
                continue
            gained[outcome.line_key] = gained.get(outcome.line_key, ZERO) + share.reserved
            held[outcome.product_id, share.warehouse_id] += share.reserved
            if share.warehouse_id == main_place[reservation_id]:
                here[reservation_id] += share.reserved
            else:
                elsewhere.append((reservation_id, share.warehouse_id, share.reserved))
    _grow_reservations(here)
    _reserve_elsewhere(elsewhere, at)
    _change_stock({place: (ZERO, quantity) for place, quantity in held.items()})
    return gained


def _grow_reservations(gains: Mapping[int, Decimal]) -> None:
    if gains:
        execute(
            """UPDATE inventory_reservation r SET reserved = r.reserved + g.quantity
            FROM unnest(%s::bigint[], %s::numeric[]) AS g(id, quantity) WHERE r.id = g.id""",
            [list(gains), list(gains.values())],
        )


def _reserve_elsewhere(gains: Sequence[tuple[int, int, Decimal]], at: datetime) -> None:
    """The gained part moves to a reservation at the warehouse that has the goods."""
    if not gains:
        return
    columns = columns_of(gains, 3)
    execute(
        """INSERT INTO inventory_reservation
            (order_id, line_id, product_id, warehouse_id, wanted, reserved, needed_on, expected_on, priority, status,
             since)
        SELECT r.order_id, r.line_id, r.product_id, g.warehouse_id, g.quantity, g.quantity, r.needed_on, NULL,
            r.priority, 'open', %s
        FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[]) AS g(id, warehouse_id, quantity)
        JOIN inventory_reservation r ON r.id = g.id
        ON CONFLICT (line_id, warehouse_id) WHERE status = 'open'
        DO UPDATE SET wanted = inventory_reservation.wanted + excluded.wanted,
            reserved = inventory_reservation.reserved + excluded.reserved""",
        [at, *columns],
    )
    execute(
        """UPDATE inventory_reservation r SET wanted = r.wanted - g.quantity,
            status = CASE WHEN r.wanted = g.quantity THEN 'released' ELSE r.status END,
            ended_at = CASE WHEN r.wanted = g.quantity THEN %s END
        FROM (SELECT id, sum(quantity) AS quantity
              FROM unnest(%s::bigint[], %s::numeric[]) AS g(id, quantity) GROUP BY id) g
        WHERE r.id = g.id""",
        [at, columns[0], columns[2]],
    )


def consume(goods: Sequence[Consumption], *, at: datetime, actor: Actor, reference: str = "") -> None:
    """Reserved goods leave: stock and reservations fall by the same pieces, each with its move.

    More than is reserved violates a constraint and changes nothing.
    """
    _lock_stock_behind("line_id", [g.line_id for g in goods])
    rows = fetch_all(
        """UPDATE inventory_reservation r SET wanted = r.wanted - c.quantity, reserved = r.reserved - c.quantity,
            status = CASE WHEN r.wanted = c.quantity THEN 'consumed' ELSE r.status END,
            ended_at = CASE WHEN r.wanted = c.quantity THEN %s END
        FROM (SELECT line_id, warehouse_id, sum(quantity) AS quantity
              FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[]) AS c(line_id, warehouse_id, quantity)
              GROUP BY 1, 2) c
        WHERE r.line_id = c.line_id AND r.warehouse_id = c.warehouse_id AND r.status = 'open'
        RETURNING r.product_id, r.warehouse_id, r.line_id, c.quantity""",
        [at, *columns_of([(g.line_id, g.warehouse_id, g.quantity) for g in goods], 3)],
    )
    if len(rows) != len({(g.line_id, g.warehouse_id) for g in goods}):
        raise LookupError("goods leave for which nothing is reserved")
    changes: dict[tuple[int, int], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for product_id, warehouse_id, _, quantity in rows:
        on_hand, reserved = changes[product_id, warehouse_id]
        changes[product_id, warehouse_id] = (on_hand - quantity, reserved - quantity)
    _change_stock(changes)
    papers = {(g.line_id, g.warehouse_id): g.reference or reference for g in goods}
    _MOVES.insert(
        [(row[0], row[1], "shipment", -row[3], at, papers[row[2], row[1]], row[2], actor.name) for row in rows]
    )


def _lock_stock_behind(column: str, ids: Collection[int]) -> None:
    """Stock before reservations, as everywhere: who gives out stock holds its rows before touching a reservation."""
    reserved = fetch_all(
        f"SELECT DISTINCT product_id FROM inventory_reservation WHERE {column} = ANY(%s) AND status = 'open'",
        [list(ids)],
    )
    lock_stock({row[0] for row in reserved})


def release_reservations(order_ids: Collection[int], *, at: datetime) -> set[int]:
    """Give back what the orders hold; answers the products that became free for others."""
    _lock_stock_behind("order_id", order_ids)
    rows = fetch_all(
        """UPDATE inventory_reservation SET status = 'released', ended_at = %s
        WHERE order_id = ANY(%s) AND status = 'open' RETURNING product_id, warehouse_id, reserved""",
        [at, list(order_ids)],
    )
    changes: dict[tuple[int, int], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for product_id, warehouse_id, reserved in rows:
        changes[product_id, warehouse_id] = (ZERO, changes[product_id, warehouse_id][1] - reserved)
    _change_stock({place: change for place, change in changes.items() if change[1]})
    return {row[0] for row in rows}


def rank_reservations(priorities: Mapping[int, Decimal]) -> None:
    """Carry orders' new priorities to what they still wait for."""
    execute(
        """UPDATE inventory_reservation r SET priority = p.priority
        FROM unnest(%s::bigint[], %s::numeric[]) AS p(id, priority)
        WHERE r.order_id = p.id AND r.status = 'open' AND r.priority <> p.priority""",
        [list(priorities), list(priorities.values())],
    )


def save_warehouses(rows: Sequence[WarehouseRow]) -> dict[str, int]:
    """Save warehouses under their codes, the one preferred first; answers their ids by code."""
    saved = fetch_all(
        """INSERT INTO inventory_warehouse (code, name, position, is_active)
        SELECT w.code, w.name, w.position, true
        FROM unnest(%s::text[], %s::text[], %s::int[]) AS w(code, name, position)
        ON CONFLICT (code) DO UPDATE SET name = excluded.name, position = excluded.position
        RETURNING code, id""",
        columns_of([(row.code, row.name, row.position) for row in rows], 3),
    )
    return dict(saved)


def place_goods(bins: Mapping[tuple[int, int], str]) -> None:
    """Note in which bin of a warehouse a product lies, by (product, warehouse); pickers go by it."""
    execute(
        """UPDATE inventory_stock s SET bin = b.bin
        FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS b(product_id, warehouse_id, bin)
        WHERE s.product_id = b.product_id AND s.warehouse_id = b.warehouse_id""",
        columns_of([(*place, bin_name) for place, bin_name in sorted(bins.items())], 3),
    )


def expect_goods(goods: Sequence[Expected], *, at: datetime) -> list[int]:
    """Note goods that are to come from production or a supplier; answers the receipts' ids in the order given."""
    if not goods:
        return []
    ids = next_ids(inventory_receipt=len(goods))["inventory_receipt"]
    _RECEIPTS.insert(
        [(i, g.product_id, g.warehouse_id, g.quantity, 0, g.on, g.source, at) for i, g in zip(ids, goods, strict=True)]
    )
    return ids


@transaction.atomic
def book_receipts(quantities: Mapping[int, Decimal], *, at: datetime, actor: Actor) -> set[int]:
    """Goods of expected receipts (by id) have come: stock rises, each with its move, and a receipt that is complete is
    closed. Answers the products that came; more than was expected violates a constraint and changes nothing.
    """
    rows = fetch_all(
        """UPDATE inventory_receipt r SET received = r.received + q.quantity,
            closed_at = CASE WHEN r.received + q.quantity = r.quantity THEN %s END
        FROM unnest(%s::bigint[], %s::numeric[]) AS q(id, quantity) WHERE r.id = q.id AND r.closed_at IS NULL
        RETURNING r.id, r.product_id, r.warehouse_id, q.quantity, r.source""",
        [at, *columns_of(sorted(quantities.items()), 2)],
    )
    if len(rows) != len(quantities):
        raise LookupError("goods come for which no open receipt stands")
    moves = [MoveNew(row[1], row[2], "receipt", row[3], row[4] or f"receipt {row[0]}") for row in sorted(rows)]
    post_moves(moves, at=at, actor=actor)
    return {row[1] for row in rows}
