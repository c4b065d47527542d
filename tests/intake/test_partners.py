"""Who sends under which identifier."""

import pytest
from tests.makers import CLERK, NOW, a_customer

from orderloop.foundation.outcome import Reason
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import PartnerNew
from orderloop.intake.models import Partner

pytestmark = pytest.mark.django_db


def test_an_identifier_is_saved_and_changed() -> None:
    first, second = a_customer(), a_customer()
    key = ("edifact", "4012345000009")
    saved = intake.save_partners([PartnerNew(*key, first.pk, profile={"lenient": "counts"})], at=NOW, actor=CLERK)
    again = intake.save_partners([PartnerNew(*key, second.pk, our_id="5790000000000")], at=NOW, actor=CLERK)
    assert again.values == saved.values
    known = queries.partners_for([key])[key]
    assert (known.customer_id, known.our_id, known.profile) == (second.pk, "5790000000000", {})


def test_what_names_nobody_is_refused_and_nothing_is_written() -> None:
    customer = a_customer()
    asked = [PartnerNew("x12", " ", customer.pk), PartnerNew("x12", "A" * 121, customer.pk), PartnerNew("x12", "B", 0)]
    outcome = intake.save_partners(asked, at=NOW, actor=CLERK)
    assert [each.reasons for each in outcome.refused] == [
        (Reason("partner_incomplete", "sender"),),
        (Reason("partner_too_long", "sender", {"most": 120}),),
        (Reason("customer_unknown", "customer"),),
    ]
    assert Partner.objects.count() == 0
