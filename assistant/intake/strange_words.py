"""How often values could not be understood, and which words they were, as far as they are no one's personal data."""

from collections import Counter, defaultdict

_SHOWN, _TWICE, _LONGEST = 5, 2, 12


class Counts(Counter[str]):
    """What was met how often; of words that nobody knows, the words too."""

    def __init__(self) -> None:
        super().__init__()
        self._words: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def strange(self, field: str, word: str) -> None:
        """Count a word of a field that is not among the known ones."""
        self[field] += 1
        self._words[field][word] += 1

    def named(self, field: str) -> str:
        """``: 评论 (3), 短信 (2)``, the commonest first; only short words without digits that stand in several rows, so that
        no telephone or lone name is told; empty where there are none."""
        common = [
            f"{word} ({n})"
            for word, n in self._words[field].most_common(_SHOWN)
            if n >= _TWICE and len(word) <= _LONGEST and not any(sign.isdigit() for sign in word)
        ]
        return f": {', '.join(common)}" if common else ""
