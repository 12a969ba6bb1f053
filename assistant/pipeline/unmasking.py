"""Opening the vault for one pseudonym: noted with who, when and why before anything is shown."""

import re
from dataclasses import dataclass

from assistant.domain.vocabulary import PII_TYPES, PiiType
from assistant.errors import NotFoundError, SettingError, UsageError
from assistant.pipeline.actor import actor
from assistant.pipeline.context import Context

_PSEUDONYM = re.compile(r"⟦?(?:(?P<type>[a-z_]+)[:-])?(?P<hex>[0-9a-f]{6,16})⟧?")
LEAST_REASON = 4
"""Letters that a reason needs."""


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A raw value with the records it stands in."""

    type: PiiType
    pseudonym: str
    value: str
    record_ids: tuple[str, ...]


def unmask(context: Context, pseudonym: str, reason: str) -> list[Unmasked]:
    """The raw values behind a pseudonym (several where the six digits of two values fall together).

    Raises:
        SettingError: the vault is off.
        UsageError: that is no pseudonym, or the reason is too short.
        NotFoundError: the vault has no such value.
        StoreError: the vault was sealed under another key.
    """
    if context.vault is None:
        raise SettingError("the vault is off: with VOC_VAULT=on, raw values of what is imported from then on are kept")
    found = _PSEUDONYM.fullmatch(pseudonym.strip())
    if found is None or (found["type"] or "phone") not in PII_TYPES:
        raise UsageError(f"{pseudonym!r} is no pseudonym: give one as it stands in a text, such as ⟦phone:7f3a9c⟧")
    if sum(map(str.isalnum, reason)) < LEAST_REASON:
        raise UsageError("--reason: say why this value is needed, it is kept in the audit book")
    sealed = context.store.sealed(found["type"], found["hex"])
    subject = f"{found['type'] or 'any'}:{found['hex']}"
    context.store.note(actor(), "unmask", subject, context.mask(reason), len(sealed))
    if not sealed:
        raise NotFoundError(f"the vault has no value behind {subject}: it may have come in while the vault was off")
    opened: dict[tuple[PiiType, str], list[str]] = {}
    for item in sealed:
        opened.setdefault((item.type, context.vault.open(item.sealed)), []).append(item.record_id)
    return [Unmasked(kind, found["hex"], value, tuple(ids)) for (kind, value), ids in opened.items()]
