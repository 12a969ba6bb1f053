"""Knows what work will take before a call is made: calls, tokens, money."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.domain.drafts import ReadingsDraft
from assistant.domain.engine import Forecast
from assistant.llm.budget import MESSAGE_TOKENS, Most, estimate_tokens, most_tokens
from assistant.llm.pricing import Price
from assistant.llm.shapes import schema_text
from prompts import RenderedPrompt


@dataclass(frozen=True, slots=True)
class Order:
    """One call that has not been made yet."""

    key: str
    """Of the call cache."""
    prompt: RenderedPrompt
    expected: int
    """Tokens the answer will take, about."""
    subjects: frozenset[str]
    """Whose words it would send."""

    @property
    def limit(self) -> int:
        """Tokens the answer may take."""
        return answer_limit(self.expected)

    @property
    def about(self) -> int:
        """Tokens of its prompt, about."""
        return estimate_tokens(self.prompt.system + self.prompt.user + schema_text(ReadingsDraft))

    def most(self, price: Price | None) -> Most:
        """The most that it can cost."""
        text = self.prompt.system + self.prompt.user + schema_text(ReadingsDraft)
        return Most(most_tokens(text) + 2 * MESSAGE_TOKENS, self.limit, price)


def answer_limit(expected: int) -> int:
    """Tokens that an answer may take under a budget: twice what is expected, so that few are cut off."""
    return 2 * expected + 500


def forecast(orders: Iterable[Order], price: Price | None) -> Forecast:
    """What orders take together."""
    calls = asked = said = 0
    most = 0.0
    for order in orders:
        calls += 1
        asked += order.about
        said += order.expected
        most += order.most(price).money
    note = None
    if price is not None:
        day = f" of {price.looked_up}" if price.looked_up else ""
        note = f"the installation's own price list{day}"
        if price.shipped:
            note = f"the price list shipped with the program{day}: check it, or put your own prices.toml into the data directory"
    return Forecast(
        calls, asked, said,
        price.cost(asked, said) if price else (None if calls else 0.0),
        most if price else None,
        price.currency if price else None,
        note if price else "no price is known for this model: put a prices.toml into the data directory",
    )  # fmt: skip
