"""Chat robots are told of alarms: many in one message, a few messages a minute, and none is lost.

WeCom, DingTalk and Feishu mute a robot that is sent more than twenty messages a minute. So what came since is gathered
into few messages, and a robot gets new ones only once it has the last.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from orderloop.flow.queries import robots
from orderloop.flow.queries.exchanged import secrets_of
from orderloop.flow.queries.robots import Alarm, Robot
from orderloop.platform import house, outbox, posts
from orderloop.platform.bulk import execute
from orderloop.platform.outbox import DueEffect, EffectNew, Fault, put_effects
from orderloop.worklist.facts import KIND_WORDS

ROBOT = "robot"
ALARMS = frozenset({"receipt_late", "confirmation_late", "post_given_up", "quarantine", "figure_missed"})
# With the first retry a minute later, never more than ten messages a minute.
MOST_MESSAGES = 5
MOST_BYTES = 1800
_MOST_ALARMS = 500
WAITS = tuple(timedelta(seconds=each) for each in (90, 300, 1800, 7200, 21600))


@transaction.atomic
def tell_robots(*, at: datetime) -> int:
    """Have every robot told of the alarms since the last; one told for the first time begins with what comes next.
    Returns how many messages are made ready."""
    effects: list[EffectNew] = []
    for robot in robots.robots():
        if robot.last_item is None:
            _mark(robot.name, robots.last_item())
        elif not robot.is_busy:
            effects += _messages(robot, robots.alarms_after(robot.last_item, ALARMS, _MOST_ALARMS))
    return put_effects(effects, at=at)


def post_robots(now: datetime) -> int:
    """Send what is ready; returns how much was done or put off."""
    drained = outbox.run_due_effects(now, MOST_MESSAGES, kind=ROBOT)
    return drained.done + drained.put_off + len(drained.dead)


def do_robots(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
    """The outbox handler of what robots are told. One that was taken out is told nothing any more."""
    known = secrets_of({str(effect.payload["name"]) for effect in effects}, at=now)
    faults = {}
    for effect in effects:
        secrets = known.get(str(effect.payload["name"]))
        if secrets is not None and (fault := _told(secrets.values[0], str(effect.payload["text"]))) is not None:
            faults[effect.key] = fault
    return faults


def body_of(url: str, text: str) -> dict[str, object]:
    """A text in the form the chat of this address takes."""
    if any(part in url for part in ("feishu.cn", "larksuite.com")):
        return {"msg_type": "text", "content": {"text": text}}
    if any(part in url for part in ("weixin.qq.com", "dingtalk.com")):
        return {"msgtype": "text", "text": {"content": text}}
    return {"text": text}


def _told(url: str, text: str) -> Fault | None:
    content = json.dumps(body_of(url, text), ensure_ascii=False).encode()
    try:
        reply = posts.post(url, content, {"content-type": "application/json"}, trusted=settings.POST_HOSTS)
    except posts.AddressRefused as refused:
        return Fault(str(refused), permanent=True)
    except posts.PostFailed as failed:
        return Fault(str(failed))
    if not 200 <= reply.status < 300:
        return Fault(f"answered {reply.status}")
    return Fault(f"answered {code}") if (code := _code_of(reply.text)) else None


def _code_of(text: str) -> int:
    """The error these chats put into an answer whose status says that all is well; 0 for none."""
    try:
        said = json.loads(text)
    except ValueError:
        return 0
    codes = [said.get(name) for name in ("errcode", "code")] if isinstance(said, dict) else []
    return next((code for code in codes if isinstance(code, int) and code), 0)


def _messages(robot: Robot, alarms: Sequence[Alarm]) -> list[EffectNew]:
    """As many alarms as go into the messages of one round; the mark is set behind the last of them."""
    portions = _portions(alarms)[:MOST_MESSAGES]
    if portions:
        _mark(robot.name, portions[-1][-1].item_id)
    return [
        EffectNew(f"{robot.name[:100]}:{each[0].item_id}", ROBOT, {"name": robot.name, "text": _text(each)})
        for each in portions
    ]


def _portions(alarms: Sequence[Alarm]) -> list[list[Alarm]]:
    portions: list[list[Alarm]] = []
    room = 0
    for alarm in alarms:
        size = len(_line(alarm).encode()) + 1
        if size > room:
            portions.append([])
            room = MOST_BYTES
        portions[-1].append(alarm)
        room -= size
    return portions


def _text(alarms: Sequence[Alarm]) -> str:
    with override(settings.LANGUAGE_CODE):
        head = ngettext("%(house)s: %(n)s alarm", "%(house)s: %(n)s alarms", len(alarms))
        words = {"house": house.name(settings.LANGUAGE_CODE), "n": len(alarms)}
        return "\n".join((head % words, *(_line(each) for each in alarms), f"{settings.PUBLIC_URL}/work"))


def _line(alarm: Alarm) -> str:
    with override(settings.LANGUAGE_CODE):
        kind = gettext(KIND_WORDS.get(alarm.kind, alarm.kind))
        title = gettext(alarm.title) if alarm.kind == "figure_missed" else alarm.title
        return f"· {kind}: {title[:120]} ({timezone.localtime(alarm.due_at):%m-%d %H:%M})"


def _mark(name: str, item_id: int) -> None:
    execute(
        "INSERT INTO flow_toldrobot (name, last_item) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET last_item = excluded.last_item",
        [name, item_id],
    )
