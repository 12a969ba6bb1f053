"""The second net: what a model says is scanned as what a customer says is, before anything is made of it."""

import re
import threading
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, TypeVar, get_origin

from pydantic import BaseModel

from assistant.intake.privacy.engine import Believed
from assistant.intake.privacy.folding import fold
from assistant.intake.privacy.masker import Masker
from assistant.intake.privacy.person import HAN, is_person, surname_of

D = TypeVar("D", bound=BaseModel)

_NEVER_TOUCHED = frozenset({"record_id"})
_VERBATIM = frozenset({"quote", "suggestion"})
"""Must stand letter for letter in a masked record. So only what a masked record can't hold is masked in them: a name
found in a piece torn from its sentence would make a true quote a false one."""
_NO_LETTER = re.compile(r"[\W_]+")
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

    def count(self, caught: int) -> None:
        """Count texts among them that another process's net has caught."""
        with self._lock:
            self._caught += caught

    def scan(self, draft: D, shown: str | None = None) -> D:
        """The draft without personal values; itself where there are none.

        `shown` is all that the model was shown, itself masked: a Chinese name that does not stand in it is none, since
        nobody told the model of it, but words that look like one (``客户和老板``). None: it is not known, and whatever
        looks like a name is masked.
        """
        return self._scan(draft, None if shown is None else _Shown(shown).tells_of)

    def prose(self, text: str, shown: str) -> str:
        """A text that was made of what was shown, without personal values; see `scan`."""
        return self._text(text, _Shown(shown).tells_of, verbatim=False)

    def _scan(self, draft: D, believed: Believed | None) -> D:
        changed = {name: new for name, old in draft if (new := self._cleaned(draft, name, old, believed)) is not old}
        return draft.model_copy(update=changed) if changed else draft

    def _cleaned(self, draft: BaseModel, name: str, value: Any, believed: Believed | None) -> Any:
        if name in _NEVER_TOUCHED or get_origin(type(draft).model_fields[name].annotation) is Literal:
            return value
        return self._value(name, value, believed)

    def _value(self, name: str, value: Any, believed: Believed | None) -> Any:
        if isinstance(value, str):
            return self._text(value, believed, verbatim=name in _VERBATIM)
        if isinstance(value, BaseModel):
            return self._scan(value, believed)
        if isinstance(value, list):
            cleaned = [self._value(name, item, believed) for item in value]
            return cleaned if any(new is not old for new, old in zip(cleaned, value, strict=True)) else value
        return value

    def _text(self, text: str, believed: Believed | None, *, verbatim: bool) -> str:
        masked, spans = self._masker.mask_text(text, believed=believed)
        if masked == text:
            return text
        if verbatim and not _more(Counter(span.type for span in spans), text):
            return text
        with self._lock:
            self._caught += 1
        return str(masked)


class _Shown:
    """What a model was shown, as far as names go."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _letters(self) -> str:
        return _NO_LETTER.sub("", fold(self._text))

    def tells_of(self, name: str) -> bool:
        """Whether it holds the name, or the given name of a full one; what is not Chinese may be a name put into other
        letters, so it is believed."""
        bare = _NO_LETTER.sub("", fold(name))
        if not HAN.fullmatch(bare):
            return True
        given = bare[len(surname_of(bare)) :] if is_person(bare) else ""
        return bare in self._letters or (len(given) > 1 and given in self._letters)


def _more(masks: Mapping[str, int], text: str) -> bool:
    """True where a text got masks, of the plain types, that it did not have."""
    return any(count > text.count(f"⟦{kind}:") for kind, count in masks.items() if kind in _PLAIN)
