"""Empties the outbox: in order, at each channel's pace, not in quiet hours; what fails is tried again, ever later."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from filelock import FileLock, Timeout

from assistant.alerts.config import AlertSettings, Channel
from assistant.alerts.posting import send
from assistant.alerts.robots import Verdict
from assistant.domain.alerts import AlertsReceipt, Message
from assistant.errors import BusyError, EgressError
from assistant.records.alert_store import AlertStore, Delivery

WAITS = (60, 300, 1800, 7200, 21_600)
"""Seconds before the second, third … try; after the last of them a delivery has failed."""
_MINUTE = dt.timedelta(minutes=1)

Compose = Callable[[Delivery, Channel], Message]
Clock = Callable[[], dt.datetime]
Post = Callable[[Channel, Message, dt.datetime], Verdict]


def utc_now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class _Counts:
    due: int = 0
    sent: int = 0
    later: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


class Sender:
    """Sends what is due, one sender at a time on a data directory.

    A delivery is marked as in hand before it is sent. Where the sender dies in between, nobody knows whether it arrived:
    to a receiver that tells repeats by their id it goes again; to a group it does not, and says so (``interrupted``).
    """

    def __init__(
        self, store: AlertStore, settings: AlertSettings, compose: Compose, *, post: Post = send, clock: Clock = utc_now
    ) -> None:
        self._store, self._settings, self._compose = store, settings, compose
        self._post, self._clock = post, clock

    def send_due(self, only: str | None = None) -> AlertsReceipt:
        """Try everything that is due once; of one alert `only`, quiet hours or not.

        Raises:
            BusyError: another process is sending.
        """
        lock = FileLock(str(self._store.database.folder / "alerts.lock"), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise BusyError("another process is sending alerts: wait until it has ended") from None
        try:
            return self._round(only)
        finally:
            lock.release()

    def _round(self, only: str | None) -> AlertsReceipt:
        counts = _Counts()
        channels = self._settings.by_name
        self._store.take_up_interrupted(name for name, channel in channels.items() if channel.repeatable)
        for delivery in self._store.due(_iso(self._clock())):
            if only is not None and delivery.alert_id != only:
                continue
            channel = channels.get(delivery.channel)
            if channel is None:
                self._store.give_up(delivery, "no_such_channel")
                counts.due += 1
                counts.failed["no_such_channel"] += 1
            elif (free := self._not_before(channel, heed_quiet=only is None)) is not None:
                self._store.postpone(delivery, free)
            elif self._store.claim(delivery, _iso(self._clock())):
                counts.due += 1
                self._try(delivery, channel, counts)
        return AlertsReceipt(
            due=counts.due, sent=counts.sent, later=dict(counts.later), failed=dict(counts.failed),
            waiting=self._store.waiting(),
        )  # fmt: skip

    def _try(self, delivery: Delivery, channel: Channel, counts: _Counts) -> None:
        try:
            verdict = self._post(channel, self._compose(delivery, channel), self._clock())
        except EgressError:
            verdict = Verdict(False, EgressError.kind)
        if verdict.sent:
            self._store.settle(delivery, status="sent", reason=verdict.reason or None, next_at=None)
            counts.sent += 1
        elif verdict.again and delivery.tries < len(WAITS):
            moment = self._clock() + dt.timedelta(seconds=WAITS[delivery.tries])
            self._store.settle(delivery, status="pending", reason=verdict.reason, next_at=_iso(moment))
            counts.later[verdict.reason] += 1
        else:
            self._store.settle(delivery, status="failed", reason=verdict.reason, next_at=None)
            counts.failed[verdict.reason] += 1

    def _not_before(self, channel: Channel, *, heed_quiet: bool) -> str | None:
        """When the channel may be used next; None: now. Quiet hours first, then its pace over the last minute."""
        moment = self._clock()
        quiet = self._settings.quiet if heed_quiet else None
        if quiet is not None and (ends := quiet.ends(moment)) is not None:
            return _iso(ends)
        tried = self._store.tried_since(channel.name, _iso(moment - _MINUTE))
        if len(tried) < channel.per_minute:
            return None
        return _iso(dt.datetime.fromisoformat(tried[-channel.per_minute]) + _MINUTE + dt.timedelta(seconds=1))


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
