"""Knows which trade a situation is spoken of in, so that no customer is answered in the words of another trade."""

from collections.abc import Sequence

from assistant.rules.lexicon import normalise, table, words

_SHARE = 1 / 3
"""Share of the texts that must hold a word of a trade before its wording is used."""


def worded(situation: str, key: str, texts: Sequence[str]) -> str:
    """A wording of a situation: that of the trade the texts speak of, else the neutral one; empty where none is known."""
    plain = [normalise(text) for text in texts]
    for name, fields in table("trades").items():
        own, marks = name.split("+")[0] == situation, str(fields.get("when", "")).split()
        if own and sum(any(mark in text for mark in marks) for text in plain) >= max(1.0, _SHARE * len(plain)):
            return words("trades", name, key) or words("situations", situation, key)
    return words("situations", situation, key)
