"""What can be typed in about a product. The rules decide what is right; a form only reads."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from orderloop.catalog import queries
from orderloop.catalog.facts import PackRow, PriceRow, ProductRow
from orderloop.catalog.pages import words


class ProductForm(forms.Form):
    """A product's master data. `version` is that of the product the form was filled from."""

    sku = forms.CharField(label=_("Product code"), max_length=60)
    name_en = forms.CharField(label=_("Name (English)"), max_length=200)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=200, required=False)
    line = forms.ChoiceField(label=_("Product line"))
    unit = forms.CharField(label=_("Unit"), max_length=10, initial="EA")
    barcode = forms.CharField(label=_("Barcode"), max_length=40, required=False)
    list_price = forms.DecimalField(label=_("List price"), max_digits=16, decimal_places=4)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    cost = forms.DecimalField(label=_("Cost"), max_digits=16, decimal_places=4, initial=Decimal(0))
    supply = forms.ChoiceField(label=_("Make or buy"))
    lead_time_days = forms.IntegerField(label=_("Lead time (days)"), initial=0)
    order_multiple = forms.DecimalField(label=_("Order multiple"), max_digits=14, decimal_places=3, initial=Decimal(1))
    reorder_point = forms.DecimalField(label=_("Reorder point"), max_digits=14, decimal_places=3, initial=Decimal(0))
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["line"]).choices = words.line_choices(queries.all_lines())
        cast(forms.ChoiceField, self.fields["supply"]).choices = words.supply_choices()
        self.fields["sku"].disabled = self.fields["unit"].disabled = not is_new

    def row(self) -> ProductRow:
        """What was typed in, as it is to be saved."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        data["currency"] = data["currency"].strip().upper()
        return ProductRow(**data)


class PackForm(forms.Form):
    unit = forms.CharField(label=_("Pack unit"), max_length=10)
    numerator = forms.IntegerField(label=_("Holds base units"))
    denominator = forms.IntegerField(label=_("per so many packs"), initial=1)

    def row(self, sku: str) -> PackRow:
        """What was typed in, as it is to be saved."""
        data = self.cleaned_data
        return PackRow(sku, data["unit"].strip().upper(), data["numerator"], data["denominator"])


class PriceForm(forms.Form):
    price_list = forms.ChoiceField(label=_("Price list"))
    unit_price = forms.DecimalField(label=_("Unit price"), max_digits=16, decimal_places=4)
    from_quantity = forms.DecimalField(label=_("From quantity"), max_digits=14, decimal_places=3, initial=Decimal(1))
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label=_("Valid to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: without end."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = queries.all_price_lists()
        choices = [(each.code, f"{each.name} ({each.currency})") for each in lists]
        cast(forms.ChoiceField, self.fields["price_list"]).choices = choices

    def row(self, sku: str) -> PriceRow:
        """What was typed in, as it is to be saved."""
        return PriceRow(sku=sku, **self.cleaned_data)
