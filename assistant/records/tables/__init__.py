"""The tables of the store, by what they hold; `migrations/` brings a database to them."""

from assistant.records.tables.base import metadata
from assistant.records.tables.keeping import audit, bans, retention, vault
from assistant.records.tables.nbn import answers, feedback, idea_themes, ideas, proposals
from assistant.records.tables.themes import fixes, theme_events, theme_holds, theme_parents, themes
from assistant.records.tables.voices import (
    contacts,
    customers,
    insights,
    lead_events,
    leads,
    readings,
    record_versions,
    records,
)
from assistant.records.tables.work import alerts, deliveries, exports, model_calls, stages

__all__ = [
    "alerts",
    "answers",
    "audit",
    "bans",
    "contacts",
    "customers",
    "deliveries",
    "exports",
    "feedback",
    "fixes",
    "idea_themes",
    "ideas",
    "insights",
    "lead_events",
    "leads",
    "metadata",
    "model_calls",
    "proposals",
    "readings",
    "record_versions",
    "records",
    "retention",
    "stages",
    "theme_events",
    "theme_holds",
    "theme_parents",
    "themes",
    "vault",
]
