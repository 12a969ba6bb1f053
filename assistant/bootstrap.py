"""The only wiring: builds concrete things from settings; nothing is built at import."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answering.compose import AnswerService
from assistant.domain.engine import Engine
from assistant.domain.filters import Filters
from assistant.errors import SettingError
from assistant.intake.privacy import EgressLedger, Masker, SecondNet, Vault, check_egress, load_key, load_policy
from assistant.llm.budget import Spending
from assistant.llm.capabilities import CapabilityStore
from assistant.llm.chat import ChatEndpoint
from assistant.llm.engine import ModelEngine
from assistant.llm.fence import fence_secret
from assistant.pipeline import Pipeline
from assistant.pipeline.context import Context
from assistant.records.counting import Counting
from assistant.records.database import Database
from assistant.records.finding import Finder
from assistant.records.repository import Repository
from assistant.rules.engine import RulesEngine
from assistant.settings import Settings
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.index import PassageIndex


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
    pipeline: Pipeline

    def search(self, query: str, filters: Filters, limit: int) -> list[dict[str, Any]]:
        """Hits of a hybrid search as rows of the public contract, best first."""
        hits = self.finder.search(query, allowed=self.store.record_ids(filters), limit=limit)
        records = self.store.records_by_id([hit.document_id for hit in hits])
        found = []
        for hit in hits:
            record = records[hit.document_id]
            row = {"record_id": record.id, "external_id": record.external_id, "score": round(hit.score, 6)}
            shown = hit.text if hit.kind == "record" else record.text[hit.start : hit.end]
            row |= {"text": shown, "channel": record.channel, "product": record.product}
            found.append({**row, "created_at": record.created_at, "start": hit.start, "end": hit.end})
        return found


def open_app(settings: Settings, *, engine: Engine | None = None) -> App:
    """Build the application on the settings' data directory; `engine` replaces the one that settings name.

    Raises:
        SettingError: the data directory can't be made or written.
        StoreError: the database can't be opened.
    """
    data_dir = prepare(settings.data_dir)
    database = Database(settings.resolved_database_url, data_dir / "write.lock")
    store = Repository(database)
    masker = Masker(load_key(data_dir), load_policy(settings.masking_policy))
    index = PassageIndex(database, data_dir / "index", _embedder(settings), chroma_url=settings.chroma_url)
    rules = RulesEngine()
    net = SecondNet(masker)
    chosen = engine or (rules if settings.engine_name == "rules" else _model_engine(settings, store, data_dir, net))
    vault = _vault(settings, data_dir)
    context = Context(data_dir, store, index, chosen, rules, masker, net, settings.language, vault)
    index.add_names(context.names())
    finder = Finder(index)
    ask = AnswerService(
        store=store, counting=store.counting, finder=finder, engine=chosen, fallback=rules, masker=masker,
        language=settings.language,
    )  # fmt: skip
    return App(settings, store, store.counting, finder, chosen, rules, masker, ask, Pipeline(context))


def prepare(data_dir: Path) -> Path:
    """Make the data directory, readable by its owner only.

    Raises:
        SettingError: it can't be made or written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(data_dir, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
    except OSError as error:
        raise SettingError(
            f"VOC_DATA_DIR={data_dir} can't be used ({error.strerror}): name a folder that can be written"
        ) from error
    return data_dir.resolve()


def _vault(settings: Settings, data_dir: Path) -> Vault | None:
    if settings.vault == "off":
        return None
    return Vault(load_key(data_dir), settings.vault_key.get_secret_value() if settings.vault_key else None)


def _embedder(settings: Settings) -> LocalEmbedder | EndpointEmbedder:
    if settings.embedding_model == "local":
        return LocalEmbedder()
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return EndpointEmbedder(settings.embedding_model, base_url=settings.openai_base_url, api_key=key)


def chat_endpoint(settings: Settings, data_dir: Path) -> ChatEndpoint:
    """The model endpoint of the settings, with what is remembered of it; no prompt goes there unlooked at."""
    return ChatEndpoint(settings, CapabilityStore(data_dir / "capabilities.json"), guard=check_egress)


def egress_ledger(data_dir: Path) -> EgressLedger:
    """Whose text was sent to an endpoint abroad, by year."""
    return EgressLedger(data_dir / "egress", load_key(data_dir))


def _model_engine(settings: Settings, store: Repository, data_dir: Path, net: SecondNet) -> ModelEngine:
    endpoint = chat_endpoint(settings, data_dir)
    spending = Spending(settings.budget_tokens)
    secret = fence_secret(load_key(data_dir))
    ledger = egress_ledger(data_dir) if settings.endpoint_region == "other" else None
    return ModelEngine(settings, endpoint, secret, cache=store.calls, spending=spending, net=net, ledger=ledger)
