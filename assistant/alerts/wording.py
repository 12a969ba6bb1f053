"""Alerts and digests in words, in the language of the settings; customers' words and titles made harmless."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal

from assistant.alerts.digest import Digest
from assistant.alerts.harmless import harmless
from assistant.domain.alerts import Alert, Message
from assistant.domain.themes import Theme, Voice
from assistant.domain.vocabulary import zh

Language = Literal["zh", "en"]


@cache
def words(language: Language) -> dict[str, str]:
    """The templates of a language."""
    found = tomllib.loads((resources.files(__package__) / "data" / "words.toml").read_text(encoding="utf-8"))
    return dict(found[language])


def message_of(
    alert: Alert, created_at: str, theme: Theme | None, voices: Sequence[Voice], language: Language
) -> Message:
    """An alert about a theme (None: it is gone by now) with up to two voices."""
    say = words(language)
    title = harmless(theme.title) if theme else say["gone"] if alert.theme_id else ""
    lines = [say[f"{alert.rule}_line"].format(**alert.facts)]
    if theme is not None:
        deep = zh(theme.deep_category) if language == "zh" else theme.deep_category
        lines.append(say["need"].format(deep_category=deep, theme_id=theme.id))
    lines += [say["quote"].format(quote=harmless(voice.quote), place=_place(voice, language)) for voice in voices[:2]]
    heading = say[alert.rule].format(title=title)
    return Message(alert.id, alert.rule, heading, tuple(lines), created_at, alert.theme_id, alert.facts)


def digest_message(alert_id: str, created_at: str, digest: Digest, language: Language) -> Message:
    """A week in words."""
    say = words(language)
    title = say["digest"].format(week=digest.week, since=digest.since, until=digest.until)
    lines = [_counts(digest, say)]
    for heading, line, rows in (
        ("frictions", "friction", digest.frictions), ("new_themes", "new_one", digest.new_themes),
        ("spikes", "spike_one", digest.spikes), ("delights", "delight", digest.delights),
    ):  # fmt: skip
        told = [say[line].format(n=n, **{**row, "title": harmless(str(row["title"]))}) for n, row in enumerate(rows, 1)]
        lines += [say[heading], *told] if told else []
    facts = {"week": digest.week, "records": digest.records, "customers": digest.customers, "before": digest.before}
    return Message(alert_id, "digest", title, tuple(lines), created_at, None, facts)


def _counts(digest: Digest, say: dict[str, str]) -> str:
    if not digest.records:
        return say["nothing"]
    counted = {"records": digest.records, "customers": digest.customers}
    if not digest.before:
        return say["counts_first"].format(**counted)
    change = f"{(digest.records - digest.before) / digest.before:+.0%}"
    return say["counts"].format(**counted, before=digest.before, change=change)


def _place(voice: Voice, language: Language) -> str:
    channel = zh(voice.channel) if language == "zh" else voice.channel
    return harmless("·".join(part for part in (channel, voice.product, (voice.created_at or "")[:10]) if part))
