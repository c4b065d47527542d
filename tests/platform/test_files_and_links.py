"""Files by content hash, and signed links."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from orderloop.platform import files, links
from orderloop.platform.models import StoredFile

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_file_is_stored_once_under_its_hash_and_read_back():
    sha256 = files.store_file(b"one", "text/plain", at=AT)
    assert sha256 == hashlib.sha256(b"one").hexdigest()
    assert files.store_files([(b"one", "text/plain"), (b"one", "x/y"), (b"two", "x/y")], at=AT)[0] == sha256
    assert StoredFile.objects.count() == 2
    assert files.read_file(sha256) == files.File(sha256, "text/plain", b"one")


@pytest.mark.django_db
def test_an_unknown_file_and_a_damaged_one_are_told_apart():
    with pytest.raises(files.UnknownFile):
        files.read_file("0" * 64)
    sha256 = files.store_file(b"one", "text/plain", at=AT)
    StoredFile.objects.filter(sha256=sha256).update(content=b"0ne")
    with pytest.raises(files.DamagedFile):
        files.read_file(sha256)


def test_a_file_is_served_to_be_saved_never_to_be_run():
    response = files.attachment(b"<script>", "text/html", '送货单 "1"\r\nX: y.html')
    assert response["Content-Disposition"] == (
        'attachment; filename="___ _1___X_ y.html"; '
        "filename*=UTF-8''%E9%80%81%E8%B4%A7%E5%8D%95%20%221%22%0D%0AX%3A%20y.html"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_link_opens_its_subject_for_its_purpose_and_time_only():
    token = links.link_for("track", 42, 1, 30, at=AT)
    assert links.read_link("track", token, at=AT, version_of={42: 1}.get) == 42
    with pytest.raises(links.BadLink):
        links.read_link("answer", token, at=AT, version_of={42: 1}.get)
    with pytest.raises(links.EndedLink):
        links.read_link("track", token, at=AT + timedelta(days=30), version_of={42: 1}.get)


@pytest.mark.parametrize("versions", [{42: 2}, {}])
def test_a_link_ends_when_its_subject_has_a_newer_version_or_is_gone(versions):
    token = links.link_for("track", 42, 1, 30, at=AT)
    with pytest.raises(links.EndedLink):
        links.read_link("track", token, at=AT, version_of=versions.get)


@pytest.mark.parametrize(
    "change", [lambda t: "", lambda t: t[:-1], lambda t: "x" + t, lambda t: t.replace(":", "."), str.upper]
)
def test_a_cut_or_changed_link_is_no_link(change):
    token = links.link_for("track", 42, 1, 30, at=AT)
    with pytest.raises(links.BadLink):
        links.read_link("track", change(token), at=AT, version_of={42: 1}.get)
