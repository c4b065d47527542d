"""Faxes as the fax server hands them over: kept once, known by the caller, called back where they broke off."""

import io
import os
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image
from tests.makers import NOW, a_customer, policies
from typer.testing import CliRunner

from orderloop.customers.models import Contact
from orderloop.entrypoints.cli import app
from orderloop.flow.rules import caller_key
from orderloop.flow.services.faxing import Fax, receive_faxes, take_folder
from orderloop.intake.models import Message
from orderloop.worklist.models import WorkItem


def tiff() -> bytes:
    """One blank page at standard fax resolution, in the fax's own compression."""
    page = io.BytesIO()
    Image.new("1", (1728, 1100), 1).save(page, "TIFF", compression="group3", dpi=(204, 98))
    return page.getvalue()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+86 21 5555-1234", "2155551234"), ("0086 21 55551234", "2155551234"), ("021-55551234", "2155551234"),
        ("(021) 5555 1234 ext 8", "2155551234"), ("13812345678", "13812345678"), ("+8613812345678", "13812345678"),
        ("+1 212 555 0100", "12125550100"), ("8612345", "8612345"), ("12345", ""), ("anonymous", ""), ("", ""),
    ],
)  # fmt: skip
def test_two_ways_of_writing_a_number_are_one_caller(written, key):
    assert caller_key(written) == key


@pytest.fixture
def buyer(db):
    policies()
    customer = a_customer()
    Contact.objects.create(customer=customer, name="Li", fax="021-5555 1234", phone="138 1234 5678")
    return customer


def received(**fields) -> object:
    return receive_faxes([Fax(tiff(), "fax0001.tif", **{"caller": "+86 21 55551234", **fields})], at=NOW)[0]


def test_a_fax_is_kept_for_reading_under_the_customer_of_its_caller(buyer):
    fax = received(pages=1, call_id="000000042")
    message = Message.objects.get()
    assert (fax.message_id, fax.is_whole, fax.is_repeated, fax.customer_id) == (message.pk, True, False, buyer.pk)
    assert (message.channel, message.outcome, message.customer_id, message.envelope) == (
        "fax", "pending", buyer.pk, {"caller": "+86 21 55551234"}
    )  # fmt: skip
    assert bytes(message.body) == tiff()
    assert WorkItem.objects.count() == 0


def test_the_hook_run_twice_for_a_call_keeps_it_once(buyer):
    first, again = received(call_id="000000042"), received(call_id="000000042")
    assert (again.message_id, again.is_repeated) == (first.message_id, True)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"error": "COMREC invalid command received"}, {"pages": 0}], ids=["broke off", "no pages"]
)
def test_a_fax_that_did_not_come_through_is_set_apart_and_called_back_once(buyer, fields):
    assert [received(call_id="7", **fields).is_whole for _twice in range(2)] == [False, False]
    message = Message.objects.get()
    assert (message.outcome, message.reason) == ("quarantined", ["fax_broke_off"])
    item = WorkItem.objects.get(kind="call_back")
    assert (item.subject_kind, item.subject_id, item.customer_id, item.title) == (
        "message", message.pk, buyer.pk, "+86 21 55551234"
    )  # fmt: skip


def test_a_number_two_customers_share_is_nobodys(buyer):
    Contact.objects.create(customer=a_customer(), name="Wang", phone="+86 (21) 5555-1234")
    assert received().customer_id is None
    assert Message.objects.get().customer_id is None


def test_the_hook_refuses_a_file_that_is_not_there_unless_the_call_broke_off(tmp_path: Path):
    answer = CliRunner().invoke(app, ["fax", str(tmp_path / "none.tif"), "--caller", "1"])
    assert answer.exit_code != 0
    assert "There is no file" in str(answer.exception)


def test_faxes_in_a_folder_are_taken_once_they_lie_still_and_moved(buyer, tmp_path: Path):
    still, growing, other = tmp_path / "fax-02155551234-1.tif", tmp_path / "growing.tif", tmp_path / "notes.txt"
    for path in (still, growing, other):
        path.write_bytes(tiff())
        os.utime(path, (NOW.timestamp() - 60,) * 2)
    os.utime(growing, (NOW.timestamp() - 2,) * 2)
    assert take_folder(tmp_path, at=NOW) == 1
    message = Message.objects.get()
    assert (message.channel, message.customer_id, message.filename) == ("fax", buyer.pk, still.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["growing.tif", "notes.txt", "taken"]
    assert [path.read_bytes() for path in (tmp_path / "taken").iterdir()] == [tiff()]
    assert take_folder(tmp_path, at=NOW) == 0


def test_a_fax_taken_in_by_a_process_that_died_before_moving_it_is_kept_once(buyer, tmp_path: Path):
    for _twice in range(2):
        path = tmp_path / "fax.tif"
        path.write_bytes(tiff())
        os.utime(path, (NOW.timestamp() - 60,) * 2)
        assert take_folder(tmp_path, at=NOW) == 1
    assert Message.objects.count() == 1


def test_a_call_the_fax_server_names_without_a_file_brought_nothing(buyer, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("orderloop.entrypoints.cli.working.at_work", lambda role: nullcontext())
    given = ["fax", str(tmp_path / "none.tif"), "--comm-id", "000000042", "--error-msg", "", "--caller", "02155551234"]
    assert CliRunner().invoke(app, given).exit_code == 0
    assert Message.objects.get().reason == ["fax_broke_off"]
    assert WorkItem.objects.get(kind="call_back").customer_id == buyer.pk


@pytest.mark.parametrize("page", ["fax.md", "fax.zh-CN.md"])
@pytest.mark.parametrize("takes", [True, False], ids=["taken", "refused"])
def test_the_script_of_the_handbook_hands_over_what_hylafax_gives_it(page, takes, tmp_path: Path):
    """HylaFAX runs it in its spool folder as `faxrcvd FILE DEVICE CALL ERROR [NUMBER [NAME ...]]`."""
    text = (Path(__file__).parents[2] / "docs" / "how-to" / page).read_text()
    block = text[text.index("    #!/bin/sh") :].split("\n\n")[0]
    script = "\n".join(line.removeprefix("    ") for line in block.splitlines())
    (tmp_path / "bin").mkdir()
    said = f'for each in "$@"; do printf "%s|" "$each"; done >> {tmp_path}/said; echo >> {tmp_path}/said\n'
    for name, body in {
        "bin/faxrcvd-orderloop": script, "bin/faxrcvd": f"#!/bin/sh\n{said}", "logger": "#!/bin/sh\n",
        "orderloop": f"#!/bin/sh\n{said}exit {0 if takes else 1}\n",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(body)
        (tmp_path / name).chmod(0o755)
    call = ["recvq/fax000000012.tif", "ttyS0", "000000042", "", "02155551234", "Li Ming", "8001"]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["bin/faxrcvd-orderloop", *call], cwd=tmp_path, env=environment, check=True)
    ours, theirs = (tmp_path / "said").read_text().splitlines()
    assert ours.split("|")[:-1] == [
        "fax", "recvq/fax000000012.tif", "--comm-id", "000000042", "--error-msg", "", "--caller", "02155551234",
        "--json",
    ]  # fmt: skip
    assert theirs.split("|")[:-1] == call
