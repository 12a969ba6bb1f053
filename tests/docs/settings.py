"""The table of all settings, by what they are about, out of their fields."""

import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from assistant.settings import Settings

GROUPS = (
    ("The model", r"OPENAI_|VOC_(ENGINE|CHAT_MODEL|LLM_|BUDGET_|ENDPOINT_|REQUESTS_|TOKENS_|PLANNER|ASK_PATIENCE)"),
    ("Finding", r"VOC_(EMBEDDING_|RERANK|CHROMA_)"),
    ("Where things are kept", r"VOC_(DATA_DIR|DATABASE_)"),
    ("Personal data", r"VOC_(MASKING_|VAULT)"),
    ("The house", r"VOC_(COMPANY_|LANGUAGE)"),
    ("The service", r"VOC_(HOST|PORT|SCHEDULE|TIMEZONE|ASK_CONCURRENCY)"),
    ("Logging in with the firm's accounts", r"VOC_OIDC_"),
    ("Others", r""),
)
"""Heading and the beginnings of the names under it; the first that fits."""


def settings_part() -> str:
    """A table for each group: name, default, what may be set, meaning."""
    fields = {str(field.alias): field for field in Settings.model_fields.values()}
    lines: list[str] = []
    for heading, pattern in GROUPS:
        mine = [name for name in fields if re.match(pattern, name)]
        if mine:
            lines += [f"### {heading}", "", "| setting | default | may be | meaning |", "|---|---|---|---|"]
            lines += [_row(name, fields.pop(name)) for name in mine]
            lines.append("")
    return "\n".join(lines).rstrip()


def _row(name: str, field: FieldInfo) -> str:
    default = "–" if field.default is None else f"`{_plain(field.default)}`"
    return f"| `{name}` | {default} | {_allowed(field)} | {(field.description or '').replace('|', chr(92) + '|')} |"


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _allowed(field: FieldInfo) -> str:
    """What a value must be, in a word or two."""
    kind: Any = field.annotation
    kinds = [one for one in get_args(kind) if one is not type(None)] if get_origin(kind) not in (Literal, None) else []
    kind = kinds[0] if kinds else kind
    if get_origin(kind) is Literal:
        return " ".join(f"`{one}`" for one in get_args(kind))
    limits = {key: getattr(rule, key) for rule in field.metadata for key in ("ge", "gt", "le") if hasattr(rule, key)}
    if kind in (int, float):
        low = f"from {limits['ge']:g}" if "ge" in limits else f"above {limits['gt']:g}" if "gt" in limits else ""
        high = f" to {limits['le']:g}" if "le" in limits else ""
        return f"number {low}{high}".strip()
    return "path" if kind is Path else "text"
