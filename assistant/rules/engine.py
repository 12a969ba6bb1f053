"""The embedded engine: reads by cue words, answers by extracts, writes by templates; no key, no network, no cost."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import AnswerDraft, IdeasDraft, ThemeDraft
from assistant.domain.engine import PackOutcome, Usage
from assistant.domain.ideas import Brief
from assistant.domain.proposal_drafts import SectionDraft
from assistant.domain.proposals import Asked
from assistant.domain.records import Record
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import EngineName
from assistant.rules import answers, ideas, naming, proposals
from assistant.rules.lexicon import DATA_FILES, data_text, lexicon
from assistant.rules.reading import read_record

VERSION = "6"
"""Raised with every change of the rules' code that changes what they say."""
PACK = 200
"""Records read in one call."""


class RulesEngine:
    """The rules behind the engine's seam; stateless, safe to call from several threads, the same in, the same out."""

    @property
    def name(self) -> EngineName:
        """``rules``: what everything made here says of itself."""
        return "rules"

    @property
    def concurrency(self) -> int:
        """One call at once: the work is all CPU."""
        return 1

    def identity(self, task: str) -> str:
        """Digest over the task, every data file and `VERSION`: 16 hex digits."""
        return hashlib.sha256(f"{task}\0{VERSION}\0{_data_digest()}".encode()).hexdigest()[:16]

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        """Records in groups of at most `PACK`, in order, each in exactly one."""
        pack: list[Record] = []
        for record in records:
            pack.append(record)
            if len(pack) == PACK:
                yield pack
                pack = []
        if pack:
            yield pack

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """A draft for every record of the pack; the rules fail on none."""
        cues = lexicon()
        return PackOutcome(drafts=tuple(read_record(record, cues) for record in pack))

    def name_theme(self, material: ThemeMaterial) -> ThemeDraft:
        """A title, a definition and the ladder of the theme's typical members."""
        return naming.name_theme(material)

    def suggest_ideas(self, material: ThemeMaterial, brief: Brief = Brief()) -> IdeasDraft:  # noqa: B008  (frozen)
        """An idea for each lens, every NBN type among them."""
        return ideas.suggest_ideas(material, brief)

    def draft_section(self, asked: Asked) -> SectionDraft:
        """One section of a proposal: facts with evidence or a figure, plans, and the rest as assumptions."""
        return proposals.draft_section(asked)

    def answer(self, material: AnswerMaterial) -> AnswerDraft:
        """Sentences out of figures and voices, or a refusal."""
        return answers.answer(material)

    def usage(self) -> Usage:
        """Nothing: the rules cost no tokens."""
        return Usage()


@cache
def _data_digest() -> str:
    digest = hashlib.sha256()
    for name in DATA_FILES:
        digest.update(f"{name}\0{data_text(name)}\0".encode())
    digest.update((files("assistant.rules") / "data" / "hant.txt").read_bytes())
    return digest.hexdigest()
