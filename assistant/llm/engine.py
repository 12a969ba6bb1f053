"""The engine that thinks with a model: prompts rendered, answers tied back to what was asked, every call accounted for."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

from pydantic import ValidationError

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import (
    AnswerDraft,
    Draft,
    IdeasDraft,
    PlanDraft,
    RankingDraft,
    ReadingsDraft,
    SentenceDraft,
    ThemeDraft,
    VerdictsDraft,
)
from assistant.domain.engine import Forecast, PackOutcome, Usage
from assistant.domain.ideas import Brief
from assistant.domain.planning import PlanMaterial
from assistant.domain.proposal_drafts import DRAFT_OF, SectionDraft
from assistant.domain.proposals import Asked
from assistant.domain.records import Record
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import EngineName
from assistant.llm.budget import Spending
from assistant.llm.cache import CallCache, MemoryCache, call_key, digest_of
from assistant.llm.chat import ChatEndpoint
from assistant.llm.company import NOTHING
from assistant.llm.fence import Fence
from assistant.llm.forecasting import Order, forecast
from assistant.llm.hearing import Unheard, heard
from assistant.llm.idea_prompts import idea_variables
from assistant.llm.packing import pack_records
from assistant.llm.plan_prompts import plan_variables
from assistant.llm.pricing import PRICES_FILE, find_price
from assistant.llm.proposal_prompts import section_prompt, section_tokens, sections_digest
from assistant.llm.reader import PROMPT, READING_TOKENS, Proof, Reader, writers
from assistant.llm.rendering import (
    LANGUAGES,
    RENDERING,
    answer_variables,
    checking_variables,
    naming_variables,
    ranking_variables,
)
from assistant.llm.seams import Endpoint, Ledger, Net
from assistant.llm.secrecy import plan_without_instructions, sentence_without_instructions, without_instructions
from assistant.llm.shapes import schema_text
from assistant.settings import Settings
from prompts import RenderedPrompt, load

T = TypeVar("T", bound=Draft)
IDEA_TOKENS, ANSWER_TOKENS = 800, 700
"""Tokens of one idea, and of one answer, about."""

_TASKS: dict[str, tuple[str, type[Draft]]] = {
    "extract": (PROMPT, ReadingsDraft),
    "name_theme": ("name_theme", ThemeDraft),
    "check_members": ("check_members", VerdictsDraft),
    "suggest_ideas": ("suggest_ideas", IdeasDraft),
    "answer": ("answer_question", AnswerDraft),
    "plan": ("plan_question", PlanDraft),
}


class ModelEngine:
    """`assistant.domain.engine.Engine` over a chat endpoint. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        endpoint: Endpoint,
        secret: bytes,
        cache: CallCache | None = None,
        spending: Spending | None = None,
        net: Net | None = None,
        ledger: Ledger | None = None,
        company: str = NOTHING,
        proof: Proof | None = None,
    ) -> None:
        """`secret` is the installation's (`assistant.llm.fence.fence_secret`); `spending` may carry a budget.

        What the model says goes through `net` before it is cached or handed on; whose words are sent is told to
        `ledger` before they are. `company` is the company context (`assistant.llm.company`); quotes that `proof`
        does not find are asked for once more.
        """
        self._settings = settings
        self._endpoint = endpoint
        self._net, self._ledger = net, ledger
        self._fence = Fence(secret)
        self._cache: CallCache = cache if cache is not None else MemoryCache()
        self._spending = spending or Spending()
        self._price = find_price(settings.chat_model, settings.data_dir / PRICES_FILE)
        self._reader = Reader(self._ask, self._fence, company, settings.language, proof)

    @property
    def name(self) -> EngineName:
        """See `Engine.name`."""
        return "llm"

    @property
    def concurrency(self) -> int:
        """See `Engine.concurrency`: the setting VOC_LLM_CONCURRENCY."""
        return self._settings.llm_concurrency

    def identity(self, task: str) -> str:
        """See `Engine.identity`."""
        if task == "draft_proposal":
            return digest_of(
                "llm", sections_digest(*LANGUAGES), self._endpoint.shaping, self._settings.language, RENDERING
            )
        prompt_name, schema = _TASKS[task]
        language, shaping = self._settings.language, self._endpoint.shaping
        parts = ("llm", load(prompt_name, language).digest, schema_text(schema), shaping, language, RENDERING)
        return digest_of(*parts, *(self._reader.ingredients if task == "extract" else ()))

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        """See `Engine.packs` and `assistant.llm.packing`."""
        return pack_records(records)

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """See `Engine.read` and `assistant.llm.reader`."""
        return self._reader.read(pack)

    def reading_prompts(self, pack: Sequence[Record]) -> Iterator[RenderedPrompt]:
        """What `read` would send for a pack, letter for letter; see `Reader.prompts`."""
        return self._reader.prompts(pack)

    def name_theme(self, material: ThemeMaterial) -> ThemeDraft:
        """See `Engine.name_theme`."""
        variables = naming_variables(material, self._fence, self._settings.language)
        return self._ask(
            load("name_theme", self._settings.language).render(**variables),
            ThemeDraft,
            300,
            speakers((*material.voices, *material.edge)),
        )

    def check_members(self, material: ThemeMaterial) -> VerdictsDraft:
        """See `Checking.check_members`."""
        prompt = load("check_members").render(**checking_variables(material, self._fence))
        return self._ask(prompt, VerdictsDraft, 40 * len(material.edge), speakers(material.edge))

    def suggest_ideas(self, material: ThemeMaterial, brief: Brief = Brief()) -> IdeasDraft:  # noqa: B008  (frozen)
        """See `Engine.suggest_ideas`."""
        variables = idea_variables(material, self._fence, self._settings.language, brief)
        prompt = load("suggest_ideas", self._settings.language).render(**variables)
        return self._ask(prompt, IdeasDraft, IDEA_TOKENS * max(3, len(brief.lenses)), speakers(material.voices))

    def draft_section(self, asked: Asked) -> SectionDraft:
        """See `Engine.draft_section`."""
        material = asked.material
        subjects = speakers(material.material.voices)
        subjects |= {f"record:{piece.record_id}" for piece in material.counter_evidence}
        schema = DRAFT_OF[asked.section]
        return self._ask(section_prompt(asked, self._fence), schema, section_tokens(asked.section), subjects)

    def answer(self, material: AnswerMaterial) -> AnswerDraft:
        """See `Engine.answer`."""
        prompt, token = self._answer_prompt(material)
        draft = self._ask(prompt, AnswerDraft, ANSWER_TOKENS, speakers(material.voices), quick=True)
        return without_instructions(draft, prompt, token)

    def answering(self, material: AnswerMaterial) -> Iterator[SentenceDraft | AnswerDraft]:
        """See `Speaking.answering` and `assistant.llm.hearing`; an endpoint that can't be heard is asked as ever."""
        prompt, token = self._answer_prompt(material)
        key = call_key(prompt, AnswerDraft, self._endpoint.shaping)
        endpoint = self._endpoint
        if isinstance(endpoint, ChatEndpoint) and endpoint.streams and self._kept(key, AnswerDraft, prompt) is None:
            announce = partial(self.announce, speakers(material.voices))
            try:
                for piece in heard(endpoint, prompt, self._spending, ANSWER_TOKENS, announce):
                    if isinstance(piece, SentenceDraft):
                        yield sentence_without_instructions(self.scanned(piece, prompt), prompt, token)
                    else:
                        draft = self.scanned(piece[0], prompt)
                        self.keep(key, prompt.name, draft, piece[1])
                        yield without_instructions(draft, prompt, token)
            except Unheard:
                yield self.answer(material)
        else:
            yield self.answer(material)

    def _answer_prompt(self, material: AnswerMaterial) -> tuple[RenderedPrompt, str]:
        variables = answer_variables(material, self._fence)
        return load("answer_question", self._settings.language).render(**variables), variables["token"]

    def plan(self, material: PlanMaterial) -> PlanDraft:
        """See `Planning.plan`; no customer's words are sent."""
        variables = plan_variables(material, self._fence)
        prompt = load("plan_question", self._settings.language).render(**variables)
        draft = self._ask(prompt, PlanDraft, 250, (), quick=True)
        return plan_without_instructions(draft, prompt, variables["token"])

    def rank_passages(self, question: str, passages: Sequence[str]) -> RankingDraft:
        """The numbers of passages in the order in which they help with a question, as the model says them.

        Whose words they are is for the caller to write down before.
        """
        prompt = load("rerank_passages").render(**ranking_variables(question, passages, self._fence))
        return self._ask(prompt, RankingDraft, 5 * len(passages), (), quick=True)

    def usage(self) -> Usage:
        """See `Engine.usage`: answers from the cache cost nothing, failed calls cost what they cost."""
        return self._spending.total

    @property
    def endpoint(self) -> Endpoint:
        """What its prompts are put to."""
        return self._endpoint

    def close(self) -> None:
        """Give back the connections to the endpoint, where it holds some."""
        if isinstance(self._endpoint, ChatEndpoint):
            self._endpoint.vendor.close()

    @property
    def spending(self) -> Spending:
        """Where this engine's calls are reserved and booked."""
        return self._spending

    def orders(self, pack: Sequence[Record]) -> Iterator[Order]:
        """What reading a pack would ask first, if the cache can't answer it; nothing is sent. What the later windows of a
        long record ask hangs on what the first one finds."""
        return self._unpaid(islice(self._reader.prompts(pack), 1), pack)

    def _unpaid(self, prompts: Iterable[RenderedPrompt], pack: Sequence[Record]) -> Iterator[Order]:
        for prompt in prompts:
            key = call_key(prompt, ReadingsDraft, self._endpoint.shaping)
            if self._cache.get(key) is None:
                yield Order(key, prompt, READING_TOKENS * len(pack), frozenset(writers(pack)))

    def forecast(self, packs: Iterable[Sequence[Record]]) -> Forecast:
        """See `Foreseeing.forecast`; quotes asked for once more and repair tries come on top."""
        return forecast((o for pack in packs for o in self._unpaid(self._reader.prompts(pack), pack)), self._price)

    def forecast_sections(self, asked: Iterable[Asked]) -> Forecast:
        """See `ForeseeingDrafts.forecast_sections`; sections that are asked for once more come on top."""
        return forecast((order for one in asked for order in self._unpaid_section(one)), self._price)

    def _unpaid_section(self, asked: Asked) -> Iterator[Order]:
        prompt, schema = section_prompt(asked, self._fence), DRAFT_OF[asked.section]
        key = call_key(prompt, schema, self._endpoint.shaping)
        if self._cache.get(key) is None:
            yield Order(key, prompt, section_tokens(asked.section), frozenset(speakers(asked.material.material.voices)))

    def announce(self, subjects: Iterable[str]) -> None:
        """Write down whose words are about to be sent."""
        if self._ledger is not None:
            self._ledger.note(subjects)

    def keep(self, key: str, prompt_name: str, draft: Draft, usage: Usage) -> None:
        """Keep a paid answer under its key, without personal values."""
        # An empty answer is not worth keeping: asked again another time, the model may say more.
        if not (isinstance(draft, ReadingsDraft) and not draft.readings):
            self._cache.put(key, self._endpoint.model, prompt_name, draft.model_dump_json(), usage)

    def _ask(
        self, prompt: RenderedPrompt, schema: type[T], expected: int, subjects: Iterable[str], *, quick: bool = False
    ) -> T:
        key = call_key(prompt, schema, self._endpoint.shaping)
        if (kept := self._kept(key, schema, prompt)) is not None:
            return kept
        draft, usage = self._endpoint.complete(
            prompt,
            schema,
            spending=self._spending,
            expected=expected,
            quick=quick,
            sending=lambda: self.announce(subjects),
        )
        draft = self.scanned(draft, prompt)
        self.keep(key, prompt.name, draft, usage)
        return draft

    def _kept(self, key: str, schema: type[T], prompt: RenderedPrompt) -> T | None:
        kept = self._cache.get(key)
        try:
            return None if kept is None else self.scanned(schema.model_validate_json(kept), prompt)
        except ValidationError:  # a damaged entry: pay again
            return None

    def scanned(self, draft: T, prompt: RenderedPrompt | None = None) -> T:
        """A draft without personal values, made in answer to `prompt`, where that is known."""
        shown = None if prompt is None else f"{prompt.system}\n{prompt.user}"
        return draft if self._net is None else self._net.scan(draft, shown)


def speakers(voices: Iterable[Voice]) -> set[str]:
    """The data subjects of voices."""
    return {voice.customer_id or f"record:{voice.record_id}" for voice in voices}
