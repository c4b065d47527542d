"""What a person wrote in a mail, apart from what the mail repeats of others, and from the signature."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orderloop.interchange.rules.text_orders.words import NUMBER, UNIT

LONGEST_LINE = 400
LONGEST_SIGNATURE = 12
_REPLY = re.compile(
    r"[-—_=\s|*]{2,}(?:original message|original appointment|reply message|原始邮件|原邮件|原始信件|回复的原邮件"
    r"|邮件原件"
    r"|ursprüngliche nachricht|message d'origine|mensaje original)[-—_=\s|*:：]{2,}",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"[-—_=\s|*>]{0,40}(?:begin forwarded message:?|forwarded message|(?:被)?转发(?:的)?邮件(?:信息)?"
    r"|转发的原邮件|weitergeleitete nachricht)"
    r"[-—_=\s|*:：]{0,40}",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"[>|*\s]{0,6}(?P<name>from|sent|date|to|subject|cc|发件人|发件者|发送人|发送时间|发送日期|时间|日期|收件人"
    r"|抄送|抄送人|主题|寄件者|寄件人|"
    r"寄件日期|收件者|副本|主旨|von|gesendet|datum|an|betreff)\s?\**\s?[:：|]\**",
    re.IGNORECASE,
)
_FROM = frozenset({"from", "发件人", "发件者", "发送人", "寄件者", "寄件人", "von"})
_WROTE = re.compile(
    r"(?:on|at|am|le|el)\s.{6,300}(?:wrote|schrieb.{0,100}|a écrit|escribió)\s?[:：]|在\s?.{4,200}[写寫]道\s?[:：]"
    r"|.{0,120}[于於]\s?\d{4}.{4,80}[写寫]道\s?[:：]|.{1,80}<[^<>\s]{3,100}>\s?(?:[写寫]道|wrote)\s?[:：]",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"(?:on|at|am|le|el)\s|在", re.IGNORECASE)
_DRAWN = re.compile(r"[-_=—]{5,}")
_PHONE = re.compile(
    r"(?:sent from (?:my|outlook|mail for)|get outlook for|发自我的|发送自|來自我的|来自我的|从我的.{1,20}发送"
    r"|发自.{1,20}(?:邮箱|邮件)|von meinem .{1,20} gesendet)"
    r".{0,100}",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:best|kind|warm(?:est)?|many)? ?regards|best wishes|best,|cheers,|sincerely(?: yours)?|yours (?:sincerely"
    r"|faithfully|truly)"
    r"|thanks (?:&|and) (?:best )?regards|mit freundlichen grüßen|此致(?:敬礼)?|敬礼|顺祝商祺|顺颂商祺|祝好|商祺"
    r"|祝您?工作(?:愉快|顺利)",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"{NUMBER}\s?{UNIT}", re.IGNORECASE)
FORWARDS = re.compile(r"\s*(?:fwd?|wg|转发|轉寄|转)\s?[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """`own`: what the person wrote; `repeated`: what he passed on or answered to; `is_forward`: he passes it on."""

    own: str
    repeated: str = ""
    is_forward: bool = False
    signature: str = ""


def split_text(text: str, subject: str = "") -> Written:
    """Part a mail's text. Nothing is thrown away: own, signature and repeated text hold all of it between them."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    cut, skip, is_forward = _first_cut(lines)
    own, rest = lines[:cut], lines[cut + skip :]
    inside = [line for line in own if line.startswith(">")]
    own = [line for line in own if not line.startswith(">")]
    if any(line.startswith(">") for line in rest) and not is_forward and not _has_head(rest):
        own += [line for line in rest if not line.startswith(">")]
        rest = [line for line in rest if line.startswith(">")]
    while own and cut < len(lines) and (not own[-1].strip() or _DRAWN.fullmatch(own[-1].strip())):
        own.pop()
    is_forward |= bool(FORWARDS.match(subject)) and cut < len(lines)
    own, signature = _signed(own)
    repeated = "\n".join([*(_unquoted(line) for line in inside), *(_unquoted(line) for line in rest)])
    return Written("\n".join(own).strip(), repeated.strip(), is_forward, "\n".join(signature).strip())


def _first_cut(lines: Sequence[str]) -> tuple[int, int, bool]:
    """Where what others wrote begins, how many lines introduce it, and whether it is passed on."""
    for at, line in enumerate(lines):
        text = line.strip()[:LONGEST_LINE]
        if not text:
            continue
        if _REPLY.fullmatch(text):
            return at, 1 + _head_lines(lines, at + 1), False
        if _FORWARD.fullmatch(text):
            return at, 1 + _head_lines(lines, at + 1), True
        if heads := _head_lines(lines, at):
            return at, heads, False
        if wrapped := _wrote(lines, at):
            return at, wrapped, False
    return len(lines), 0, False


def _head_lines(lines: Sequence[str], at: int) -> int:
    """How many lines a repeated mail's head takes from here; 0 where none begins: a sender and one thing more."""
    names: list[str] = []
    last = 0
    for n, line in enumerate(lines[at : at + 14]):
        found = _HEAD.match(line[:LONGEST_LINE])
        if found:
            names.append(found.group("name").lower())
            last = n + 1
        elif line.strip() and not names:
            return 0
        elif (line.strip() and n - last > 1) or (not line.strip() and len(names) > 1):
            break
    if len(set(names)) < 2 or names[0] not in _FROM:
        return 0
    return last


def _has_head(lines: Sequence[str]) -> bool:
    return any(_head_lines(lines, at) for at, line in enumerate(lines[:20]) if line.strip())


def _wrote(lines: Sequence[str], at: int) -> int:
    """How many lines `On … wrote:` takes from here, also where it is broken in two or three; else 0."""
    text = ""
    for n, line in enumerate(lines[at : at + 3]):
        begins = _BEGINS.match(line.strip()) is not None
        if not line.strip() or len(text) > LONGEST_LINE or (n and begins):
            return 0
        text = f"{text} {line.strip()}".strip()
        if text.endswith((":", "：")) and _WROTE.fullmatch(text[:LONGEST_LINE]):
            return n + 1
        if not begins and n == 0:
            return 0
    return 0


def _signed(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines without the signature at their end, and the signature."""
    for at, line in enumerate(lines):
        text = line.strip()
        if line in {"--", "-- "} or text == "--":
            if at and not _COUNTED.search("\n".join(lines[at + 1 :])):
                return lines[:at], lines[at:]
        elif _PHONE.fullmatch(text[:LONGEST_LINE]) and not any(each.strip() for each in lines[at + 3 :]):
            return lines[:at], lines[at:]
        elif _CLOSING.fullmatch(text.rstrip("!！,，.。~～ ")[:60]) or _CLOSING.fullmatch(text[:60]):
            tail = [each for each in lines[at + 1 :] if each.strip()]
            if len(tail) <= LONGEST_SIGNATURE and not any(_COUNTED.search(each[:LONGEST_LINE]) for each in tail):
                return lines[:at], lines[at:]
    return lines, []


def _unquoted(line: str) -> str:
    return re.sub(r"^(?:>\s?){1,20}", "", line)
