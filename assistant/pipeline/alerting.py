"""Alerts in order: what the store shows of each theme, which of it is worth telling, and the outbox emptied."""

import datetime as dt
from collections import Counter
from dataclasses import replace

from assistant.alerts.config import ALERTS_FILE, AlertSettings, Channel, Thresholds, read_alert_settings
from assistant.alerts.digest import Digest, days_of, digest_of, week_of
from assistant.alerts.harmless import harmless
from assistant.alerts.rules import find_alerts
from assistant.alerts.sending import Clock, Sender, utc_now
from assistant.alerts.wording import digest_message, message_of
from assistant.domain.alerts import Alert, AlertsReceipt, Message, ThemeWatch
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme
from assistant.errors import NotFoundError, UsageError
from assistant.intake.privacy import check_abroad
from assistant.pipeline.context import Context
from assistant.pipeline.trending import spikes_by_theme
from assistant.records.alert_store import Delivery
from assistant.records.theme_watch import watch_themes


def run_alerts(context: Context, *, clock: Clock = utc_now, send: bool = True) -> AlertsReceipt:
    """Look at the themes, take up what is worth telling, and send what is due.

    Raises:
        SettingError: ``alerts.toml`` has a mistake.
        BusyError: another process is sending.
    """
    settings = read_alert_settings(context.data_dir)
    found = _found(context, settings, clock)
    fresh = context.store.alerts.add_alerts([(alert, settings.subscribed(alert)) for alert in found])
    new: dict[str, int] = dict(Counter(alert.rule for alert in fresh))
    if not send:
        return AlertsReceipt(new=new, waiting=context.store.alerts.waiting())
    return replace(_sender(context, settings, clock).send_due(), new=new)


def configured(context: Context) -> bool:
    """Whether anybody is to be told anything.

    Raises:
        SettingError: ``alerts.toml`` has a mistake.
    """
    return bool(read_alert_settings(context.data_dir).channel)


def send_test(context: Context, name: str | None, *, clock: Clock = utc_now) -> AlertsReceipt:
    """Send a test alert to one channel, or to all.

    Raises:
        UsageError: there is no such channel, or none at all.
    """
    settings = read_alert_settings(context.data_dir)
    names = [name] if name else list(settings.by_name)
    if not names or any(one not in settings.by_name for one in names):
        known = ", ".join(settings.by_name) or f"none: write {context.data_dir / ALERTS_FILE}"
        raise UsageError(f"there is no channel {name or ''}; known are {known}")
    alert = Alert("test", clock().isoformat())
    context.store.alerts.add_alerts([(alert, names)])
    return replace(_sender(context, settings, clock).send_due(only=alert.id), new={"test": 1})


def set_fix(context: Context, theme_id: str, day: str | None, actor: str) -> Theme:
    """Note since when a theme is said to be mended, so that it is told when it comes back; None takes it back.

    Raises:
        NotFoundError: there is no such theme.
    """
    theme = context.store.theme(theme_id)
    context.store.alerts.set_fix(theme_id, day, actor)
    return theme


def week_digest(context: Context, week: str | None = None) -> Message:
    """A week's digest in words; by default of the last week there are records of.

    Raises:
        UsageError: it is no week, or there are no records at all.
    """
    digest = _digest(context, week)
    return digest_message(
        _digest_alert(digest.week).id, utc_now().isoformat(timespec="seconds"), digest, context.language
    )


def _digest(context: Context, week: str | None) -> Digest:
    last = context.store.span()[1]
    if week is None and last is None:
        raise UsageError("there are no records with a day: run `voc ingest` first")
    return digest_of(context.store.counting, watched(context, Thresholds()), week or week_of(str(last)))


def watched(context: Context, thresholds: Thresholds) -> list[ThemeWatch]:
    """What the rules are shown of each theme."""
    store = context.store
    spikes = spikes_by_theme(store)
    themes = watch_themes(store.database, thresholds.recent_days, thresholds.grace_days, store.alerts.fixed_themes())
    return [replace(one, spikes=spikes.get(one.theme_id, ())) for one in themes]


def _found(context: Context, settings: AlertSettings, clock: Clock) -> list[Alert]:
    first, last = context.store.span()
    if first is None or last is None:
        return []
    themes = watched(context, settings.thresholds)
    found = find_alerts(themes, first, last, settings.thresholds, context.store.alerts.told_spikes())
    ended = week_of((clock().date() - dt.timedelta(days=7)).isoformat())
    since, until = days_of(ended)
    if context.store.counting.totals(Filters(since=since, until=until)).records:
        found.append(_digest_alert(ended))
    return found


def _digest_alert(week: str) -> Alert:
    return Alert("digest", week, None, {"week": week})


def _sender(context: Context, settings: AlertSettings, clock: Clock) -> Sender:
    def compose(delivery: Delivery, channel: Channel) -> Message:
        message = _message(context, delivery, channel)
        check_abroad("\n".join((message.title, *message.lines)))
        return message

    return Sender(context.store.alerts, settings, compose, clock=clock)


def _message(context: Context, delivery: Delivery, channel: Channel) -> Message:
    alert, language = delivery.alert, context.language
    if alert.rule == "digest":
        digest = _digest(context, str(alert.facts["week"]))
        return digest_message(delivery.alert_id, delivery.created_at, digest, language)
    theme, voices = None, []
    if alert.theme_id is not None:
        try:
            theme = context.store.theme(alert.theme_id)
            voices = context.store.theme_voices(alert.theme_id, 2) if channel.quotes else []
        except NotFoundError:
            theme = None
    told = message_of(alert, delivery.created_at, theme, voices, language)
    return replace(told, id=delivery.alert_id, title=harmless(told.title))
