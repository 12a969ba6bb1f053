"""How often values could not be understood, and which words they were, as far as they are no one's personal data."""

from collections import Counter, defaultdict
from collections.abc import Mapping

_SHOWN, _TWICE, _LONGEST = 5, 2, 12
_NOTES = {
    "title_as_text": "{} records have a title and no text: the title is their text",
    "rating": "{} ratings could not be read and are kept as metadata",
    "customer.segment": "{} customer types are not among the known ones and are kept as metadata",
    "customer.bought_service": "{} answers to whether service was bought say neither yes nor no and are kept as metadata",
    "speakers": "{} conversations have speakers that no word explains: concluded from who else speaks",
    "no_customer": "{} conversations have no line that is a customer's: nothing can be quoted from them; look at who speaks",
    "parted": "{} group threads were parted by customer",
    "dated": "{} times came without a year or a day: the year is that of the rows around them, the day counted back from when the file was last changed",
    "channel": "{} channel words are not among the known ones and are kept as metadata",
    "made_ids": "{} records came without an id and got one made of their content",
}


class Counts(Counter[str]):
    """What was met how often; of words that nobody knows, the words too."""

    def __init__(self) -> None:
        super().__init__()
        self._words: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def strange(self, field: str, word: str) -> None:
        """Count a word of a field that is not among the known ones."""
        self[field] += 1
        self._words[field][word] += 1

    def sentences(self, more: Mapping[str, str]) -> list[str]:
        """What was noted, one sentence each; `more` is what ends one in place of words nobody knows."""
        return [_NOTES[what].format(n) + more.get(what, self.named(what)) for what, n in self.items() if n]

    def named(self, field: str) -> str:
        """``: 评论 (3), 短信 (2)``, the commonest first; only short words without digits that stand in several rows, so that
        no telephone or lone name is told; empty where there are none."""
        common = [
            f"{word} ({n})"
            for word, n in self._words[field].most_common(_SHOWN)
            if n >= _TWICE and len(word) <= _LONGEST and not any(sign.isdigit() for sign in word)
        ]
        return f": {', '.join(common)}" if common else ""
