"""Figures look at the orders of a period. Times grow with the place in the table, so a block range index finds them at
next to no cost when orders are written."""

from django.db import migrations

_INDEX = "CREATE INDEX {name} ON orders_order USING brin ({column}) WITH (pages_per_range = 32, autosummarize = on)"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.RunSQL(_INDEX.format(name=f"order_span_{column}", column=column), f"DROP INDEX order_span_{column}")
        for column in ("released_at", "delivered_at")
    ]
