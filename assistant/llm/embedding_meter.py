"""Keeps an embedding endpoint's limits a minute and the day's budget for all processes together, as for the chat model."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.domain.boards import Board
from assistant.domain.engine import Usage
from assistant.domain.pacing import Rate
from assistant.errors import ModelError, SettingError, StoreError
from assistant.llm.budget import Most, Spending, estimate_tokens, most_tokens
from assistant.llm.pace import Pace, page_of
from assistant.llm.pricing import PRICES_FILE, Price, find_price, run_price
from assistant.settings import Settings
from vectorstore.errors import EmbedderError

_LIMITS = "VOC_EMBEDDING_RPM, VOC_EMBEDDING_TPM"


class EmbeddingMeter:
    """`vectorstore.embedders.gates.Meter` on a board.

    Args:
        model: what it is called in sentences.
        pace: whose turn it is.
        spending: what all may spend.
        price: of a token; None: not known, nothing is booked.
    """

    def __init__(self, model: str, pace: Pace, spending: Spending, price: Price | None) -> None:
        self._model, self._pace, self._spending, self._price = model, pace, spending, price

    @contextmanager
    def request(self, texts: Sequence[str], *, quick: bool) -> Iterator[Callable[[int | None], None]]:
        """See `Meter.request`."""
        expected, cost, unsure = sum(map(estimate_tokens, texts)), Usage(), False
        try:
            reserved = self._spending.reserve(Most(sum(map(most_tokens, texts)), 0, self._price), quick=quick)
        except (ModelError, StoreError) as error:
            raise EmbedderError(f"embedding model {self._model}: {error}", "down") from error

        def took(tokens: int | None) -> None:
            nonlocal cost, unsure
            unsure = tokens is None
            if tokens is not None:
                cost = Usage(1, tokens, 0, self._price.cost(tokens, 0), self._price.currency) if self._price else cost
                self._pace.took(turn, tokens)

        try:
            try:
                turn = self._pace.turn(expected, quick=quick)
            except (ModelError, StoreError) as error:
                raise EmbedderError(f"embedding model {self._model}: {error}", "down") from error
            yield took
        finally:
            self._spending.settle(reserved, cost, unsure=unsure)

    def hold(self, seconds: float) -> None:
        """See `Meter.hold`: all who share the board leave it alone."""
        self._pace.hold(seconds)


def embedding_meter_of(settings: Settings, model: str, data_dir: Path, board: Board) -> EmbeddingMeter:
    """The meter of an embedding model at the settings' endpoint, kept by all who share a board.

    Raises:
        SettingError: a day's budget is set, and the price of the settings' model is not known or in another currency than
            the chat model's that is asked too. (Of a model that served before, a price that is not known is passed over.)
    """
    own = data_dir / PRICES_FILE
    if model == settings.embedding_model:
        price = run_price(model, own, None, settings.budget_day)
        chat = find_price(settings.chat_model, own) if settings.engine_name == "llm" else None
        if price and chat and settings.budget_day is not None and chat.currency != price.currency:
            raise SettingError(
                f"VOC_BUDGET_DAY can't be kept: {settings.chat_model} is priced in {chat.currency} and {model} in "
                f"{price.currency}; put both into {own}"
            )
    else:
        price = find_price(model, own)
    spending = Spending(currency=price.currency if price else "", daily=settings.budget_day, board=board)
    rate = Rate(settings.embedding_rpm or None, settings.embedding_tpm or None)
    return EmbeddingMeter(model, Pace(rate, board, page_of(settings, model), limits=_LIMITS), spending, price)
