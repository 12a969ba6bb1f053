"""A scripted engine: says what it is told to say, fails where it is told to fail, and counts who asks at once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import AnswerDraft, IdeasDraft, ReadingDraft, ThemeDraft
from assistant.domain.engine import PackOutcome, Usage
from assistant.domain.ideas import Brief
from assistant.domain.proposal_drafts import SectionDraft
from assistant.domain.proposals import Asked
from assistant.domain.records import Record
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import EngineName
from tests.insight.samples import idea_draft, reading_draft, section_draft


def _noise(record: Record) -> ReadingDraft:
    return reading_draft(record.id, noise=True)


def _read_all(pack: Sequence[Record]) -> PackOutcome:
    return PackOutcome(tuple(_noise(record) for record in pack))


def _name(material: ThemeMaterial) -> ThemeDraft:
    theme = material.theme
    return ThemeDraft(
        title=theme.surface[:20] or "无名",
        definition="",
        surface=theme.surface,
        secondary=theme.secondary,
        deep=theme.deep,
        deep_category=theme.deep_category,
        misfits=[],
    )


def _ideas(material: ThemeMaterial) -> IdeasDraft:
    return IdeasDraft(ideas=[idea_draft(title=f"点子{material.theme.id}", evidence=[1])])


def _section(asked: Asked) -> SectionDraft:
    return section_draft(asked.section)


@dataclass
class ScriptedEngine:
    """An `Engine` whose every answer is a function handed in."""

    name: EngineName = "llm"
    concurrency: int = 4
    pack_size: int = 1
    on_read: Callable[[Sequence[Record]], PackOutcome] = _read_all
    on_name: Callable[[ThemeMaterial], ThemeDraft] = _name
    on_ideas: Callable[[ThemeMaterial], IdeasDraft] = _ideas
    on_section: Callable[[Asked], SectionDraft] = _section
    taken: int = 0
    calls: int = 0
    at_once: int = 0
    most_at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def identity(self, task: str) -> str:
        return f"scripted-{task}"

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        while pack := tuple(islice(records, self.pack_size)):
            self.taken += len(pack)
            yield pack

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        with self._lock:
            self.calls += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self.on_read(pack)
        finally:
            with self._lock:
                self.at_once -= 1

    def name_theme(self, material: ThemeMaterial) -> ThemeDraft:
        with self._lock:
            self.calls += 1
        return self.on_name(material)

    def suggest_ideas(self, material: ThemeMaterial, brief: Brief | None = None) -> IdeasDraft:
        with self._lock:
            self.calls += 1
        return self.on_ideas(material)

    def draft_section(self, asked: Asked) -> SectionDraft:
        with self._lock:
            self.calls += 1
        return self.on_section(asked)

    def answer(self, material: AnswerMaterial) -> AnswerDraft:
        return AnswerDraft(refused=True, refusal_reason="scripted", sentences=[], suggested_reply=None)

    def usage(self) -> Usage:
        return Usage(calls=self.calls)
