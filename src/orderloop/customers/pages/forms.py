"""What can be typed in about a customer. The rules decide what is right; a form only reads."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from orderloop.customers.facts import ContactRow, CustomerRow, ShipToRow
from orderloop.customers.pages import words


class CustomerForm(forms.Form):
    """A customer's terms. `version` is that of the customer the form was filled from."""

    code = forms.CharField(label=_("Customer code"), max_length=40)
    name = forms.CharField(label=_("Customer name"), max_length=200)
    importance = forms.ChoiceField(label=_("Importance"))
    standing = forms.ChoiceField(label=_("Standing"))
    credit_limit = forms.DecimalField(label=_("Credit limit"), max_digits=16, decimal_places=2, initial=Decimal(0))
    payment_terms_days = forms.IntegerField(label=_("Payment terms (days)"), initial=30)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    tax_rate = forms.DecimalField(
        label=_("Tax rate"), max_digits=6, decimal_places=4, initial=Decimal(0), help_text=_("As a fraction: 0.13")
    )
    tax_included = forms.BooleanField(label=_("Prices include tax"), required=False)
    price_list = forms.CharField(
        label=_("Price list"), max_length=40, required=False, help_text=_("Its code; empty for list prices.")
    )
    language = forms.ChoiceField(label=_("Language"))
    requires_po_number = forms.BooleanField(label=_("PO number required"), required=False, initial=True)
    ship_complete = forms.BooleanField(label=_("Ship complete only"), required=False)
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)
    reason = forms.CharField(
        label=_("Reason for a changed limit"), max_length=200, required=False, help_text=_("Kept with the change.")
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, may_set_limit: bool, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("importance", words.importance_choices()),
            ("standing", words.standing_choices()),
            ("language", words.language_choices()),
        ):
            cast(forms.ChoiceField, self.fields[name]).choices = choices
        self.fields["code"].disabled = not is_new
        self.fields["credit_limit"].disabled = self.fields["reason"].disabled = not may_set_limit

    def row(self) -> CustomerRow:
        """What was typed in, as it is to be saved."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in {"version", "reason"}}
        data["currency"] = data["currency"].strip().upper()
        return CustomerRow(**data)


class ContactForm(forms.Form):
    name = forms.CharField(label=_("Contact"), max_length=120)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    fax = forms.CharField(label=_("Fax"), max_length=40, required=False)
    is_primary = forms.BooleanField(label=_("Primary contact"), required=False)

    def row(self, customer_code: str) -> ContactRow:
        """What was typed in, as it is to be saved."""
        return ContactRow(customer_code, **self.cleaned_data)


class ShipToForm(forms.Form):
    code = forms.CharField(label=_("Address code"), max_length=40)
    name = forms.CharField(label=_("Recipient"), max_length=200)
    address = forms.CharField(label=_("Address"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    region = forms.CharField(label=_("Province or region"), max_length=100, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two capital letters, such as CN.")
    )
    is_default = forms.BooleanField(label=_("Default address"), required=False)
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def row(self, customer_code: str) -> ShipToRow:
        """What was typed in, as it is to be saved."""
        return ShipToRow(customer_code, **self.cleaned_data)
