"""Rules about mails: what is quoted, what a machine wrote, whose thread it is, and whether its sender is believed."""

import pytest

from orderloop.interchange.rules.mail.autoreply import MOST_PER_HOUR, is_automatic, may_answer
from orderloop.interchange.rules.mail.charset import decode_text
from orderloop.interchange.rules.mail.headers import Address, addresses_in, header_text
from orderloop.interchange.rules.mail.quotes import split_text
from orderloop.interchange.rules.mail.threads import Thread, reply_address, thread_of
from orderloop.interchange.rules.mail.trust import Check, Trust, checks_in, judge_sender, organisation

OWN = ("orders@firm.example",)
QUOTES = {
    "outlook": "From: Li <li@b.example>\nSent: Friday\nTo: orders\nSubject: RE: x\n\nold 5 pcs AB-1",
    "outlook zh": "发件人: 李 <li@b.example>\n发送时间: 2026年11月20日\n收件人: orders\n主题: x\n\n旧的 5 个",
    "foxmail": "发件人： orders\n发送时间： 2026-11-20 10:00\n收件人： li\n主题： 回复\n旧的",
    "stars": "*From:* Li\n*Sent:* Friday\n\nold",
    "rule": "________________________________\nFrom: Li\nTo: me\n\nold",
    "original": "-----Original Message-----\nFrom: Li\nTo: me\n\nold",
    "original zh": "-----原始邮件-----\n发件人:\"李\" <li@b.example>\n发送时间:2026-11-20\n旧的",
    "qq": "------------------ 原始邮件 ------------------\n发件人: \"x\"\n发送时间: 2026\n旧的",
    "netease phone": "---- 回复的原邮件 ----\n| 发件人 | 李<li@b.example> |\n| 日期 | 2026 |\n旧的",
    "gmail": "On Fri, Nov 20, 2026 at 10:00 AM Orders <orders@firm.example> wrote:\n> old",
    "gmail broken": "On Fri, Nov 20, 2026 at 10:00 AM\nOrders <orders@firm.example>\nwrote:\n> old",
    "gmail zh": "在 2026年11月20日，订单 <orders@firm.example> 写道：\n> 旧的",
    "apple zh": "在 2026年11月20日，上午10:00，订单 <orders@firm.example> 写道：\n\n> 旧的",
    "gmail yu": "订单 <orders@firm.example> 于2026年11月20日周五 10:00写道：\n旧的",
    "netease": "At 2026-11-20 10:00:00, \"orders\" <orders@firm.example> wrote:\n>old",
    "netease zh": "在 2026-11-20 10:00:00，\"orders\" <orders@firm.example> 写道：\n旧的",
    "german": "Am 20.11.2026 um 10:00 schrieb Li:\n> alt",
    "signs only": "> old\n> older",
}  # fmt: skip


@pytest.mark.parametrize("quoted", QUOTES.values(), ids=QUOTES)
def test_what_a_mail_repeats_is_cut_from_what_the_person_wrote(quoted: str) -> None:
    written = split_text(f"改成 20 个，谢谢\n\n{quoted}\n")
    assert written.own == "改成 20 个，谢谢"
    assert not written.is_forward
    assert written.repeated


def test_an_answer_below_or_between_the_quotation_is_kept() -> None:
    text = "On Fri Li <li@b.example> wrote:\n> which unit?\nboxes\n> which day?\n5 December\n"
    assert split_text(text).own == "boxes\n5 December"


def test_order_lines_that_look_like_a_list_or_stand_below_a_greeting_are_kept() -> None:
    text = "Hello,\n- 40 ea AB-100\n- 60 ea AB-200\n\nBest regards,\nTom\nPS: add 5 pcs AB-300"
    assert split_text(text).own == text


@pytest.mark.parametrize(
    "signature",
    [
        "--\nTom\nACME",
        "Best regards,\nTom\n+49 30 1234567",
        "此致\n敬礼",
        "Sent from my iPhone",
        "发自我的iPhone",
        "顺祝商祺！\n王芳",
    ],
)
def test_a_signature_is_set_apart(signature: str) -> None:
    written = split_text(f"please send 5 pcs AB-1\n\n{signature}\n")
    assert (written.own, written.signature) == ("please send 5 pcs AB-1", signature)


def test_a_word_such_as_from_in_a_sentence_cuts_nothing() -> None:
    text = "From: Monday on please deliver to gate 2.\nAB-100 20 pcs"
    assert split_text(text).own == text


def test_a_subject_that_passes_on_makes_the_rest_a_forwarded_text() -> None:
    written = split_text("请处理\n-----原始邮件-----\n发件人: 李\n主题: 订单\n\nAB-100 20个", "Fw: 订单")
    assert (written.own, written.repeated, written.is_forward) == ("请处理", "AB-100 20个", True)


@pytest.mark.parametrize(
    ("headers", "envelope", "reason"),
    [
        ({"auto-submitted": "auto-replied (vacation)"}, "a@b.example", "auto_submitted"),
        ({"auto-submitted": "auto-generated; x=1"}, "a@b.example", "auto_submitted"),
        ({}, "", "null_sender"),
        ({"return-path": "<>"}, None, "null_sender"),
        ({"precedence": "Bulk"}, "a@b.example", "precedence"),
        ({"list-id": "<x.b.example>"}, "a@b.example", "list"),
        ({"list-unsubscribe": "<mailto:x>"}, "a@b.example", "list"),
        ({"feedback-id": "1:2"}, "a@b.example", "list"),
        ({"x-auto-response-suppress": "OOF, DR"}, "a@b.example", "suppressed"),
        ({"x-auto-response-suppress": "All"}, "a@b.example", "suppressed"),
        ({"x-autoreply": "yes"}, "a@b.example", "auto_header"),
        ({"content-type": "multipart/report; report-type=delivery-status"}, "a@b.example", "report"),
        ({"from": "Orders <ORDERS@firm.example>"}, "a@b.example", "own_address"),
        ({"from": "MAILER-DAEMON@b.example"}, "a@b.example", "robot_address"),
        ({"from": "no-reply@b.example"}, "a@b.example", "robot_address"),
        ({}, "owner-list@b.example", "robot_address"),
        ({"subject": "自动回复：休假"}, "a@b.example", "subject"),
        ({"subject": "Re: Automatic reply: order"}, "a@b.example", "subject"),
        ({"subject": "Out of Office"}, "a@b.example", "subject"),
        ({"auto-submitted": "no"}, "a@b.example", None),
        ({"x-auto-response-suppress": "OOF"}, "a@b.example", None),
        ({"precedence": "normal", "subject": "Order for the office"}, "a@b.example", None),
        ({}, None, None),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], envelope: str | None, reason: str | None) -> None:
    assert is_automatic({"from": "Li <li@b.example>", **headers}, envelope, OWN) == reason


def test_a_person_is_answered_until_the_hours_measure_is_full() -> None:
    headers = {"from": "li@b.example"}
    assert may_answer(headers, "li@b.example", OWN, MOST_PER_HOUR - 1) is None
    assert may_answer(headers, "li@b.example", OWN, MOST_PER_HOUR) == "too_many"
    assert may_answer({}, "li@b.example", OWN, 0) == "no_address"
    assert may_answer({**headers, "list-id": "x"}, "li@b.example", OWN, 0) == "list"


def test_a_thread_is_found_by_our_token_and_by_ids() -> None:
    address = reply_address("orders@firm.example", 17, "aB3_-xyz9")
    assert address == "orders+q.17.aB3_-xyz9@firm.example"
    headers = {"to": f"x@y.example, Orders <{address}>", "in-reply-to": "<a@b>", "references": "<c@d> <e@f> <a@b>"}
    # Addresses come folded; a signature is therefore made in small letters, or checked without case.
    assert thread_of(headers) == Thread((17, "ab3_-xyz9"), ("a@b", "e@f", "c@d"))
    assert thread_of({"to": "orders@firm.example"}, (address,)) == Thread((17, "aB3_-xyz9"), ())
    assert thread_of({"to": "orders+q.x.abcdefgh@firm.example"}) == Thread()


RESULTS = (
    "mx.firm.example 1; dkim=pass (it said dkim=fail) header.d=mail.buyer.com.cn header.s=s1;"
    " spf=softfail smtp.mailfrom=bounce@other.example\n"
    "mx.firm.example; dkim=pass header.d=forged.example"
)


def test_only_the_topmost_results_of_our_own_server_count() -> None:
    assert checks_in(RESULTS, "MX.firm.example") == (
        Check("dkim", "pass", "mail.buyer.com.cn"), Check("spf", "softfail", "other.example")
    )  # fmt: skip
    assert checks_in(RESULTS, "mx.other.example") == ()
    assert checks_in(RESULTS, "") == ()


@pytest.mark.parametrize(
    ("domain", "expected"),
    [("a.b.example.com", "example.com"), ("mail.buyer.com.cn", "buyer.com.cn"), ("x.co.uk", "x.co.uk"), ("cn", "cn")],
)
def test_the_organisation_behind_a_domain(domain: str, expected: str) -> None:
    assert organisation(domain) == expected


def judged(sender: str, *checks: Check, domains: tuple[str, ...] = ()) -> tuple[Trust, tuple[str, ...]]:
    verdict = judge_sender({"from": sender}, checks, {"li@buyer.com.cn"}, domains)
    return verdict.trust, verdict.reasons


def test_a_known_sender_with_an_aligned_proof_is_trusted() -> None:
    dkim = Check("dkim", "pass", "mail.buyer.com.cn")
    assert judged("Li <LI@buyer.com.cn>", dkim) == (Trust.TRUSTED, ("aligned_dkim", "known_address"))
    spf = Check("spf", "pass", "buyer.com.cn")
    assert judged("wang@buyer.com.cn", spf, domains=("buyer.com.cn",)) == (
        Trust.TRUSTED, ("aligned_spf", "known_domain")
    )  # fmt: skip


def test_half_a_proof_is_weak_and_none_or_a_false_one_is_not_trusted() -> None:
    assert judged("li@buyer.com.cn") == (Trust.WEAK, ("no_checks", "known_address"))
    assert judged("li@buyer.com.cn", Check("dkim", "pass", "evil.example")) == (
        Trust.WEAK, ("not_aligned", "known_address")
    )  # fmt: skip
    assert judged("x@new.example", Check("spf", "pass", "new.example")) == (
        Trust.WEAK, ("aligned_spf", "unknown_sender")
    )  # fmt: skip
    assert judged("li@buyer.com.cn", Check("spf", "fail", "buyer.com.cn")) == (
        Trust.UNTRUSTED, ("spf_failed", "known_address")
    )  # fmt: skip
    assert judged("x@new.example") == (Trust.UNTRUSTED, ("no_checks", "unknown_sender"))
    assert judged("li@buyer.com.cn, x@evil.example")[0] is Trust.UNTRUSTED
    assert judged('"li@buyer.com.cn" <x@evil.example>')[0] is Trust.UNTRUSTED
    assert judged("")[1] == ("no_sender",)


def test_a_domain_where_everybody_has_an_address_proves_nobody() -> None:
    assert judged("x@qq.com", Check("spf", "pass", "qq.com"), domains=("qq.com",)) == (
        Trust.WEAK, ("aligned_spf", "unknown_sender")
    )  # fmt: skip


def test_addresses_are_found_beside_names_with_commas_and_false_addresses() -> None:
    assert addresses_in('"Li, Wei" <li@b.example>, x@y.example; "boss@firm.example" <e@evil.example>') == (
        Address("li@b.example", "Li, Wei"),
        Address("x@y.example"),
        Address("e@evil.example", "boss@firm.example"),
    )


def test_encoded_words_of_any_make_are_read() -> None:
    assert header_text("=?UTF-8?Q?Caf=C3=A9_x?= and =?gb2312?B?1cXI/Q==?=") == "Café x and 张三"
    assert header_text("=?x-nope?Q?abc?=") == "abc"
    assert header_text("=?utf-8*zh?Q?a?=\r\n =?utf-8?Q?b?=") == "ab"


@pytest.mark.parametrize(
    ("content", "label", "charset"),
    [
        ("订单".encode("utf-8-sig"), "", "utf-8-sig"), ("订单".encode("utf-16"), "", "utf-16"),
        ("订单".encode(), "", "utf-8"),
        ("订单".encode("gb18030"), "", "gb18030"), ("order 12345".encode("utf-16-le"), "", "utf-16-le"),
        ("ordre né".encode("cp1252"), "", "cp1252"), ("订单確認".encode("gbk"), "gb2312", "gb18030"),
        ("訂單".encode("big5"), "big5", "big5hkscs"), ("注文".encode("shift_jis"), "Shift_JIS", "shift_jis"),
        ("订单".encode()[:-1], "utf-8", "utf-8"),
    ],
)  # fmt: skip
def test_each_encoding_is_known(content: bytes, label: str, charset: str) -> None:
    decoded = decode_text(content, label)
    assert decoded.encoding == charset
    assert "\ufffd" not in decoded.text
