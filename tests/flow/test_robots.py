"""Chat robots told of alarms: a burst in few messages, none lost, and no more a minute than a chat takes."""

import json
from datetime import timedelta

import pytest
from tests.makers import CLERK, NOW, policies
from tests.receivers import a_receiver

from orderloop.flow.services import robots
from orderloop.flow.services.connections import change_secret, retire_secret
from orderloop.platform import outbox
from orderloop.platform.models import Effect
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def receiver(settings):
    settings.POST_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://desk.example"
    settings.LANGUAGE_CODE = "en"
    with a_receiver() as receiver:
        yield receiver


@pytest.fixture
def robot(receiver):
    policies()
    change_secret("robot:desk", value=receiver.address, at=NOW, actor=CLERK)
    robots.tell_robots(at=NOW)
    return receiver


def alarm(*numbers, kind="confirmation_late"):
    worklist.open_items([WorkNew(kind, "clerk", "draft", n, f"PO-{n}", NOW) for n in numbers], at=NOW)


def told(receiver):
    return [json.loads(content)["text"] for _headers, content in receiver.seen]


def test_a_robot_is_told_of_alarms_once_and_of_other_work_not(robot):
    alarm(1, 2)
    alarm(3, kind="draft")
    assert (robots.tell_robots(at=NOW), robots.tell_robots(at=NOW + MINUTE)) == (1, 0)
    robots.post_robots(NOW)
    robots.post_robots(NOW + MINUTE)
    (text,) = told(robot)
    assert text.splitlines() == [
        "Orderloop: 2 alarms",
        "· Confirm an order whose time is over: PO-1 (11-23 10:00)",
        "· Confirm an order whose time is over: PO-2 (11-23 10:00)",
        "https://desk.example/work",
    ]
    assert robots.tell_robots(at=NOW + 2 * MINUTE) == 0


def test_a_robot_made_later_is_told_of_what_comes_next_only(receiver):
    policies()
    alarm(1)
    change_secret("robot:desk", value=receiver.address, at=NOW, actor=CLERK)
    assert robots.tell_robots(at=NOW) == 0
    alarm(2)
    robots.tell_robots(at=NOW)
    robots.post_robots(NOW)
    (text,) = told(receiver)
    assert "PO-2" in text
    assert "PO-1 " not in text


def test_a_burst_goes_out_in_few_messages_a_minute_and_none_is_lost(robot):
    alarm(*range(1, 501))
    sent, at = [], NOW
    while len([line for text in told(robot) for line in text.splitlines() if line.startswith("·")]) < 500:
        robots.tell_robots(at=at)
        before = len(robot.seen)
        while robots.post_robots(at):
            continue
        sent.append(len(robot.seen) - before)
        at += MINUTE
    assert max(sent) <= robots.MOST_MESSAGES
    lines = [line.split()[-3] for text in told(robot) for line in text.splitlines() if line.startswith("·")]
    assert lines == [f"PO-{n}" for n in range(1, 501)]
    assert all(len(text.encode()) < 2048 for text in told(robot))


def test_a_chat_that_refuses_is_told_later_and_nothing_new_before(robot):
    robot.answers(200, 200, body=b'{"errcode": 130101, "errmsg": "send too fast"}')
    alarm(1)
    robots.tell_robots(at=NOW)
    robots.post_robots(NOW)
    effect = Effect.objects.get(kind="robot")
    assert (effect.error, effect.done_at) == ("answered 130101", None)
    assert effect.next_at - NOW > MINUTE
    alarm(2)
    assert robots.tell_robots(at=NOW + MINUTE) == 0
    robot.answers(200, body=b'{"errcode": 0}')
    robots.post_robots(effect.next_at)
    assert Effect.objects.get(kind="robot").done_at == effect.next_at
    assert robots.tell_robots(at=effect.next_at) == 1


def test_a_robot_taken_out_is_told_nothing_any_more(robot):
    alarm(1)
    robots.tell_robots(at=NOW)
    retire_secret("robot:desk", at=NOW, actor=CLERK)
    robots.post_robots(NOW)
    assert robot.seen == []
    assert not Effect.objects.filter(kind="robot", done_at=None).exists()
    assert not outbox.drain(NOW)


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", {"msgtype": "text", "text": {"content": "a"}}),
        ("https://oapi.dingtalk.com/robot/send?access_token=1", {"msgtype": "text", "text": {"content": "a"}}),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/1", {"msg_type": "text", "content": {"text": "a"}}),
        ("https://chat.example/hook", {"text": "a"}),
    ],
)
def test_each_chat_is_spoken_to_in_its_own_form(url, body):
    assert robots.body_of(url, "a") == body
