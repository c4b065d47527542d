"""Customers on the screen, and customers in and out by spreadsheet."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orderloop.access.models import Person
from orderloop.customers import queries, services
from orderloop.customers.facts import ContactRow, CustomerRow
from orderloop.customers.models import Customer
from orderloop.customers.pages.columns import CUSTOMERS
from orderloop.foundation.actor import SYSTEM
from orderloop.platform.tables import parse_sheet, read_sheet

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def signed_in(role: str, language: str = "en") -> Client:
    person = Person.objects.create(username=f"{role}-{language}", roles=[role], language=language, is_active=True)
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def manager(db: None) -> Client:
    return signed_in("manager")


@pytest.fixture
def clerk(db: None) -> Client:
    return signed_in("clerk")


def filled_in(client: Client, path: str) -> dict[str, object]:
    """What a browser would send back of the form on a page."""
    initial = client.get(path).context["form"].initial
    return {name: value for name, value in initial.items() if value is not None and value is not False}


def uploaded(client: Client, path: str, text: str) -> str:
    """Upload a table and return the address of its preview."""
    response = client.post(path, {"table": SimpleUploadedFile("t.csv", text.encode())})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def test_the_list_is_filtered_sorted_and_searched_by_its_address(manager: Client, customer_ids: dict[str, int]) -> None:
    page = manager.get("/customers?sort=-limit").content.decode()
    assert re.findall(r">(C\d)</a>", page) == ["C1", "C2"]
    assert "Bike World" not in manager.get("/customers?q=hx").content.decode()
    services.add_open_orders({customer_ids["C2"]: Decimal(101)})
    over = manager.get("/customers?over_limit=1").content.decode()
    assert "Bike World" in over and "华信" not in over


def test_a_long_list_is_walked_there_and_back(manager: Client) -> None:
    services.save_customers([CustomerRow(f"N{n:03}", f"Name {n}", "CNY") for n in range(120)], at=AT, actor=SYSTEM)
    page, seen = "/customers?sort=name", []
    for _ in range(3):
        content = manager.get(page).content.decode()
        seen.append(re.findall(r">(N\d{3})</a>", content))
        if following := re.search(r'rel="next" href="([^"]+)"', content):
            page = following.group(1).replace("&amp;", "&")
    names = sorted(range(120), key=lambda n: f"Name {n}")
    assert [code for stretch in seen for code in stretch] == [f"N{n:03}" for n in names]
    back = re.search(r'rel="prev" href="([^"]+)"', content).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
    assert re.findall(r">(N\d{3})</a>", manager.get(back).content.decode()) == seen[1]


def test_a_cursor_that_was_tampered_with_shows_the_first_rows(manager: Client, customer_ids: dict[str, int]) -> None:
    assert manager.get("/customers?sort=limit&after=WyJ4IiwiMSJd").status_code == 200
    assert manager.get("/customers?after=%00").status_code == 200


def test_the_export_holds_the_rows_the_filter_leaves_and_comes_back_unchanged(
    manager: Client, customer_ids: dict[str, int]
) -> None:
    content = manager.get("/customers/export?q=bike").content
    parsed = parse_sheet(read_sheet(content), CUSTOMERS, key=("code",))
    assert [row.values["code"] for row in parsed.rows] == ["C2"]
    response = manager.post("/customers/import", {"table": SimpleUploadedFile("c.xlsx", content)})
    preview = manager.get(response["Location"]).content.decode()
    assert "There is nothing to save." in preview


def test_the_customers_page_shows_terms_exposure_contacts_and_history(
    manager: Client, customer_ids: dict[str, int]
) -> None:
    services.add_open_orders({customer_ids["C2"]: Decimal("150.00")})
    services.save_contacts([ContactRow("C2", "Li Na", "li@bike.example")], at=AT, actor=SYSTEM)
    page = manager.get(f"/customers/{customer_ids['C2']}").content.decode()
    for words in ("Bike World", "Over the limit", "li@bike.example", "History of the limit", "150.00"):
        assert words in page
    assert manager.get("/customers/0").status_code == 404


def test_a_change_is_saved_with_its_reason_and_a_wrong_one_shows_its_faults_at_the_fields(
    manager: Client, customer_ids: dict[str, int]
) -> None:
    path = f"/customers/{customer_ids['C2']}/edit"
    data = filled_in(manager, path)
    wrong = manager.post(path, {**data, "payment_terms_days": "400", "currency": "x", "name": ""})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"name"}
    wrong = manager.post(path, {**data, "payment_terms_days": "400", "currency": "x"})
    assert set(wrong.context["form"].errors) == {"payment_terms_days", "currency"}
    assert queries.by_codes(["C2"])["C2"].payment_terms_days == 30
    response = manager.post(path, {**data, "credit_limit": "500", "reason": "Good year"})
    assert response.status_code == 302
    assert queries.credit_changes_for(customer_ids["C2"])[0].reason == "Good year"


def test_a_change_made_on_an_old_version_is_told_and_not_saved(manager: Client, customer_ids: dict[str, int]) -> None:
    path = f"/customers/{customer_ids['C2']}/edit"
    data = filled_in(manager, path)
    first = manager.post(path, {**data, "name": "First"})
    assert first.status_code == 302, first.context["form"].errors
    second = manager.post(path, {**data, "name": "Second"})
    assert second.status_code == 422
    assert "meanwhile" in second.content.decode()
    assert queries.by_codes(["C2"])["C2"].name == "First"


def test_a_clerk_changes_names_but_no_limits(clerk: Client, customer_ids: dict[str, int]) -> None:
    path = f"/customers/{customer_ids['C2']}/edit"
    data = filled_in(clerk, path)
    assert clerk.post(path, {**data, "name": "New name", "credit_limit": "9999"}).status_code == 302
    known = queries.known_by_codes(["C2"])["C2"].row
    assert (known.name, known.credit_limit) == ("New name", Decimal(100))


def test_who_may_not_look_or_change_is_turned_away(customer_ids: dict[str, int]) -> None:
    assert signed_in("customer").get("/customers").status_code == 403
    warehouse = signed_in("warehouse")
    assert warehouse.get("/customers").status_code == 200
    assert warehouse.get("/customers/new").status_code == 403
    assert warehouse.get("/customers/import").status_code == 403
    assert Client().get("/customers").status_code == 302


def test_a_new_customer_with_a_taken_code_is_told_so(manager: Client, customer_ids: dict[str, int]) -> None:
    data = {
        "code": "C1",
        "name": "Other",
        "importance": "C",
        "standing": "normal",
        "language": "en",
        "currency": "cny",
        "credit_limit": "0",
        "payment_terms_days": "30",
        "tax_rate": "0",
    }
    taken = manager.post("/customers/new", data)
    assert taken.context["form"].errors == {"code": ["Another customer has this code."]}
    assert manager.post("/customers/new", {**data, "code": "C3"}).status_code == 302
    assert queries.by_codes(["C3"])["C3"].currency == "CNY"


def test_contacts_and_addresses_are_added_on_the_customers_page(manager: Client, customer_ids: dict[str, int]) -> None:
    one = customer_ids["C1"]
    assert manager.post(f"/customers/{one}/contacts", {"name": "Li", "email": "no"}).status_code == 422
    assert queries.contacts_for([one]) == {}
    assert manager.post(f"/customers/{one}/contacts", {"name": "Li", "email": "li@x.cn"}).status_code == 302
    contact = queries.contacts_for([one])[one][0]
    assert contact.is_primary
    assert manager.post(f"/customers/{one}/addresses", {"code": "A", "name": "S", "address": "R"}).status_code == 302
    assert queries.ship_tos_for([one])[one][0].is_default
    assert manager.post(f"/customers/{one}/contacts/{contact.contact_id}/remove").status_code == 302
    assert queries.contacts_for([one]) == {}


TABLE = "客户编码,客户名称,币种,信用额度,账期（天）\nC2,Bike World,CNY,300,30\nC5,New One,CNY,0,\n"
TABLE += "C6,,CNY,0,1\nC7,Bad Terms,CNY,0,999\n"


def test_the_preview_names_what_would_change_and_every_wrong_row(manager: Client, customer_ids: dict[str, int]) -> None:
    preview = manager.get(uploaded(manager, "/customers/import", TABLE))
    assert dict(preview.context["counts"]) == {"changed": 1, "new": 1, "refused": 2}
    assert [(p.row, p.column, p.words) for p in preview.context["problems"]] == [
        (4, "Customer name", "This must be filled in."),
        (5, "Payment terms (days)", "This must lie between 0 and 365."),
    ]
    assert Customer.objects.count() == 2


def test_all_or_nothing_saves_nothing_and_good_rows_only_saves_those(
    manager: Client, customer_ids: dict[str, int]
) -> None:
    preview = uploaded(manager, "/customers/import", TABLE)
    digest = preview.partition("file=")[2]
    nothing = manager.post("/customers/import", {"file": digest, "choice": "all"})
    assert nothing.status_code == 422
    assert Customer.objects.count() == 2
    done = manager.post("/customers/import", {"file": digest, "choice": "good"})
    assert done.status_code == 200
    assert dict(done.context["counts"]) == {"changed": 1, "new": 1, "refused": 2}
    assert set(Customer.objects.values_list("code", flat=True)) == {"C1", "C2", "C5"}
    assert queries.credit_for([customer_ids["C2"]])[customer_ids["C2"]].limit == 300
    again = manager.get(preview)
    assert dict(again.context["counts"]) == {"unchanged": 2, "refused": 2}


def test_the_wrong_rows_come_back_as_a_table_with_what_is_wrong(manager: Client, customer_ids: dict[str, int]) -> None:
    preview = uploaded(manager, "/customers/import", TABLE)
    rows = read_sheet(manager.get(f"{preview}&problems=1").content).rows
    assert [row[-1] for row in rows] == [
        "Problems",
        "Customer name: This must be filled in.",
        "Payment terms (days): This must lie between 0 and 365.",
    ]
    assert rows[2][:2] == ["C7", "Bad Terms"]


def test_what_stands_in_no_column_of_the_file_stays(manager: Client, customer_ids: dict[str, int]) -> None:
    preview = uploaded(manager, "/customers/import", "code,name\nC1,华信\n")
    digest = preview.partition("file=")[2]
    manager.post("/customers/import", {"file": digest, "choice": "all"})
    known = queries.known_by_codes(["C1"])["C1"].row
    assert (known.name, known.currency, known.tax_rate, known.credit_limit) == ("华信", "CNY", Decimal("0.1300"), 1000)


def test_a_clerk_brings_no_limit_in(clerk: Client, customer_ids: dict[str, int]) -> None:
    preview = clerk.get(
        uploaded(clerk, "/customers/import", "code,name,currency,credit_limit\nC2,Bike World,CNY,300\n")
    )
    assert [problem.words for problem in preview.context["problems"]] == ["You may not change credit limits."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty."),
        ("<html></html>", "This is a web page named like a spreadsheet."),
        ("a,b\n1,2\n", "No row holds the expected column names"),
        ("Importance,Standing\nA,good\n", "The column Customer code / 客户编码 is missing."),
    ],
)
def test_a_file_that_is_no_table_of_customers_is_told_why(manager: Client, text: str, words: str) -> None:
    response = manager.post("/customers/import", {"table": SimpleUploadedFile("t.csv", text.encode() or b" ")})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_file_nobody_knows_is_asked_for_again(manager: Client) -> None:
    assert manager.get("/customers/import?file=" + "0" * 64).status_code == 422
    assert manager.get("/customers/import?file=../x").status_code == 422


def test_contacts_and_addresses_come_in_by_table_too(manager: Client, customer_ids: dict[str, int]) -> None:
    preview = uploaded(manager, "/customers/import/contacts", "客户编码,联系人,电子邮箱\nC1,李娜,li@x.cn\nC8,X,\n")
    response = manager.post("/customers/import/contacts", {"file": preview.partition("file=")[2], "choice": "good"})
    assert [p.words for p in response.context["problems"]] == ["There is no customer with this code."]
    assert queries.contacts_for([customer_ids["C1"]])[customer_ids["C1"]][0].email == "li@x.cn"
    exported = read_sheet(manager.get("/customers/export/contacts?form=csv").content).rows
    assert exported[1] == ["C1", "李娜", "li@x.cn", "", "", "yes"]


def test_the_empty_table_can_be_filled_in_and_taken_in(manager: Client) -> None:
    sheet = read_sheet(manager.get("/customers/import?template=xlsx").content)
    assert sheet.rows[0][:2] == ["Customer code", "Customer name"]
    assert sheet.sheet_names[1] == "Notes"
