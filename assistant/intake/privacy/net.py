"""The second net: what a model says is scanned as what a customer says is, before anything is made of it."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_origin

from pydantic import BaseModel

from assistant.intake.privacy.masker import Masker

D = TypeVar("D", bound=BaseModel)

_NEVER_TOUCHED = frozenset({"record_id"})
_VERBATIM = frozenset({"quote", "suggestion"})
"""Must stand letter for letter in a masked record. So only what a masked record can't hold is masked in them: a name
found in a piece torn from its sentence would make a true quote a false one."""
_PLAIN = frozenset({"phone", "landline", "id_card", "bank_card", "email", "passport"})


class SecondNet:
    """Masks personal values in drafts and counts the texts that held one. Safe for several threads."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._caught = 0
        self._lock = threading.Lock()

    @property
    def caught(self) -> int:
        """Texts that held a personal value, since this net was made."""
        with self._lock:
            return self._caught

    def scan(self, draft: D) -> D:
        """The draft without personal values; itself where there are none."""
        changed = {name: new for name, old in draft if (new := self._cleaned(draft, name, old)) is not old}
        return draft.model_copy(update=changed) if changed else draft

    def _cleaned(self, draft: BaseModel, name: str, value: Any) -> Any:
        if name in _NEVER_TOUCHED or get_origin(type(draft).model_fields[name].annotation) is Literal:
            return value
        return self._value(name, value)

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value, verbatim=name in _VERBATIM)
        if isinstance(value, BaseModel):
            return self.scan(value)
        if isinstance(value, list):
            cleaned = [self._value(name, item) for item in value]
            return cleaned if any(new is not old for new, old in zip(cleaned, value, strict=True)) else value
        return value

    def _text(self, text: str, *, verbatim: bool) -> str:
        masked, spans = self._masker.mask_text(text)
        if masked == text:
            return text
        if verbatim and not _more(Counter(span.type for span in spans), text):
            return text
        with self._lock:
            self._caught += 1
        return str(masked)


def _more(masks: Mapping[str, int], text: str) -> bool:
    """True where a text got masks, of the plain types, that it did not have."""
    return any(count > text.count(f"⟦{kind}:") for kind, count in masks.items() if kind in _PLAIN)
