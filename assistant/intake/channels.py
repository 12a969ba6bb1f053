"""Which channel a file is of, told by the words of its headers and names and by the shape of its records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from assistant.domain.vocabulary import CHANNELS, Channel
from assistant.intake.shapes import SourceRow
from assistant.intake.speakers import is_voice
from assistant.intake.wordlists import plain_word, word_list

_TICKETED = frozenset({"status", "customer.phone"})
"""What a review has not, so that a rating beside it does not make it one."""


def guess_channel(
    names: Sequence[str], columns: Iterable[str], mapping: Mapping[str, str], sample: Sequence[SourceRow]
) -> Channel:
    """The likeliest channel.

    Args:
        names: the file's stem and the table's name.
        columns: their headers, paths or block keys.
        mapping: our field → their column. The headers of the id and the thread tell most (`通话编号`, `群名称`), names and other headers less.
        sample: first records; conversations can't be reviews, lone texts can't be chats, and whose
            voices a machine has numbered was recorded.

    Returns:
        A ticket where nothing tells.
    """
    scores = dict.fromkeys(CHANNELS, 0.0)
    for weight, texts in (
        (3.0, [mapping[f] for f in ("id", "thread") if f in mapping]),
        (3.0, [mapping[f] for f in ("rating",) if f in mapping and "nps" in plain_word(mapping[f])]),
        (2.0, names),
        (0.5, list(columns)),
    ):
        for text in texts:
            _add(scores, plain_word(text), weight)
    if any(row.turns and all(is_voice(turn.speaker) for turn in row.turns) for row in sample):
        scores["call"] += 1
    conversations = any(row.turns for row in sample) or "turns" in mapping or "speaker" in mapping
    return _by_shape(scores, mapping, conversations=conversations)


def _add(scores: dict[Channel, float], text: str, weight: float) -> None:
    """A text counts for the channel with its longest word (`群会话` is no `会话`), longer words a little more."""
    hits: dict[Channel, int] = {}
    for channel, table in word_list("columns")["channels"].items():
        lengths = [len(plain_word(word)) for word in table["words"] if plain_word(word) in text]
        if lengths:
            hits[cast("Channel", channel)] = max(lengths)
    for channel, length in hits.items():
        if length == max(hits.values()):
            scores[channel] += weight * (1 + length / 20)


def _by_shape(scores: dict[Channel, float], mapping: Mapping[str, str], *, conversations: bool) -> Channel:
    if conversations:
        scores = {c: s + (0.4 if c == "chat" else 0) for c, s in scores.items() if c not in ("review", "survey")}
    else:
        scores = {c: s for c, s in scores.items() if c != "group"}
        ticketed = scores["ticket"] > 0 or not _TICKETED.isdisjoint(mapping)
        scores["review"] += 0.4 if "rating" in mapping and not ticketed else 0
    best = max(scores, key=lambda channel: scores[channel])
    return best if scores[best] > 0 else "ticket"
