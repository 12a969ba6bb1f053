"""The only wiring: builds concrete things from settings; nothing is built at import."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answering.compose import AnswerService
from assistant.answering.lexicon import NAMES_FILE, load_names
from assistant.answering.lookup import Lookup
from assistant.answering.pinning import Pins
from assistant.answering.planning import planning_of
from assistant.answering.talking import Talks
from assistant.domain.boards import Board
from assistant.domain.engine import Engine
from assistant.domain.filters import Filters
from assistant.errors import EgressError, SettingError
from assistant.insight.accepting import misquotes
from assistant.intake.privacy import (
    EgressLedger,
    Masker,
    SecondNet,
    Vault,
    check_abroad,
    check_egress,
    load_key,
    load_policy,
)  # fmt: skip
from assistant.llm.batch_book import BATCHES, BatchBook
from assistant.llm.batch_desk import BatchDesk
from assistant.llm.batch_files import BatchFiles
from assistant.llm.budget import Spending
from assistant.llm.cache import CallCache
from assistant.llm.capabilities import CAPABILITIES, CapabilityStore
from assistant.llm.chat import ChatEndpoint
from assistant.llm.company import COMPANY_FILE, company_text, tone_of
from assistant.llm.embedding_meter import embedding_meter_of
from assistant.llm.engine import ModelEngine
from assistant.llm.fence import fence_secret
from assistant.llm.gathering import GatheredCache, GatheredLedger
from assistant.llm.pace import pace_of
from assistant.llm.pricing import PRICES_FILE, run_price
from assistant.llm.replaying import RecordedEngine, replay_of
from assistant.llm.reranking import ModelReranker
from assistant.llm.seams import Endpoint
from assistant.llm.vendor import OPENAI_URL
from assistant.pipeline import Pipeline
from assistant.pipeline.context import Context
from assistant.records.counting import Counting
from assistant.records.database import Database
from assistant.records.embedding_door import EmbeddingDoor, People
from assistant.records.finding import Finder
from assistant.records.opening import prepare
from assistant.records.repository import Repository
from assistant.rules.engine import RulesEngine
from assistant.settings import Settings
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.embedders.pretrained import PretrainedEmbedder, library_of
from vectorstore.index import PassageIndex
from vectorstore.reranking import Dialect, EndpointReranker

_BESIDE = 64
"""Connections to the database beside one for each question: for the other routes, and for what asks several at once."""

_FIRST = "掉线有多少条"
"""Asked of ourselves, to have everything loaded."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything built, for the doors to use."""

    settings: Settings
    store: Repository
    counting: Counting
    finder: Finder
    engine: Engine
    rules: Engine
    masker: Masker
    ask: AnswerService
    lookup: Lookup
    pipeline: Pipeline
    talks: Talks
    pins: Pins
    held: tuple[Callable[[], None], ...] = ()
    """What gives back connections."""

    def close(self) -> None:
        """Give back the connections to the database, the model and the embedder. Whoever opens an application closes it."""
        for give_back in self.held:
            give_back()

    def warm(self) -> None:
        """Load what the first question would wait for; no other machine is asked for anything.

        Raises:
            StoreError: the database or the index can't be used.
        """
        with closing(self.talks.stream(_FIRST)) as steps:
            next(steps, None)
        if (
            self.settings.embedding_model == "local"
            and self.settings.rerank_url is None
            and self.settings.rerank == "auto"
        ):
            self.search(_FIRST, Filters(), 1)

    def mask(self, text: str) -> str:
        """A text without what identifies people."""
        return str(self.masker.mask_text(text)[0])

    def search(self, query: str, filters: Filters, limit: int) -> list[dict[str, Any]]:
        """Hits of a hybrid search for the words as they are, as rows of the public contract, best first."""
        return self.lookup.search(query, filters, limit, literally=True).hits


def open_app(
    settings: Settings,
    *,
    engine: Engine | None = None,
    endpoint: Endpoint | None = None,
    calls: CallCache | None = None,
    today: Callable[[], date] = date.today,
) -> App:
    """Build the application on the settings' data directory; `engine` replaces the one that settings name.

    Of the model engine, `endpoint` replaces what its prompts are sent to, and `calls` where its answers are kept. `today` is
    the day on which questions are asked. Where no model is set, a directory may name a recording that stands in for one.

    Raises:
        SettingError: the data directory can't be made or written.
        StoreError: the database can't be opened.
    """
    given, data_dir = settings, prepare(settings.data_dir)
    if (replay := replay_of(settings) if engine is None and endpoint is None else None) is not None:
        settings, today = replay.settings, replay.asked_on
    database = Database(settings.resolved_database_url, data_dir / "write.lock", settings.ask_concurrency + _BESIDE)
    store = Repository(database)
    masker = Masker(load_key(data_dir), load_policy(settings.masking_policy))
    people = _people_abroad(settings, store, data_dir)
    door = None if settings.embedding_model == "local" else EmbeddingDoor(database, _guard(settings), people)
    embedder = _embedder(settings, door, data_dir, store.board)
    index = PassageIndex(database, data_dir / "index", embedder, chroma_url=settings.chroma_url)
    rules = RulesEngine()
    net = SecondNet(masker)
    if engine is not None:
        chosen = engine
    elif replay is not None:
        secret, company = fence_secret(load_key(data_dir)), company_context(settings, data_dir)
        chosen = RecordedEngine(replay, secret, rules, net, company, misquotes)
    elif settings.engine_name == "rules":
        chosen = rules
    else:
        kept = GatheredCache(store.calls) if calls is None else calls
        asked = endpoint or chat_endpoint(settings, data_dir, store.board)
        chosen = _model_engine(settings, data_dir, net, asked, kept, people, store.board)
    vault = _vault(settings, data_dir)
    context = Context(
        data_dir, store, index, chosen, rules, masker, net, settings.language, vault, door, _desk(chosen, data_dir),
        company_file=settings.company_file, spending=chosen.spending if isinstance(chosen, ModelEngine) else None,
    )  # fmt: skip
    index.add_names(context.names())
    finder = Finder(index, _reranker(settings, database, people, chosen))
    pins = Pins(store, store.documents.all)
    names = load_names(data_dir / NAMES_FILE)
    ask = AnswerService(
        store=store, counting=store.counting, finder=finder, engine=chosen, fallback=rules, masker=masker, names=names,
        language=settings.language, documents=store.documents.all, pins=pins,
        planning=planning_of(settings.planner, chosen), prose=net.prose,
        tone=_sendable(tone_of(settings.company_file, data_dir), settings, data_dir), likeness=finder.likeness,
        patience=settings.ask_patience, today=today,
    )  # fmt: skip
    lookup = Lookup(store, finder, names, today)
    held = [database.close]
    held += [embedder.close] if isinstance(embedder, EndpointEmbedder) else []
    held += [chosen.close] if isinstance(chosen, ModelEngine) else []
    talks = Talks(ask, store.conversations, masker)
    return App(
        given, store, store.counting, finder, chosen, rules, masker, ask, lookup, Pipeline(context), talks, pins,
        tuple(held),
    )  # fmt: skip


def _vault(settings: Settings, data_dir: Path) -> Vault | None:
    if settings.vault == "off":
        return None
    return Vault(load_key(data_dir), settings.vault_key.get_secret_value() if settings.vault_key else None)


def _embedder(
    settings: Settings, door: EmbeddingDoor | None, data_dir: Path, board: Board
) -> LocalEmbedder | PretrainedEmbedder | EndpointEmbedder:
    if settings.embedding_model == "local":
        return LocalEmbedder()
    if here := library_of(settings.embedding_model):
        return PretrainedEmbedder(*here)
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    seen = CapabilityStore(data_dir / CAPABILITIES).get(settings.openai_base_url or OPENAI_URL, settings.chat_model)
    batch = {"batch": seen.embeddings} if seen.embeddings else {}
    return EndpointEmbedder(
        settings.embedding_model, base_url=settings.openai_base_url, api_key=key, door=door,
        meter=lambda model: embedding_meter_of(settings, model, data_dir, board), **batch,
    )  # fmt: skip


def _people_abroad(settings: Settings, store: Repository, data_dir: Path) -> People | None:
    """Where it is written down whose words go abroad; None where the endpoint is in the country."""
    return People(store.database, egress_ledger(data_dir)) if settings.endpoint_region == "other" else None


def _reranker(
    settings: Settings, database: Database, people: People | None, engine: Engine
) -> EndpointReranker | ModelReranker | None:
    """What puts hits in order, if anything.

    Raises:
        SettingError: the model shall do it, and there is none.
    """
    if settings.rerank == "llm":
        if not isinstance(engine, ModelEngine):
            raise SettingError("VOC_RERANK=llm needs a model: set OPENAI_API_KEY or OPENAI_BASE_URL, or leave it out")
        return ModelReranker(engine, EmbeddingDoor(database, _guard(settings), people).admitted)
    if settings.rerank_url is None:
        return None
    key = settings.rerank_key.get_secret_value() if settings.rerank_key else None
    dialect: Dialect = "results" if settings.rerank_model else "texts"
    door = EmbeddingDoor(database, check_egress, people)
    return EndpointReranker(settings.rerank_url, settings.rerank_model, key, dialect, admit=door.admitted)


def chat_endpoint(settings: Settings, data_dir: Path, board: Board | None = None) -> ChatEndpoint:
    """The model endpoint of the settings, with what is remembered of it; no prompt goes there unlooked at.

    Its limits hold for all who share `board` together; with none, for this endpoint alone.
    """
    known, pace = CapabilityStore(data_dir / CAPABILITIES), pace_of(settings, board)
    return ChatEndpoint(settings, known, guard=_guard(settings), pace=pace)


def company_context(settings: Settings, data_dir: Path) -> str:
    """What the company file says, as reading prompts carry it.

    Raises:
        SettingError: the file has a mistake, or holds a personal value.
    """
    return _sendable(company_text(settings.company_file, data_dir), settings, data_dir)


def _sendable(text: str, settings: Settings, data_dir: Path) -> str:
    try:
        check_egress(text)
    except EgressError:
        raise SettingError(
            f"{settings.company_file or data_dir / COMPANY_FILE} holds a telephone number, e-mail address or the like: "
            "it is sent with every prompt, take it out"
        ) from None
    return text


def _guard(settings: Settings) -> Callable[[str], None]:
    return check_egress if settings.endpoint_region == "cn" else check_abroad


def egress_ledger(data_dir: Path) -> EgressLedger:
    """Whose text was sent to an endpoint abroad, by year."""
    return EgressLedger(data_dir / "egress", load_key(data_dir))


def _desk(engine: Engine, data_dir: Path) -> BatchDesk | None:
    """What hands in batch files, where there is a model to hand them to."""
    if not isinstance(engine, ModelEngine) or not isinstance(engine.endpoint, ChatEndpoint):
        return None
    book = BatchBook(data_dir / BATCHES)
    return BatchDesk(engine, engine.endpoint, book, BatchFiles(engine.endpoint.vendor))


def _model_engine(
    settings: Settings,
    data_dir: Path,
    net: SecondNet,
    endpoint: Endpoint,
    calls: CallCache,
    people: People | None,
    board: Board,
) -> ModelEngine:
    price = run_price(settings.chat_model, data_dir / PRICES_FILE, settings.budget_money, settings.budget_day)
    currency, day = price.currency if price else "", settings.budget_day
    spending = Spending(settings.budget_tokens, settings.budget_money, currency, daily=day, board=board)
    secret = fence_secret(load_key(data_dir))
    company = company_context(settings, data_dir)
    return ModelEngine(
        settings, endpoint, secret, cache=calls, spending=spending, net=net,
        ledger=GatheredLedger(people) if people else None, company=company, proof=misquotes,
    )  # fmt: skip
