"""The line that the audit book gets for a command."""

import re
from collections.abc import Sequence

from assistant.intake.privacy import Masker, load_key, load_policy
from assistant.pipeline.actor import actor
from assistant.records.opening import open_store
from assistant.settings import load_settings

_ID = re.compile(r"[a-z]{1,8}_[0-9a-f]{6,40}")


def book(action: str, arguments: Sequence[str], code: int) -> None:
    """Write down who ran a command, with the ids it was given and how it ended; nothing else that was typed.

    Raises:
        VocError: the book can't be written.
    """
    settings = load_settings()
    store = open_store(settings)
    try:
        masker = Masker(load_key(settings.data_dir), load_policy(settings.masking_policy))
        subject = ",".join(part for part in arguments[1:] if _ID.fullmatch(part))
        reason = f"exit {code}" if code else ""
        store.note(actor(), action, str(masker.mask_text(subject)[0])[:200], reason, 1)
    finally:
        store.database.close()
