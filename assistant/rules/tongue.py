"""Knows in which language the rules write a document: its sentences, the words for groups and motives, and how a sentence ends."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import zh
from assistant.rules.gist import THING, group, motive, thing
from assistant.rules.ideas import Slots
from assistant.rules.lexicon import table, words
from assistant.rules.wording import said

Language = Literal["zh", "en"]
_FILES: dict[Language, str] = {"zh": "documents", "en": "documents_en"}
_ENDS: dict[Language, str] = {"zh": "。！？!?", "en": ".!?"}
_HAN = re.compile("[一-龥]")
_MOSTLY = 0.2
"""Share of Chinese letters from which a text is Chinese."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language to write in. Customers' words and themes' names stay as they were said in every one."""

    language: Language

    def say(self, section: str, key: str) -> str:
        """A sentence of the data file; blank where there is none."""
        return words(_FILES[self.language], section, key)

    def rows(self, section: str) -> dict[str, str]:
        """All sentences of a part of the data file."""
        return {key: str(row) for key, row in table(_FILES[self.language])[section].items()}

    def slots(self, material: ThemeMaterial) -> Slots:
        """What fills the sentences of a theme."""
        slots = Slots.of(material)
        if self.language == "zh":
            return slots
        about = thing(material)
        return Slots(
            f"《{slots.topic}》",
            self.say("thing", "unknown") if about == THING else about,
            self.say("segments", group(material)) or self.say("segments", "unknown"),
            self.say("motives", motive(material)),
        )

    def segment(self, name: str) -> str:
        """The word for a group."""
        return zh(name) if self.language == "zh" else self.say("segments", name)

    def motive(self, name: str) -> str:
        """The word for a motive."""
        return zh(name) if self.language == "zh" else self.say("motives", name)

    def own(self, text: str) -> bool:
        """Whether a text that somebody else worded is in this language."""
        return self.language == "zh" or len(_HAN.findall(text)) < _MOSTLY * max(1, len(text))

    def quoted(self, voices: list[Voice], most: int) -> str:
        """The voices' words in quotation marks, side by side."""
        return ("" if self.language == "zh" else ", ").join(said(voice, most) for voice in voices)

    def ended(self, text: str) -> str:
        """A sentence that begins and ends as one."""
        ends = _ENDS[self.language]
        text = text[:1].upper() + text[1:] if self.language == "en" else text
        if text.endswith((*ends, *(f"{end}”" for end in ends))):
            return text
        return f"{text.rstrip('，；。,;.')}{ends[0]}"
