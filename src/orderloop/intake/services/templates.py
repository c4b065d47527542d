"""Order templates: what a customer orders again and again, kept under a name of his own."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake.facts import OrderTemplateNew
from orderloop.platform.bulk import dumped, fetch_all

NAME_LENGTH = 80
MOST_TEMPLATES = 200
_KEPT_OF_LINE = ("item", "quantity", "unit")


@transaction.atomic
def keep_templates(templates: Sequence[OrderTemplateNew], *, at: datetime, actor: Actor) -> Outcomes[int, int]:
    """Keep templates; one of the same customer under the same name, in whatever case, is replaced. Each yields its id.

    Ids are places in the sequence. Refused: `template.name_missing`, `template.empty`, `template.too_many`.
    """
    counts = _counts({each.customer_id for each in templates})
    refused = {n: why for n, each in enumerate(templates) if (why := _fault(each, counts.get(each.customer_id, 0)))}
    done: list[Done[int, int]] = []
    for n, each in enumerate(templates):
        if n in refused:
            continue
        row = fetch_all(
            """INSERT INTO intake_ordertemplate (customer_id, name, body, kept_by, kept_at)
               VALUES (%s, %s, %s::jsonb, %s, %s)
               ON CONFLICT (customer_id, lower(name)) WHERE removed_at IS NULL
                   DO UPDATE SET name = excluded.name, body = excluded.body, kept_by = excluded.kept_by,
                       kept_at = excluded.kept_at
               RETURNING id""",
            [each.customer_id, _name(each.name), dumped(template_body(each.body)), actor.name[:120], at],
        )[0]
        done.append(Done(n, row[0]))
    return Outcomes.of(range(len(templates)), done=done, refused=[Refused(n, (why,)) for n, why in refused.items()])


def remove_templates(template_ids: Collection[int], *, customer_id: int, at: datetime) -> Outcomes[int, None]:
    """Take a customer's templates out of his list. Stale: not his, or removed already."""
    return _marked(
        "UPDATE intake_ordertemplate SET removed_at = %s WHERE id = ANY(%s::bigint[]) AND customer_id = %s"
        " AND removed_at IS NULL RETURNING id",
        [at, sorted(template_ids), customer_id],
        template_ids,
    )


def restore_templates(template_ids: Collection[int], *, customer_id: int) -> Outcomes[int, None]:
    """Put removed templates of a customer back. Stale: not his, not removed, or another has the name by now."""
    return _marked(
        """UPDATE intake_ordertemplate t SET removed_at = NULL WHERE id = ANY(%s::bigint[]) AND customer_id = %s
           AND removed_at IS NOT NULL AND NOT EXISTS (SELECT FROM intake_ordertemplate o
               WHERE o.customer_id = t.customer_id AND lower(o.name) = lower(t.name) AND o.removed_at IS NULL)
           RETURNING id""",
        [sorted(template_ids), customer_id],
        template_ids,
    )


def template_body(body: object) -> dict[str, object]:
    """Of an order's document what a template keeps: address, note, and item, quantity and unit of each line."""
    given = dict(body) if isinstance(body, dict) else {}
    lines = [
        {name: line[name] for name in _KEPT_OF_LINE if line.get(name)}
        for line in given.get("lines", ())
        if line.get("item")
    ]
    header = {name: value for name, value in given.items() if name in ("ship_to", "note") and value}
    return {**header, "lines": lines}


def _marked(statement: str, parameters: list[object], template_ids: Collection[int]) -> Outcomes[int, None]:
    done = {row[0] for row in fetch_all(statement, parameters)}
    return Outcomes.of(
        list(template_ids),
        done=[Done(i, None) for i in template_ids if i in done],
        stale=[Stale(i) for i in template_ids if i not in done],
    )


def _counts(customer_ids: Collection[int]) -> dict[int, int]:
    return dict(
        fetch_all(
            """SELECT customer_id, count(*) FROM intake_ordertemplate
               WHERE customer_id = ANY(%s::bigint[]) AND removed_at IS NULL GROUP BY customer_id""",
            [sorted(customer_ids)],
        )
    )


def _fault(template: OrderTemplateNew, count: int) -> Reason | None:
    if not _name(template.name):
        return Reason("template.name_missing", "name")
    if not template_body(template.body)["lines"]:
        return Reason("template.empty", "lines")
    return Reason("template.too_many", "name", {"most": MOST_TEMPLATES}) if count >= MOST_TEMPLATES else None


def _name(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())[:NAME_LENGTH].strip()
