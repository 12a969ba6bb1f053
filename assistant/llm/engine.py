"""The engine that thinks with a model: prompts rendered, answers tied back to what was asked, every call accounted for."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol, TypeVar

from pydantic import ValidationError

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import (
    AnswerDraft,
    Draft,
    IdeasDraft,
    ProposalDraft,
    ReadingDraft,
    ReadingsDraft,
    ThemeDraft,
)
from assistant.domain.engine import PackOutcome, Usage
from assistant.domain.proposals import ProposalMaterial
from assistant.domain.records import Record
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.errors import EgressError, ModelAnswerError, ModelError
from assistant.llm.budget import Spending
from assistant.llm.cache import CallCache, MemoryCache, call_key, digest_of
from assistant.llm.chat import ChatEndpoint
from assistant.llm.fence import Fence
from assistant.llm.packing import pack_records
from assistant.llm.rendering import (
    RENDERING,
    answer_variables,
    naming_variables,
    proposal_variables,
    record_variables,
    theme_variables,
)
from assistant.llm.shapes import schema_text
from assistant.settings import Settings
from prompts import RenderedPrompt, load

T = TypeVar("T", bound=Draft)

NOT_ANSWERED = "not_answered"
READING_TOKENS = 550
"""Tokens that one record's reading takes, about."""

_TASKS: dict[str, tuple[str, type[Draft]]] = {
    "extract": ("extract_insights", ReadingsDraft),
    "name_theme": ("name_theme", ThemeDraft),
    "suggest_ideas": ("suggest_ideas", IdeasDraft),
    "draft_proposal": ("draft_proposal", ProposalDraft),
    "answer": ("answer_question", AnswerDraft),
}


class Net(Protocol):
    """What scans a model's words for personal values before they are kept."""

    def scan(self, draft: T) -> T:
        """The draft without personal values."""
        ...


class Ledger(Protocol):
    """Where it is written down whose words are sent."""

    def note(self, subjects: Iterable[str]) -> None:
        """Note data subjects."""
        ...


_ALIAS = re.compile(r"\d+")


class ModelEngine:
    """`assistant.domain.engine.Engine` over a chat endpoint. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        endpoint: ChatEndpoint,
        secret: bytes,
        cache: CallCache | None = None,
        spending: Spending | None = None,
        net: Net | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """`secret` is the installation's (`assistant.llm.fence.fence_secret`); `spending` may carry a budget.

        What the model says goes through `net` before it is cached or handed on; whose words are sent is told to
        `ledger` before they are.
        """
        self._settings = settings
        self._endpoint = endpoint
        self._secret = secret
        self._net, self._ledger = net, ledger
        self._fence = Fence(secret)
        self._cache: CallCache = cache if cache is not None else MemoryCache()
        self._spending = spending or Spending()

    @property
    def name(self) -> Literal["llm"]:
        """See `Engine.name`."""
        return "llm"

    @property
    def concurrency(self) -> int:
        """See `Engine.concurrency`: the setting VOC_LLM_CONCURRENCY."""
        return self._settings.llm_concurrency

    def with_budget(self, tokens: int | None) -> "ModelEngine":
        """The same engine for one run: its usage starts at nothing, and it may spend so many tokens (None: any)."""
        return ModelEngine(
            self._settings, self._endpoint, self._secret, self._cache, Spending(tokens), self._net, self._ledger
        )

    def identity(self, task: str) -> str:
        """See `Engine.identity`."""
        prompt_name, schema = _TASKS[task]
        language = "" if task == "extract" else self._settings.language
        shaping = self._endpoint.shaping
        return digest_of("llm", load(prompt_name).digest, schema_text(schema), shaping, language, RENDERING)

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        """See `Engine.packs` and `assistant.llm.packing`."""
        return pack_records(records)

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """See `Engine.read`. What a shared call leaves unanswered is asked once more, alone.

        Reasons of failure: the `kind` of a `ModelError` (``budget`` among them), or ``not_answered``.
        """
        drafts: dict[str, ReadingDraft] = {}
        failed: dict[str, str] = {}
        problem: str | None = None
        try:
            drafts = self._read_together(pack)
            alone = [record for record in pack if record.id not in drafts]
        except (ModelAnswerError, EgressError) as error:
            alone = list(pack) if len(pack) > 1 else []
            failed = {} if alone else {pack[0].id: error.kind}
            problem = None if alone else str(error)
        except ModelError as error:
            return PackOutcome((), {record.id: error.kind for record in pack}, str(error))
        for record in alone:
            try:
                drafts |= self._read_together([record])
                reason = NOT_ANSWERED
            except ModelError as error:
                reason, problem = error.kind, str(error)
            if record.id not in drafts:
                failed[record.id] = reason
        return PackOutcome(tuple(drafts[record.id] for record in pack if record.id in drafts), failed, problem)

    def name_theme(self, material: ThemeMaterial) -> ThemeDraft:
        """See `Engine.name_theme`."""
        variables = naming_variables(material, self._fence, self._settings.language)
        return self._ask(load("name_theme").render(**variables), ThemeDraft, 300, speakers(material.voices))

    def suggest_ideas(self, material: ThemeMaterial) -> IdeasDraft:
        """See `Engine.suggest_ideas`."""
        variables = theme_variables(material, self._fence, self._settings.language)
        return self._ask(load("suggest_ideas").render(**variables), IdeasDraft, 2500, speakers(material.voices))

    def draft_proposal(self, material: ProposalMaterial) -> ProposalDraft:
        """See `Engine.draft_proposal`."""
        variables = proposal_variables(material, self._fence, self._settings.language)
        subjects = speakers(material.material.voices) | {
            f"record:{piece.record_id}" for piece in material.counter_evidence
        }
        return self._ask(load("draft_proposal").render(**variables), ProposalDraft, 3000, subjects)

    def answer(self, material: AnswerMaterial) -> AnswerDraft:
        """See `Engine.answer`."""
        variables = answer_variables(material, self._fence)
        return self._ask(load("answer_question").render(**variables), AnswerDraft, 700, speakers(material.voices))

    def usage(self) -> Usage:
        """See `Engine.usage`: answers from the cache cost nothing, failed calls cost what they cost."""
        return self._spending.total

    def _read_together(self, pack: Sequence[Record]) -> dict[str, ReadingDraft]:
        """Readings by record id, of those records that the answer names by their alias R1, R2 …"""
        prompt = load("extract_insights").render(**record_variables(pack, self._fence))
        readings = self._ask(prompt, ReadingsDraft, READING_TOKENS * len(pack), writers(pack)).readings
        if len(pack) == 1 and len(readings) == 1:
            return {pack[0].id: readings[0].model_copy(update={"record_id": pack[0].id})}
        found: dict[str, ReadingDraft] = {}
        for reading in readings:
            place = _ALIAS.search(reading.record_id)
            if place and 1 <= int(place[0]) <= len(pack):
                record_id = pack[int(place[0]) - 1].id
                found.setdefault(record_id, reading.model_copy(update={"record_id": record_id}))
        return found

    def _ask(self, prompt: RenderedPrompt, schema: type[T], expected: int, subjects: Iterable[str]) -> T:
        key = call_key(prompt, schema, self._endpoint.shaping)
        kept = self._cache.get(key)
        if kept is not None:
            try:
                return self._scanned(schema.model_validate_json(kept))
            except ValidationError:  # a damaged entry: pay again
                pass
        if self._ledger is not None:
            self._ledger.note(subjects)
        # An empty answer is not worth keeping: asked again another time, the model may say more.
        draft, usage = self._endpoint.complete(prompt, schema, spending=self._spending, expected=expected)
        draft = self._scanned(draft)
        if not (isinstance(draft, ReadingsDraft) and not draft.readings):
            self._cache.put(key, self._endpoint.model, prompt.name, draft.model_dump_json(), usage)
        return draft

    def _scanned(self, draft: T) -> T:
        return draft if self._net is None else self._net.scan(draft)


def writers(records: Iterable[Record]) -> set[str]:
    """The data subjects of records: the customer, or who wrote this record where nobody is named."""
    return {record.customer.id if record.customer else f"record:{record.id}" for record in records}


def speakers(voices: Iterable[Voice]) -> set[str]:
    """The data subjects of voices."""
    return {voice.customer_id or f"record:{voice.record_id}" for voice in voices}
