"""Alerts: where they go, from when on something is told, what was sent, and the digest as it will be."""

from dataclasses import dataclass
from typing import Any

from api.pages.admin.forms import heading
from api.pages.doing import done
from api.pages.parts import box, button, emptiness, facts, fault, say, table, tag
from api.pages.visitor import Visit
from assistant.alerts.config import AlertSettings, read_alert_settings
from assistant.domain.alerts import Message
from assistant.errors import UsageError

_TEST, _RETRY = "POST /v1/alerts/test", "POST /v1/alerts/retry"
_MOST = 30
"""Alerts shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """The file, or its mistake; what was told, and how many in all; the last week's digest, if there is data."""

    settings: AlertSettings | None
    mistake: str
    rows: list[dict[str, Any]]
    total: int
    failed: int
    titles: dict[str, str]
    digest: Message | None


def told_of(visit: Visit) -> Told:
    """What the part shows."""
    store, settings, mistake, digest = visit.app.store, None, "", None
    try:
        settings = read_alert_settings(store.database.folder)
    except UsageError as error:
        mistake = str(error)
    if store.span()[1] is not None:
        digest = visit.app.pipeline.digest(None)
    rows, total = store.alerts.list_alerts(_MOST)
    failed = store.alerts.list_alerts(1, status="failed")[1]
    titles = {theme.id: theme.title for theme in store.themes()} if rows else {}
    return Told(settings, mistake, rows, total, failed, titles, digest)


def alerts_part(visit: Visit, found: Told) -> None:
    """Show it."""
    words = visit.words
    heading(visit, "ad_alerts", "ad_alerts_told")
    if found.settings is None:
        fault(words("ad_bad_alerts"), visit.masked(found.mistake))
    elif not found.settings.channel:
        emptiness(words("ad_no_channels"), words("ad_no_channels_told"))
    else:
        _channels(visit, found.settings)
    with box("two ad-two"):
        if found.settings is not None:
            _thresholds(visit, found.settings)
        _digest(visit, found.digest)
    _sent(visit, found)


def _channels(visit: Visit, settings: AlertSettings) -> None:
    words = visit.words
    tag("h2", words("ad_channels"))
    with tag("ul", "", "ad-rows"):
        for channel in settings.channel:
            with tag("li", "", "ad-row"):
                with box("ad-main"):
                    with box("ad-names"):
                        tag("strong", channel.name)
                        tag("span", channel.kind, "chip")
                    facts(" · ".join(words.label(f"alert_{rule}") for rule in channel.rules))
                    quotes = f"{words('ad_quotes')}: {words('ad_yes' if channel.quotes else 'ad_no')}"
                    facts(f"{words('ad_pace')} {channel.per_minute}", quotes)

                async def send(name: str = channel.name) -> None:
                    made = await done(visit, _TEST, name, lambda: visit.app.pipeline.test_alerts(name))
                    if made is not None:
                        failed, later = sum(made.failed.values()), sum(made.later.values())
                        say(words("ad_tried", sent=made.sent, failed=failed, later=later), bad=bool(failed or later))

                button(words("ad_try"), send, "plain", aria_label=f"{words('ad_try')}: {channel.name}")


def _thresholds(visit: Visit, settings: AlertSettings) -> None:
    words, quiet = visit.words, settings.quiet
    with box("sheet-flat"):
        tag("h2", words("ad_thresholds"))
        with tag("dl", "", "ad-list"):
            for name, value in settings.thresholds.model_dump().items():
                with box():
                    tag("dt", words.label(f"limit_{name}"))
                    tag("dd", f"{value:g}")
        if quiet is None:
            facts(words("ad_no_quiet"))
        else:
            facts(words("ad_quiet", start=quiet.start, end=quiet.end, offset=quiet.utc_offset))


def _digest(visit: Visit, digest: Message | None) -> None:
    words = visit.words
    with box("sheet-flat"):
        tag("h2", words("ad_digest"))
        if digest is None:
            facts(words("ad_no_digest"))
            return
        tag("p", words.readable(digest.title), "ad-digest-title")
        with box("ad-digest"):
            for line in digest.lines:
                tag("p", words.readable(line))


def _sent(visit: Visit, found: Told) -> None:
    words = visit.words
    with box("heading"):
        tag("h2", words("ad_sent"))
        if found.failed:

            async def again() -> None:
                store = visit.app.store.alerts
                made = await done(visit, _RETRY, "", store.retry_failed)
                if made is not None:
                    say(words("ad_retried", n=made))

            button(words("ad_retry"), again, "plain")
    if not found.rows:
        facts(words("ad_none_sent"))
        return
    columns = ("ad_when", "ad_rule_col", "ad_theme_col", "ad_told_to", "ad_status", "ad_reason")
    shown = [
        (visit.when(row["created_at"]), words.label(f"alert_{row['rule']}"),
         words.readable(found.titles.get(row["theme_id"] or "", "")) or "—", one.get("channel") or "—",
         words.label(f"sent_{one['status']}") if one else "—", one.get("reason") or "—")
        for row in found.rows
        for one in (row["deliveries"] or [{}])
    ]  # fmt: skip
    table([words(column) for column in columns], shown)
    facts(words("ad_range", first=1, last=len(found.rows), total=found.total))
