"""The outbox empties once, at its pace, through every fault of the other side."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from assistant.alerts.config import AlertSettings, Channel, Quiet
from assistant.alerts.posting import send
from assistant.alerts.robots import Verdict
from assistant.alerts.sending import WAITS, Sender
from assistant.domain.alerts import Alert, Message
from assistant.errors import BusyError, EgressError
from assistant.records.alert_store import Delivery
from assistant.records.repository import Repository
from tests.alerts.receivers import Mailbox, Webhook, mailbox, webhook

START = dt.datetime(2099, 1, 1, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as state:
        yield state


@pytest.fixture
def post_office() -> Iterator[Mailbox]:
    with mailbox() as state:
        yield state


@dataclass
class Clock:
    """A clock that is set by hand."""

    moment: dt.datetime = START

    def __call__(self) -> dt.datetime:
        return self.moment

    def on(self, seconds: float) -> None:
        self.moment += dt.timedelta(seconds=seconds)


def compose(delivery: Delivery, channel: Channel) -> Message:
    return Message(delivery.alert_id, delivery.alert.rule, "标题", ("一行",), delivery.created_at)


def settings(hook: Webhook, kind: str = "wecom", **more: Any) -> AlertSettings:
    one = {"name": "group", "kind": kind, "url": f"{hook.url}/hook?key=SECRET", "timeout": 0.3, **more}
    return AlertSettings.model_validate({"channel": [one]})


def add(store: Repository, *subjects: str, channel: str = "group") -> list[Alert]:
    return store.alerts.add_alerts([(Alert("new_theme", subject, subject), [channel]) for subject in subjects])


def states(store: Repository) -> list[tuple[str, int, str | None]]:
    return [
        (d["status"], d["tries"], d["reason"]) for row in store.alerts.list_alerts(None)[0] for d in row["deliveries"]
    ]


def test_each_alert_goes_to_each_channel_once(store: Repository, hook: Webhook) -> None:
    sender = Sender(store.alerts, settings(hook), compose, clock=Clock())
    assert len(add(store, "a", "b")) == 2
    assert add(store, "a", "b") == []
    receipt = sender.send_due()
    assert (receipt.due, receipt.sent, receipt.waiting) == (2, 2, 0)
    assert sender.send_due().due == 0
    add(store, "a")
    assert sender.send_due().due == 0
    assert len(hook.got) == 2
    assert hook.got[0].path == "/hook?key=SECRET"
    assert states(store) == [("sent", 1, None)] * 2


def test_a_mail_arrives(store: Repository, post_office: Mailbox) -> None:
    one = {
        "name": "group", "kind": "smtp", "host": "127.0.0.1", "port": post_office.port, "security": "none",
        "sender": "voc@example.com", "to": ["boss@example.com"],
    }  # fmt: skip
    add(store, "a")
    sender = Sender(store.alerts, AlertSettings.model_validate({"channel": [one]}), compose, clock=Clock())
    assert sender.send_due().sent == 1
    (mail,) = post_office.mails
    assert (mail["Subject"], mail["To"]) == ("标题", "boss@example.com")
    post_office.recipients = b"550 nobody"
    add(store, "b")
    assert sender.send_due().failed == {"smtp_recipients_refused": 1}


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ((500, b""), "wecom", "http_500"),
        ((429, b""), "json", "http_429"),
        ((200, {"errcode": 45009}), "wecom", "errcode_45009"),
        ((200, {"code": 11232}), "feishu", "errcode_11232"),
    ],
)
def test_what_may_pass_is_tried_again_later_and_later(
    store: Repository, hook: Webhook, answer: Any, kind: str, reason: str
) -> None:
    clock = Clock()
    sender = Sender(store.alerts, settings(hook, kind), compose, clock=clock)
    add(store, "a")
    hook.answers = [answer] * 2
    assert sender.send_due().later == {reason: 1}
    assert states(store) == [("pending", 1, reason)]
    clock.on(30)
    assert sender.send_due().due == 0
    clock.on(WAITS[0])
    assert sender.send_due().later == {reason: 1}
    clock.on(WAITS[0])
    assert sender.send_due().due == 0
    clock.on(WAITS[1])
    assert sender.send_due().sent == 1
    assert len(hook.got) == 3


def test_it_ends_after_the_last_wait(store: Repository, hook: Webhook) -> None:
    clock = Clock()
    sender = Sender(store.alerts, settings(hook), compose, clock=clock)
    add(store, "a")
    hook.answers = [(503, b"")] * 99
    receipts = []
    for _ in range(len(WAITS) + 3):
        receipts.append(sender.send_due())
        clock.on(max(WAITS) + 1)
    assert len(hook.got) == len(WAITS) + 1
    assert sum(sum(receipt.failed.values()) for receipt in receipts) == 1
    hook.answers = []
    assert store.alerts.retry_failed() == 1
    assert sender.send_due().sent == 1


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ((200, {"errcode": 93000, "errmsg": "invalid webhook url"}), "wecom", "errcode_93000"),
        ((200, {"errcode": 310000}), "dingtalk", "errcode_310000"),
        ((200, b"<html>hello</html>"), "feishu", "no_answer_of_a_robot"),
        ((404, b""), "json", "http_404"),
        ((302, b""), "json", "redirected"),
        ((307, b""), "wecom", "redirected"),
    ],
)
def test_what_stays_refused_is_failed_at_once(
    store: Repository, hook: Webhook, answer: Any, kind: str, reason: str
) -> None:
    add(store, "a")
    hook.answers = [answer]
    receipt = Sender(store.alerts, settings(hook, kind), compose, clock=Clock()).send_due()
    assert receipt.failed == {reason: 1}
    assert states(store) == [("failed", 1, reason)]
    assert [got.path for got in hook.got] == ["/hook?key=SECRET"]


def test_nobody_there_and_nobody_answering(store: Repository, hook: Webhook) -> None:
    add(store, "a")
    hook.hold.clear()
    assert Sender(store.alerts, settings(hook), compose, clock=Clock()).send_due().later == {"timeout": 1}
    hook.hold.set()
    clock = Clock(START + dt.timedelta(hours=1))
    nowhere = replace(hook, url="http://127.0.0.1:1")
    assert Sender(store.alerts, settings(nowhere), compose, clock=clock).send_due().later == {"connection": 1}


def test_a_channel_is_not_used_faster_than_it_bears(store: Repository, hook: Webhook) -> None:
    clock = Clock()
    sender = Sender(store.alerts, settings(hook, per_minute=3), compose, clock=clock)
    add(store, *"abcdefgh")
    sent = []
    for _ in range(4):
        receipt = sender.send_due()
        sent.append(receipt.sent)
        clock.on(62)
    assert sent == [3, 3, 2, 0]
    assert len({got.body for got in hook.got}) == 1
    assert len(hook.got) == 8


def test_nobody_is_disturbed_in_quiet_hours(store: Repository, hook: Webhook) -> None:
    clock = Clock(dt.datetime(2099, 1, 1, 15, 0, tzinfo=dt.UTC))
    quiet = settings(hook).model_copy(update={"quiet": Quiet(start="22:00", end="08:00")})
    sender = Sender(store.alerts, quiet, compose, clock=clock)
    add(store, "a")
    receipt = sender.send_due()
    assert (receipt.due, receipt.waiting) == (0, 1)
    clock.moment = dt.datetime(2099, 1, 1, 23, 59, tzinfo=dt.UTC)
    assert sender.send_due().due == 0
    clock.moment = dt.datetime(2099, 1, 2, 0, 1, tzinfo=dt.UTC)
    assert sender.send_due().sent == 1


def test_two_senders_do_not_send_at_once(store: Repository, hook: Webhook) -> None:
    add(store, "a")
    inner: list[BaseException] = []

    def post(channel: Channel, message: Message, moment: dt.datetime) -> Verdict:
        try:
            sender.send_due()
        except BusyError as error:
            inner.append(error)
        return send(channel, message, moment)

    sender = Sender(store.alerts, settings(hook), compose, post=post, clock=Clock())
    assert sender.send_due().sent == 1
    assert len(inner) == len(hook.got) == 1


class Killed(BaseException):
    """What stands for kill -9 in between."""


def killed(after: bool) -> Callable[[Channel, Message, dt.datetime], Verdict]:
    def post(channel: Channel, message: Message, moment: dt.datetime) -> Verdict:
        if after:
            send(channel, message, moment)
        raise Killed

    return post


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize(("kind", "end"), [("wecom", ("failed", 1, "interrupted")), ("json", ("sent", 2, None))])
def test_what_was_in_hand_when_the_sender_died(
    store: Repository, hook: Webhook, kind: str, end: tuple[str, int, str | None], after: bool
) -> None:
    add(store, "a")
    with pytest.raises(Killed):
        Sender(store.alerts, settings(hook, kind), compose, post=killed(after), clock=Clock()).send_due()
    assert states(store) == [("sending", 1, None)]
    Sender(store.alerts, settings(hook, kind), compose, clock=Clock()).send_due()
    assert states(store) == [end]
    assert len(hook.got) == after + (kind == "json")
    assert len({got.headers.get("idempotency-key") for got in hook.got}) <= 1


def test_what_is_not_masked_is_not_sent(store: Repository, hook: Webhook) -> None:
    def leaking(delivery: Delivery, channel: Channel) -> Message:
        raise EgressError("a prompt held what is not masked")

    add(store, "a")
    assert Sender(store.alerts, settings(hook), leaking, clock=Clock()).send_due().failed == {"egress": 1}
    assert hook.got == []


def test_a_channel_that_is_gone_fails_what_was_for_it(store: Repository, hook: Webhook) -> None:
    add(store, "a", channel="old")
    assert Sender(store.alerts, settings(hook), compose, clock=Clock()).send_due().failed == {"no_such_channel": 1}
