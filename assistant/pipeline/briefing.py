"""A person's brief in one sentence: which themes carry it, by whose words, or that the data say nothing about it."""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import mean
from typing import Any

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import NbnType, zh
from assistant.errors import NotFoundError, UsageError
from assistant.insight.members import Member, count_customers, count_records
from assistant.insight.wording import tidy
from assistant.insight.wordings import speaks_for
from assistant.pipeline.context import Context
from assistant.records.finding import Finder
from vectorstore.text import synonyms

LONGEST = 300
MOST_THEMES = 3
FEWEST = 2
"""Independent customers without whom a theme carries nothing."""
_KNOWN = 0.3
"""Share of a brief's words, the rare ones weighing more, that the data must hold."""
_EVERYWHERE = 0.4
"""Share of records from which a word tells nothing."""
_LOOKED_AT = 80
_FEW = 20
"""Records from which a word weighs no more for being rarer."""
_TITLE = 40
_WORD = re.compile(r"^(?=.*[^\W\d_])[\w-]{2,20}$")
_AUDIENCE = re.compile(
    r"(?:请|想|要|我们|能不能|可以)*(?:给|为|替|帮|让)(.+?)(?=做|设计|推出|开发|提供|造|出|一款|一种|一个|一套|把|，|,|$)"
)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A theme that carries a brief, and by how much of it."""

    theme_id: str
    title: str
    records: int
    customers: int
    of_records: int
    """Records of the whole theme."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A brief as the data bear it."""

    text: str
    """Masked."""
    title: str
    nbn_type: NbnType
    themes: tuple[Carrier, ...]
    insight_ids: tuple[str, ...]
    """The members of these themes whose record holds a word of the brief, nearest first."""
    mentions: Mapping[str, int]
    """Word → records that hold it, or another word for the same people."""
    missing: tuple[str, ...]

    @property
    def told(self) -> dict[str, object]:
        """As it stands in a proposal's provenance."""
        themes = [
            {
                "theme_id": one.theme_id,
                "title": one.title,
                "records": one.records,
                "customers": one.customers,
                "of_records": one.of_records,
            }
            for one in self.themes
        ]
        return {"text": self.text, "themes": themes, "words": dict(self.mentions), "not_found": list(self.missing)}


def carried_by(context: Context, brief: str, members: Sequence[Member]) -> Carried:
    """Which themes carry a brief, by counting the records of theirs that hold its words; search puts them in order.

    Raises:
        UsageError: it is blank or longer than `LONGEST` characters.
        NotFoundError: the data say nothing about it; the sentence says which words were looked for.
    """
    text = tidy(context.mask(brief), LONGEST + 1)
    if not text or len(text) > LONGEST:
        raise UsageError(f"a brief is one sentence of 1 to {LONGEST} characters, this one has {len(text)}")
    total = max(1, context.store.counting.totals(Filters()).records)
    holding = {word: _holding(context, word) for word in _words_of(context, text)}
    holding |= {zh(one): context.store.record_ids(Filters(segment=(one,))) or set() for one in speaks_for(text)}
    words = list(holding)
    missing = tuple(word for word in words if not holding[word])
    telling = {word: found for word, found in holding.items() if 0 < len(found) <= max(_FEW, _EVERYWHERE * total)}
    if not telling or _unheard(text, holding) or _weight(holding, total) < _KNOWN:
        raise _nothing(words, missing, total)
    thing = _thing(text, telling)
    fitting = {one: worth for one, worth in _fitting(telling, total).items() if not thing or one in thing}
    own = [m for m in members if m.insight.theme_id and m.insight.record_id in fitting]
    carriers = _carriers(context, own, members, fitting)
    if not carriers:
        raise _nothing(words, missing, total)
    ids = {one.theme_id for one in carriers}
    nearest = _nearest(context, text)
    inside = sorted(
        (m for m in own if m.insight.theme_id in ids),
        key=lambda m: (nearest.get(m.insight.record_id, _LOOKED_AT), m.insight.id),
    )
    mentions = {word: len(found) for word, found in telling.items()}
    return Carried(text, _title(text), _nbn(text), carriers, tuple(m.insight.id for m in inside), mentions, missing)


def _words_of(context: Context, text: str) -> list[str]:
    """The words of a brief that say something, in order; pieces that overlap in the text are one word."""
    plain = set(_data()["plain"].split())
    spans = [
        found.span()
        for word in dict.fromkeys(context.words(text))
        if _WORD.match(word) and word.lower() not in plain
        for found in re.finditer(re.escape(word), text, re.IGNORECASE)
    ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    people = _data()["people"]
    found = (text[start:end] for start, end in merged)
    return list(
        dict.fromkeys(next((head for head, others in people.items() if word in others), word) for word in found)
    )


def _unheard(text: str, holding: Mapping[str, set[str]]) -> bool:
    """Whether it is made for somebody of whom no record speaks."""
    found = _AUDIENCE.match(text)
    if found is None:
        return False
    named = [
        word for word in holding if word in found[1] or any(o in found[1] for o in _data()["people"].get(word, ()))
    ]
    known = [one for one in speaks_for(found[1]) if holding[zh(one)]]
    return bool(named) and not known and not any(holding[word] for word in named)


def _thing(text: str, telling: Mapping[str, set[str]]) -> set[str]:
    """The records that hold a word of what is to be made, not only one of those for whom; none where it has no such word."""
    found = _AUDIENCE.match(text)
    whom = found[1] if found else ""
    named = [one for word, one in telling.items() if word in text and word not in whom]
    return set().union(*named)


def _fitting(telling: Mapping[str, set[str]], total: int) -> dict[str, float]:
    """The records that hold enough of the words, the rare ones weighing more: half as much as the best of them; each with
    its share of the best one's weight."""
    worth: dict[str, float] = {}
    for found in telling.values():
        weight = math.log(1 + total / max(_FEW, len(found)))
        for record_id in found:
            worth[record_id] = worth.get(record_id, 0.0) + weight
    best = max(worth.values())
    return {record_id: weight / best for record_id, weight in worth.items() if weight >= 0.5 * best}


def _holding(context: Context, word: str) -> set[str]:
    """Ids of the records that hold a word, or another word for the same people."""
    names = {word, *_data()["people"].get(word, ()), *synonyms(word)}
    return set().union(*(context.store.records_with(name) for name in names))


def _weight(holding: Mapping[str, set[str]], total: int) -> float:
    """Share of the words that some record holds; a rare word weighs more, one that nobody says weighs as the rarest."""
    weights = {word: math.log(1 + total / max(1, len(found))) for word, found in holding.items()}
    return sum(w for word, w in weights.items() if holding[word]) / max(1e-9, sum(weights.values()))


def _carriers(
    context: Context, own: Sequence[Member], members: Sequence[Member], fitting: Mapping[str, float]
) -> tuple[Carrier, ...]:
    """Themes with enough customers who speak of it, those first whose records hold most of its words and of whose records
    the most do: a theme of all who have the thing comes after that of those whom it is made for."""
    titles = {theme.id: theme.title for theme in context.store.themes()}
    by_theme: dict[str, list[Member]] = {}
    whole: dict[str, list[Member]] = {}
    for member in members:
        if member.insight.theme_id in titles:
            whole.setdefault(str(member.insight.theme_id), []).append(member)
    for member in own:
        if member.insight.theme_id in titles:
            by_theme.setdefault(str(member.insight.theme_id), []).append(member)
    found = [
        Carrier(theme_id, titles[theme_id], count_records(said), count_customers(said), count_records(whole[theme_id]))
        for theme_id, said in by_theme.items()
    ]
    enough = [one for one in found if one.customers >= FEWEST]
    needs = [one for one in enough if not _praised(whole[one.theme_id])]
    enough = needs or enough
    held = {one.theme_id: mean(fitting[m.insight.record_id] for m in by_theme[one.theme_id]) for one in enough}
    share = {one.theme_id: one.customers * one.records / one.of_records for one in enough}
    enough.sort(key=lambda one: (-share[one.theme_id] * held[one.theme_id] ** 2, one.theme_id))
    return tuple(enough[:MOST_THEMES])


def _praised(members: Sequence[Member]) -> bool:
    return sum(m.insight.sentiment == "positive" for m in members) * 2 > len(members)


def _nearest(context: Context, text: str) -> dict[str, int]:
    """Record → its place among what search finds for the brief."""
    hits = Finder(context.index).search(text, limit=_LOOKED_AT)
    places: dict[str, int] = {}
    for place, hit in enumerate(hits):
        places.setdefault(hit.document_id, place)
    return places


def _nothing(words: Sequence[str], missing: Sequence[str], total: int) -> NotFoundError:
    looked = "、".join(f"「{word}」" for word in words) or "(no word that tells anything)"
    found = "" if not missing else f"; not one record holds {'、'.join(f'「{word}」' for word in missing)}"
    return NotFoundError(
        f"the data say nothing that could carry this brief: {total} records were searched for {looked}{found}; "
        "put it in the customers' words, or look with `voc search` first"
    )


def _title(text: str) -> str:
    return tidy(re.split(r"[，。；,;]", text)[0], _TITLE)


def _nbn(text: str) -> NbnType:
    kinds: tuple[NbnType, ...] = ("new_customs", "better_product")
    return next((kind for kind in kinds if re.search(_data()["nbn"][kind], text)), "new_product")


@cache
def _data() -> dict[str, Any]:
    text = files("assistant.insight").joinpath("data", "brief.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
