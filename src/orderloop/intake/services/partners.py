"""Under which identifiers customers send, and how documents are exchanged with them."""

from collections.abc import Sequence
from datetime import datetime

from orderloop.customers import queries as customers
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused
from orderloop.intake.facts import PartnerFact, PartnerNew
from orderloop.interchange.facts import Fault
from orderloop.interchange.rules.xml.mapping_file import is_setting, mapping_in
from orderloop.platform.bulk import columns_of, dumped, execute, fetch_all

Key = tuple[str, str]
_LONGEST = {"scheme": 20, "sender": 120, "our_id": 120}


def save_partners(partners: Sequence[PartnerNew], *, at: datetime, actor: Actor) -> Outcomes[Key, int]:
    """Save who sends under which identifier, new and changed alike; each yields its id.

    Refused: `partner_incomplete`, `partner_too_long`, `customer_unknown`.
    """
    known = customers.facts_for({each.customer_id for each in partners})
    rows = {(each.scheme, each.sender): each for each in partners}
    refused = {key: why for key, each in rows.items() if (why := _fault(each, each.customer_id in known))}
    good = [each for key, each in rows.items() if key not in refused]
    written = fetch_all(
        """INSERT INTO intake_partner AS p
               (scheme, sender, customer_id, our_id, profile, mapping, is_active)
           SELECT scheme, sender, customer_id, our_id, profile, mapping, true
           FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[])
               AS n(scheme, sender, customer_id, our_id, profile, mapping)
           ON CONFLICT (scheme, sender) DO UPDATE SET customer_id = excluded.customer_id, our_id = excluded.our_id,
               profile = excluded.profile, mapping = excluded.mapping, is_active = true
           RETURNING p.scheme, p.sender, p.id""",
        columns_of(
            [
                (p.scheme, p.sender, p.customer_id, p.our_id, dumped(dict(p.profile)), dumped(dict(p.mapping)))
                for p in good
            ],
            6,
        ),
    )
    return Outcomes.of(
        rows,
        done=[Done((scheme, sender), row_id) for scheme, sender, row_id in written],
        refused=[Refused(key, (why,)) for key, why in refused.items()],
    )


# Under this key of the profile stands the text of the file by which a partner's documents are read.
READING_FILE = "reading_file"


def keep_reading_file(partner: PartnerFact, text: str) -> tuple[Fault, ...]:
    """Have a partner's documents read by the mapping and settings in this text, in place of those before; an empty
    text takes them away. The faults of the text where it has any, and then nothing is kept."""
    said = mapping_in(text)
    if said.faults:
        return said.faults
    kept = {name: value for name, value in partner.profile.items() if not is_setting(name) and name != READING_FILE}
    profile = {**kept, **said.profile, **({READING_FILE: text} if text.strip() else {})}
    execute(
        "UPDATE intake_partner SET profile = %s, mapping = %s WHERE id = %s",
        [dumped(profile), dumped(dict(said.mapping)), partner.partner_id],
    )
    return ()


def _fault(partner: PartnerNew, is_customer: bool) -> Reason | None:
    if not partner.scheme.strip() or not partner.sender.strip():
        return Reason("partner_incomplete", "sender")
    long = next((name for name, most in _LONGEST.items() if len(getattr(partner, name)) > most), None)
    if long is not None:
        return Reason("partner_too_long", long, {"most": _LONGEST[long]})
    return None if is_customer else Reason("customer_unknown", "customer")
