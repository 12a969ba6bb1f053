"""What the pages say, in Chinese and English: sentences from a data file, labels of stored words."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.domain.vocabulary import recording_named, zh

_MADE = re.compile(r"(?:[a-z]+-|u_)([0-9a-f]{4})[0-9a-f]{6,}")
"""An id that was made of a contact, or of a record that names nobody."""
_ONE = re.compile(
    r"(?<![\d.,/])1 (record|customer|theme|insight|idea|lead|proposal|row|file|talk|day|month|voice|alert|source|quote|vote)s\b"
)
"""One of something, of which an English sentence spoke as of several."""
_MASKED = re.compile(r"⟦([a-z_]+):[^⟧]*⟧")


class Words:
    """The words of one language."""

    def __init__(self, language: str, sentences: dict[str, str]) -> None:
        self.language, self._sentences = language, sentences

    @property
    def sentences(self) -> Mapping[str, str]:
        """Every sentence by its name."""
        return self._sentences

    def __call__(self, name: str, /, **values: object) -> str:
        """A sentence by its name, filled in."""
        told = self._sentences[name].format(**values)
        return _ONE.sub(r"1 \1", told) if self.language == "en" else told

    def label(self, word: str | None) -> str:
        """A stored word as a reader is shown it; one that is not known as it is."""
        if not word:
            return ""
        if self.language == "zh":
            return self._sentences.get(f"word_{word}") or zh(word)
        return self._sentences.get(f"word_{word}") or word.replace("_", " ")

    def told(self, name: str, chinese: str, filled: Mapping[str, object]) -> str:
        """A sentence that the house says in Chinese; in another language the one by this name, where there is one."""
        if self.language == "zh" or name not in self._sentences:
            return chinese
        return self._sentences[name].format(**filled)

    def readable(self, text: str) -> str:
        """Masked text with what was blanked out named in words."""
        return _MASKED.sub(lambda hit: f"［{self.label(hit[1])}］", text)

    def stored(self, shown: str, before: str) -> str:
        """What somebody wrote into a text shown readably, with what was blanked out `before` put back as it stands there."""
        for hit in _MASKED.finditer(before):
            shown = shown.replace(f"［{self.label(hit[1])}］", hit[0], 1)
        return shown

    def customer(self, customer_id: str) -> str:
        """A customer as a reader is shown them: the id of the source, or a short pseudonym where they have none."""
        hit = _MADE.fullmatch(customer_id)
        return self("customer_short", code=hit[1]) if hit else customer_id

    def engine(self, name: str) -> str:
        """Who made something, in words; of a recording the model and the day."""
        plain = {"rules": "by_rules", "llm": "by_model"}.get(name)
        if plain:
            return self(plain)
        model, day = recording_named(name) or (name, "")
        return self("by_recorded", model=model, day=day) if day else name

    def percent(self, part: float) -> str:
        """A share between 0 and 1."""
        return "100%" if part == 1 else f"{100 * part:.1f}%"


@cache
def words_in(language: str) -> Words:
    """The words of a language, ``zh`` or ``en``: what all pages say, and each page's own file.

    Raises:
        ValueError: a name is given twice.
    """
    kept: dict[str, str] = {}
    for file in sorted(files("api.pages").joinpath("data").iterdir(), key=lambda one: one.name):
        own: dict[str, dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))
        if twice := kept.keys() & own:
            raise ValueError(f"{file.name} gives {', '.join(sorted(twice))} a second time")
        kept |= {name: said[language] for name, said in own.items()}
    return Words(language, kept)
