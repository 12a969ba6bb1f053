"""Engines whose answers are scripted, and a plain extractive one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import AnswerDraft, IdeasDraft, SentenceDraft, ThemeDraft
from assistant.domain.engine import PackOutcome, Usage
from assistant.domain.ideas import Brief
from assistant.domain.proposal_drafts import SectionDraft
from assistant.domain.proposals import Asked
from assistant.domain.records import Record
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import EngineName
from assistant.errors import ModelAnswerError


@dataclass
class ScriptedEngine:
    """An engine whose answers are scripted: a draft, a function of the material, or an error to raise."""

    says: AnswerDraft | Exception | Callable[[AnswerMaterial], AnswerDraft]
    name: EngineName = "llm"
    concurrency: int = 2
    seen: list[AnswerMaterial] = field(default_factory=list)

    def answer(self, material: AnswerMaterial) -> AnswerDraft:
        self.seen.append(material)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says if isinstance(self.says, AnswerDraft) else self.says(material)

    def identity(self, task: str) -> str:
        return f"scripted:{task}"

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        return ([record] for record in records)

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        return PackOutcome(failed={record.id: "scripted" for record in pack})

    def name_theme(self, material: ThemeMaterial) -> ThemeDraft:
        raise ModelAnswerError("this engine answers questions and does nothing else")

    def suggest_ideas(self, material: ThemeMaterial, brief: Brief | None = None) -> IdeasDraft:
        return IdeasDraft(ideas=[])

    def draft_section(self, asked: Asked) -> SectionDraft:
        raise ModelAnswerError("this engine answers questions and does nothing else")

    def usage(self) -> Usage:
        return Usage()


def extractive(material: AnswerMaterial) -> AnswerDraft:
    """What a plain engine says: the figures one by one, then the first voices."""
    said = [
        SentenceDraft(text=f"{f.label}为 {f.value:g}{f.unit}。", citations=[], figures=[n])
        for n, f in enumerate(material.figures, 1)
    ]
    said += [SentenceDraft(text=f"客户说:“{v.quote}”。", citations=[v.n], figures=[]) for v in material.voices[:3]]
    return AnswerDraft(refused=False, refusal_reason=None, sentences=said, suggested_reply=None)


def rules_engine() -> ScriptedEngine:
    """The extractive fallback."""
    return ScriptedEngine(extractive, name="rules")
