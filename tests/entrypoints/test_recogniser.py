"""The recogniser runs as a process of its own, and the doctor says whether faxes can be read."""

import io
import os
import signal
import subprocess
import sys
import time
from importlib import metadata
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from PIL import Image
from tests.intake.arrivals import store
from tests.makers import policies

from orderloop.entrypoints import installation
from orderloop.entrypoints.cli import doctor
from orderloop.intake.models import Message
from orderloop.orders.facts import Channel


def blank_fax() -> bytes:
    page = io.BytesIO()
    Image.new("1", (400, 300), 1).save(page, "TIFF", compression="group4", dpi=(204, 196))
    return page.getvalue()


@pytest.fixture
def recogniser(policies):
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'], safe='')}"
    url = f"postgresql://{who}@{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}/{given['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "ORDERLOOP_SECRET_KEY": settings.SECRET_KEY}
    environment.pop("DATABASE_OWNER_URL", None)
    process = subprocess.Popen([sys.executable, "-m", "orderloop.entrypoints.recogniser"], env=environment)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()


@pytest.mark.slow
def test_the_recogniser_reads_what_was_left_to_it_and_nothing_else_and_ends_when_asked(recogniser):
    policies()
    left, other = (store(blank_fax() + bytes([n]), channel=Channel.FAX) for n in range(2))
    Message.objects.filter(pk=left).update(needs_recognition=True)
    deadline = time.monotonic() + 180
    while Message.objects.get(pk=left).outcome == "pending" and time.monotonic() < deadline:
        time.sleep(0.3)
    assert dict(Message.objects.values_list("id", "outcome")) == {left: "not_order", other: "pending"}
    recogniser.send_signal(signal.SIGTERM)
    assert recogniser.wait(30) == 0


def test_it_is_started_beside_the_worker_only_where_recognition_is_installed(monkeypatch):
    service = installation.recogniser_service()
    assert service is not None
    assert (service.name, service.argv[1:]) == ("recogniser", ["-m", "orderloop.entrypoints.recogniser"])
    monkeypatch.setattr(installation.importlib.util, "find_spec", lambda name: None)
    assert installation.recogniser_service() is None


def test_the_doctor_says_when_recognition_is_not_installed(monkeypatch):
    assert doctor._recognition().state is doctor.State.OK

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "version", missing)
    finding = doctor._recognition()
    assert (finding.about, finding.state, finding.words) == (
        "recognition", doctor.State.WARNING, "the extra `ocr` is not installed"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("waiting", "states"),
    [((0, None), []), ((2, 60), [doctor.State.OK]), ((2, 901), [doctor.State.WARNING])],
    ids=["none", "some", "too long"],
)
def test_the_doctor_says_when_pictures_wait_for_a_recogniser_that_does_not_run(waiting, states):
    class Session:
        def execute(self, statement):
            return self

        def fetchone(self):
            return waiting

    assert [finding.state for finding in doctor._pictures_waiting(Session())] == states
