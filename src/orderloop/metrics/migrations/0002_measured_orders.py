"""What each ended order adds to the figures is kept beside the record, and reckoned anew whenever the record changes.

`metrics_changed` is the list of orders to reckon: triggers write it in the transaction of the change itself, so that
whoever reads sees a change and the mark that distrusts what was kept at the same moment. The function works with its
owner's rights, because a customer changing his order may not write here.
"""

from django.db import migrations

_FLAGS = "{} smallint".format
_TABLES = {
    "delivered": ["hours float8", *map(_FLAGS, ("on_time_first", "on_time_promised", "on_time_requested",
        "on_time_at_all", "in_full", "condition", "documents"))],
    "received": ["minutes float8", "touchless smallint"],
    "lines": [*map(_FLAGS, ("on_time_first", "on_time_promised", "on_time_requested"))],
    "errors": [*map(_FLAGS, ("erroneous", "right_at_once", "correction", "rework", "sent_back", "short_pick",
        "misbilled", "revised"))],
    "costs": ["cost numeric", "minutes numeric", "lines integer"],
}  # fmt: skip

_CHANGED = """
CREATE TABLE metrics_changed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL);
CREATE TABLE metrics_measured (order_id bigint PRIMARY KEY);
CREATE TABLE metrics_basis (is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), basis text NOT NULL);
CREATE FUNCTION metrics_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO metrics_changed (order_id) SELECT OLD.order_id WHERE OLD.order_id IS NOT NULL;
    ELSE
        INSERT INTO metrics_changed (order_id) SELECT NEW.order_id WHERE NEW.order_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION metrics_note_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO metrics_changed (order_id) VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END);
    RETURN NULL;
END $$;
CREATE FUNCTION metrics_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM metrics_delivered; DELETE FROM metrics_received; DELETE FROM metrics_lines; DELETE FROM metrics_errors;
    DELETE FROM metrics_costs; DELETE FROM metrics_measured; DELETE FROM metrics_changed; DELETE FROM metrics_basis;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_forget AFTER TRUNCATE ON orders_order FOR EACH STATEMENT EXECUTE FUNCTION metrics_forget();
CREATE FUNCTION metrics_note_shipped() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO metrics_changed (order_id) SELECT order_id FROM fulfilment_shipment WHERE id = NEW.shipment_id;
    RETURN NULL;
END $$;
CREATE FUNCTION metrics_note_asked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO metrics_changed (order_id)
    SELECT order_id FROM intake_draft WHERE id = NEW.draft_id AND order_id IS NOT NULL;
    RETURN NULL;
END $$;
"""
_UNCHANGED = """
DROP FUNCTION metrics_forget() CASCADE;
DROP FUNCTION metrics_note_change() CASCADE;
DROP FUNCTION metrics_note_order() CASCADE;
DROP FUNCTION metrics_note_shipped() CASCADE;
DROP FUNCTION metrics_note_asked() CASCADE;
DROP TABLE metrics_changed, metrics_measured, metrics_basis;
"""
# (table, event, condition, function). New orders are not ended and what is written with them needs no mark: the rows
# of their first moment (lines, history, stages, work) are not looked at here.
_TRIGGERS = (
    ("orders_order", "INSERT", "NEW.closed_at IS NOT NULL", "order"),
    ("orders_order", "DELETE", "OLD.closed_at IS NOT NULL", "order"),
    ("orders_order", "UPDATE", "OLD.closed_at IS NOT NULL OR NEW.closed_at IS NOT NULL", "order"),
    ("orders_line", "UPDATE OR DELETE", "", "change"),
    ("orders_event", "INSERT", "NEW.n > 1 AND (NEW.actor_kind = 'person' OR (NEW.status_before, NEW.status_after) IN"
        " (('confirmed', 'in_review'), ('released', 'confirmed')))", "change"),
    ("flow_stagerecord", "INSERT", "NEW.round > 1", "change"),
    ("flow_stagerecord", "UPDATE OR DELETE", "", "change"),
    ("worklist_workitem", "INSERT", "NEW.sent_back_cause <> ''", "change"),
    ("worklist_workitem", "UPDATE", "NEW.sent_back_cause IS DISTINCT FROM OLD.sent_back_cause", "change"),
    ("fulfilment_shipment", "INSERT OR UPDATE OR DELETE", "", "change"),
    ("fulfilment_shipmentline", "INSERT OR UPDATE", "", "shipped"),
    ("customers_invoice", "INSERT OR UPDATE OR DELETE", "", "change"),
    ("tracking_notice", "INSERT", "NEW.event IN ('received', 'confirmed')", "change"),
    ("intake_draft", "INSERT OR UPDATE", "NEW.order_id IS NOT NULL", "change"),
    ("intake_question", "INSERT", "", "asked"),
)  # fmt: skip


def _create(name: str, columns: list[str]) -> migrations.RunSQL:
    key = "" if name == "lines" else " PRIMARY KEY"
    indexes = f"CREATE INDEX metrics_{name}_at ON metrics_{name} USING brin (at) WITH (pages_per_range = 32);"
    if not key:
        indexes += f"CREATE INDEX metrics_{name}_order ON metrics_{name} (order_id);"
    table = f"CREATE TABLE metrics_{name} (order_id bigint NOT NULL{key}, at timestamptz NOT NULL, {', '.join(columns)});"
    return migrations.RunSQL(table + indexes, f"DROP TABLE metrics_{name}")


def _watch(number: int, table: str, event: str, condition: str, function: str) -> migrations.RunSQL:
    when = f"WHEN ({condition})" if condition else ""
    name = f"metrics_change_{number}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION metrics_note_{function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0001_time_indexes"),
        ("customers", "0001_initial"),
        ("flow", "0001_initial"),
        ("fulfilment", "0001_initial"),
        ("intake", "0001_initial"),
        ("orders", "0001_initial"),
        ("tracking", "0001_initial"),
        ("worklist", "0001_initial"),
    ]
    operations = [
        *(_create(name, columns) for name, columns in _TABLES.items()),
        migrations.RunSQL(_CHANGED, _UNCHANGED),
        *(_watch(number, *trigger) for number, trigger in enumerate(_TRIGGERS, 1)),
    ]
