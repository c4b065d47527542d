"""What is sold: products, units and packs, prices, and the codes customers use for them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q

# How a code is compared when it was written a little differently, and when it was read off a bad page; the functions
# are made by a migration and are the same as `rules.code_key` and `rules.code_skeleton`.
_KEY, _SKELETON = "catalog_code_key", "catalog_code_skeleton"


class ProductLine(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True, default="")


class Product(models.Model):
    class Supply(models.TextChoices):
        MAKE = "make"
        BUY = "buy"

    sku = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True, default="")
    line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=10, default="EA")
    barcode = models.CharField(max_length=40, blank=True, default="")
    list_price = models.DecimalField(max_digits=16, decimal_places=4)
    cost = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    currency = models.CharField(max_length=3)
    supply = models.CharField(max_length=5, choices=Supply, default=Supply.BUY)
    lead_time_days = models.PositiveSmallIntegerField(default=0)
    order_multiple = models.DecimalField(max_digits=14, decimal_places=3, default=1)
    reorder_point = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    is_active = models.BooleanField(default=True)
    # What a search box is matched against: code, barcode, names, and the pinyin of the Chinese name.
    search_key = models.CharField(max_length=1000, blank=True, default="")
    derived = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="product_search"),
            models.Index(Func("sku", function=_KEY), name="product_by_code_key"),
            models.Index(Func("sku", function=_SKELETON), name="product_by_skeleton"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(list_price__gte=0) & Q(cost__gte=0), name="product_prices_not_negative"),
            models.CheckConstraint(condition=Q(order_multiple__gt=0), name="product_multiple_positive"),
            models.UniqueConstraint(fields=["barcode"], condition=~Q(barcode=""), name="product_barcode_unique"),
        ]


class Pack(models.Model):
    """A further unit of a product: one `unit` holds exactly numerator/denominator base units."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="packs")
    unit = models.CharField(max_length=10)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "unit"], name="pack_unit_unique"),
            models.CheckConstraint(condition=Q(numerator__gt=0) & Q(denominator__gt=0), name="pack_factor_positive"),
        ]


class PriceList(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)


class Price(models.Model):
    """A product's price on a list from a quantity upwards, within a span of days that never overlaps another."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    from_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=1)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4)
    valid = DateRangeField()

    class Meta:
        indexes = [models.Index(fields=["price_list", "product"], name="price_by_product")]
        constraints = [
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="price_not_negative"),
            ExclusionConstraint(
                name="price_spans_do_not_overlap",
                expressions=[
                    ("price_list", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
                    ("from_quantity", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class CustomerItemCode(models.Model):
    """What one customer calls one of our products."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=80)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "code"], name="customer_item_code_unique")]
        indexes = [
            models.Index("customer", Func("code", function=_KEY), name="customer_item_by_code_key"),
            models.Index("customer", Func("code", function=_SKELETON), name="customer_item_by_skeleton"),
        ]
