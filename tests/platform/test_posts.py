"""Posting to addresses that others name: by https, to the world outside, to where was looked, and no further."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook
from tests.receivers import a_receiver

from orderloop.platform import posts
from orderloop.platform.posts import AddressRefused, PostFailed, address_of, is_outside, post, signed_headers

INSIDE = [
    "127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1",
    "fe80::1%lo", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "2001::1",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "fec0::1", "100::1", "not an address", "",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.1.1",
           "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_outside_is_told_from_it(address):
    assert not is_outside(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_outside_may_be_posted_to(address):
    assert is_outside(address)


@pytest.mark.parametrize(
    "url",
    ["http://partner.example/in", "ftp://partner.example/", "https:///in", "https://user:word@partner.example/",
     "https://partner.example/#part", "https://partner.example/a b", "https://partner.example/\r\nHost: other",
     "https://partner.example:0x50/", "https://partner.example:99999/", "file:///etc/passwd", "//partner.example/", "",
     "https://partner.example/" + "a" * 300],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(url):
    with pytest.raises(AddressRefused):
        address_of(url)


def test_an_address_is_taken_apart():
    found = address_of("https://partner.example:8443/in?key=1")
    assert (found.scheme, found.host, found.port, found.path) == ("https", "partner.example", 8443, "/in?key=1")
    assert address_of("https://partner.example").path == "/"
    assert address_of("http://gateway:81/", trusted=["gateway:81"]).port == 81
    with pytest.raises(AddressRefused):
        address_of("http://gateway:82/", trusted=["gateway:81"])


def _elsewhere(_host, _port):
    return ["127.0.0.1"]


def test_a_name_that_leads_inside_is_refused_and_nothing_is_sent():
    with a_receiver() as receiver:
        port = receiver.address.rpartition(":")[2].partition("/")[0]
        for found in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]):
            with pytest.raises(AddressRefused, match="not outside"):
                post(f"https://partner.example:{port}/", b"x", {}, resolver=lambda _h, _p, found=found: found)
        assert receiver.seen == []


def test_the_name_is_asked_once_and_the_connection_goes_where_was_looked(monkeypatch):
    answers, connected = [["8.8.8.8"], ["127.0.0.1"]], []

    def connect(to, timeout):
        connected.append(to)
        raise OSError("no network here")

    monkeypatch.setattr(posts.socket, "create_connection", connect)
    with pytest.raises(PostFailed):
        post("https://partner.example/in", b"x", {}, resolver=lambda _h, _p: answers.pop(0))
    assert (connected, answers) == ([("8.8.8.8", 443)], [["127.0.0.1"]])


def test_a_post_arrives_with_its_headers_and_the_answer_comes_back():
    with a_receiver() as receiver:
        receiver.answers(202, body=b"x" * 5000)
        reply = post(receiver.address, b"<order/>", {"content-type": "text/xml"}, trusted=["127.0.0.1"])
        ((headers, content),) = receiver.seen
    assert (reply.status, len(reply.kept), content, headers["content-type"]) == (202, 2048, b"<order/>", "text/xml")


def test_what_is_kept_of_an_answer_is_cut_between_signs_and_holds_no_null():
    assert posts.Reply(200, "订" * 1000).kept == "订" * 682
    with a_receiver() as receiver:
        receiver.answers(200, body=b"a\x00b\xff")
        assert post(receiver.address, b"", {}, trusted=["127.0.0.1"]).kept == "ab\N{REPLACEMENT CHARACTER}"


def test_a_redirect_is_an_answer_and_is_not_followed():
    with a_receiver() as other, a_receiver() as receiver:
        receiver.answers(307, Location=other.address)
        assert post(receiver.address, b"x", {}, trusted=["127.0.0.1"]).status == 307
        assert (len(receiver.seen), other.seen) == (1, [])


def test_who_is_slow_is_left_alone_when_the_time_is_over():
    with a_receiver() as receiver:
        receiver.pause = 2.0
        with pytest.raises(PostFailed):
            post(receiver.address, b"x", {}, trusted=["127.0.0.1"], timeout=0.2)


def test_who_drips_is_left_alone_too():
    """Each byte comes in time, the answer never: a limit for each read alone would wait on and on."""
    stop = threading.Event()

    def drip(listening):
        peer, _from = listening.accept()
        with peer, contextlib.suppress(OSError):
            while not stop.wait(0.02):
                peer.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=[listening], daemon=True)
        thread.start()
        with pytest.raises(PostFailed, match="too slow"):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"", {}, trusted=["127.0.0.1"], timeout=0.3)
        stop.set()
        thread.join()


def test_a_port_nobody_listens_on_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(PostFailed, match="not reached"):
        post(f"http://127.0.0.1:{port}/", b"", {}, trusted=["127.0.0.1"], timeout=2)


@pytest.fixture
def certified(tmp_path):
    """Server and client sides of TLS for partner.example, as signed by nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "partner.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("partner.example"),
                       x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "partner.pem"
    path.write_bytes(pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cafile=str(path))
    return server, client


def test_tls_is_proven_by_the_name_though_the_connection_goes_to_an_address(certified):
    server, client = certified
    with a_receiver(server) as receiver:
        port = receiver.address.rpartition(":")[2].partition("/")[0]
        url, trusted = f"https://partner.example:{port}/in", ["partner.example", "other.example"]
        assert post(url, b"x", {}, trusted=trusted, resolver=_elsewhere, tls=client).status == 200
        assert receiver.seen[0][0]["host"] == f"partner.example:{port}"
        with pytest.raises(PostFailed):
            post(url.replace("partner", "other"), b"x", {}, trusted=trusted, resolver=_elsewhere, tls=client)
        with pytest.raises(PostFailed):
            post(url, b"x", {}, trusted=trusted, resolver=_elsewhere)
        assert len(receiver.seen) == 1


def test_the_signature_is_that_of_the_standard_by_each_secret():
    old, new, other = ("whsec_" + each * 8 for each in ("b2xk", "bmV3", "b3Ro"))
    at, body = datetime.now(UTC), b'{"a": 1}'
    headers = signed_headers("msg_1", at, body, (new, old))
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers) == {"a": 1}
    assert headers["webhook-signature"].split()[0] == Webhook(new).sign("msg_1", at, body.decode())
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(other).verify(body, headers)
