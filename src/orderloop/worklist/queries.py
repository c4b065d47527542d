"""Reads of open work."""

from collections.abc import Collection

from orderloop.platform.bulk import fetch_all
from orderloop.worklist.facts import WorkFact

_ITEM = """id, kind, role, skill, subject_kind, subject_id, order_id, customer_id, title, reason, priority, since,
    due_at, taken_by_id, taken_at, sent_back_cause, data"""


def open_work(roles: Collection[str], *, person_id: int | None = None, limit: int = 200) -> list[WorkFact]:
    """Open work of the roles, what is due first first; with `person_id`, without what others have taken."""
    rows = fetch_all(
        f"""SELECT {_ITEM} FROM worklist_workitem WHERE done_at IS NULL AND role = ANY(%s)
        AND (%s::bigint IS NULL OR taken_by_id IS NULL OR taken_by_id = %s)
        ORDER BY taken_by_id IS NULL, due_at, priority DESC, id LIMIT %s""",
        [list(roles), person_id, person_id, limit],
    )
    return [WorkFact(*row) for row in rows]


def open_work_for(order_ids: Collection[int]) -> dict[int, list[WorkFact]]:
    """Open work about each order."""
    rows = fetch_all(
        f"SELECT {_ITEM} FROM worklist_workitem WHERE done_at IS NULL AND order_id = ANY(%s) ORDER BY order_id, id",
        [list(order_ids)],
    )
    result: dict[int, list[WorkFact]] = {}
    for row in rows:
        result.setdefault(row[6], []).append(WorkFact(*row))
    return result


def counts_by_role() -> dict[str, int]:
    """How much open work each role has."""
    return dict(fetch_all("SELECT role, count(*) FROM worklist_workitem WHERE done_at IS NULL GROUP BY role"))


def items_for(item_ids: Collection[int]) -> dict[int, WorkFact]:
    """Open work by id."""
    rows = fetch_all(f"SELECT {_ITEM} FROM worklist_workitem WHERE done_at IS NULL AND id = ANY(%s)", [list(item_ids)])
    return {row[0]: WorkFact(*row) for row in rows}
