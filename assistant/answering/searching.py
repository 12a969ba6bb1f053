"""Where to search for a question's voices: the record or theme it names, its filters, and wider ones if those are too narrow."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from assistant.answering.find import find
from assistant.answering.kin import meanings_in, same_meaning, speaking_of, to_the_point, wholes
from assistant.answering.labels import scope_label
from assistant.answering.matching import content_grams, matching_themes
from assistant.answering.meant import praises, situation_of, situations_asked, themes_meant
from assistant.answering.plan import Catalogue
from assistant.answering.ports import Counting, Finder, Hit, Masker, Store
from assistant.answering.understanding import words_to_search
from assistant.answering.values import foreign_kinds
from assistant.answering.voices import Found, merged, voices_of_themes
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme, Voice
from assistant.errors import NotFoundError
from assistant.rules.topics import known_words, telling_words
from vectorstore.text import of_other_matters

FEW = 3
"""Fewer voices than this are next to nothing."""
SUPPORTED = 0.38
"""Least support of a question by what was found; below, nothing is said. Of the sample's staff questions that find
anything the lowest has 0.42; most questions from elsewhere find nothing at all, the rest have 0.35 to 0.74."""
_CLEARLY = 0.2
"""So much greater a share of a query in what some say is clearly greater."""
_THEMES = 2
"""So many themes at most are taken for those that a question means."""
_WORDS = 24
"""So many words of a question are looked for one by one."""
_THANKED = re.compile(r"夸|赞|表扬|感谢|谢谢|满意|好评|锦旗")
_NAMED_RECORD = re.compile(r"(?<![A-Za-z0-9])(?:r_[0-9a-f]{16}|[A-Za-z]{1,6}-\d{1,12})(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where material comes from."""

    store: Store
    counting: Counting
    finder: Finder
    masker: Masker
    catalogue: Catalogue
    by_voices: bool = False
    """Needs stand in the order of how many of the voices found speak of them, which is how rules word them; else, as a
    model is shown them, in that of how they fit the question."""


def names_a_record(question: str) -> bool:
    """Whether something in a question looks like the id of a record."""
    return _NAMED_RECORD.search(question) is not None


def search(plan: Plan, given: Filters, sources: Sources) -> tuple[Found, tuple[str, ...]]:
    """Voices for a question, and notes on how they were looked for.

    A record or theme that the question names comes first. Filters read out of the question are loosened, saying
    so, where they leave next to nothing; those `given` by the asker never are.
    """
    named = _named_records(plan.question, sources.store)
    if not named and _from_elsewhere(plan, sources):
        return Found(), ()
    if named:
        found = _look(plan, named, sources)
        found.support = 1.0
        return found, ()
    found, notes = _within_filters(plan, given, sources)
    if literal := _said_letter_for_letter(plan, sources):
        return literal, notes
    _without_praise(plan, found, sources)
    themes = [theme for theme in sources.store.themes() if not (_of_a_trouble(plan) and praises(theme))]
    meant = themes_meant(plan, themes, _THEMES, {need.theme_id for need in found.needs})
    themed = _of_meant_themes(plan, meant, sources)
    if themed is None:
        return found, notes
    called = matching_themes(plan.query, meant)
    if sources.by_voices and not called and _nearer(plan.query, found, themed, sources):
        found.support = max(found.support, SUPPORTED)
        found.voices = to_the_point(plan.query, found.voices)
        return found, notes
    asked = situations_asked(plan) or {situation_of(theme) or "" for theme in meant}
    if len(themed.voices) >= FEW:
        found.voices, found.needs = speaking_of(plan.query, asked, found.voices), []
        plainly = speaking_of(plan.query, asked, themed.voices)
        themed.voices = plainly if len(plainly) >= FEW else themed.voices
        found = merged(themed, found, plan.limit)
    else:
        found = replace(merged(found, themed, plan.limit), needs=merged(themed, found, plan.limit).needs)
    found.voices = to_the_point(plan.query, found.voices)
    return found, notes


def _said_letter_for_letter(plan: Plan, sources: Sources) -> Found | None:
    """Voices that say the one word asked for, where it is none of the situations the rules know of; else None.

    What a theme says that seems near is no answer to whether anybody says 省电, when somebody does.
    """
    word = plan.query
    if len(word.split()) != 1 or situations_asked(plan) or matching_themes(word, sources.store.themes(), 1):
        return None
    if not sources.counting.mentions((word,), plan.filters).records:
        return None
    found = find(
        word, plan, sources.store.record_ids(plan.filters), sources.store, sources.finder, sources.masker, (word,)
    )
    found.voices = [replace(voice, n=n) for n, voice in enumerate((v for v in found.voices if word in v.quote), 1)]
    found.support = max(found.support, SUPPORTED)
    return found if found.voices else None


def _of_a_trouble(plan: Plan) -> bool:
    """Whether it is asked how to reply to somebody who does not praise."""
    praised = plan.filters.sentiment == ("positive",) or _THANKED.search(plan.question)
    return "reply" in plan.intents and not praised


def _without_praise(plan: Plan, found: Found, sources: Sources) -> None:
    """Leave out voices of records that only praise, where somebody asks how to reply to a trouble."""
    if not _of_a_trouble(plan):
        return
    moods: dict[str, set[str]] = {}
    for insight in sources.store.insights_of([voice.record_id for voice in found.voices]):
        moods.setdefault(insight.record_id, set()).add(insight.sentiment)
    kept = [voice for voice in found.voices if moods.get(voice.record_id) != {"positive"}]
    found.voices = [replace(voice, n=n) for n, voice in enumerate(kept, 1)]


def _nearer(query: str, found: Found, themed: Found, sources: Sources) -> bool:
    """Whether the voices that search found say clearly more of what a query speaks of than those of the themes that its
    words seem to mean."""

    def said(voices: Sequence[Voice]) -> list[float]:
        return sorted((whole.share for whole in wholes(query, voices, sources.store).values()), reverse=True)[:FEW]

    ours, theirs = said(found.voices), said(themed.voices)
    return len(ours) == FEW and sum(ours) - sum(theirs) >= FEW * _CLEARLY


def _from_elsewhere(plan: Plan, sources: Sources) -> bool:
    """Whether a question that names no product of ours holds words of other people's matters, and nothing is about it."""
    elsewhere = not plan.filters.product and of_other_matters(plan.question)
    return bool(elsewhere) and not sources.finder.search(plan.question, allowed=None, limit=1)


def _unheard_of(query: str, sources: Sources) -> bool:
    """Whether a question speaks of a part or trouble that nobody here does, in that word or another for it."""
    known = (word for word in known_words(query) if meanings_in(word))
    return any(not sources.finder.search(word, allowed=None, limit=1) for word in known)


def _within_filters(plan: Plan, given: Filters, sources: Sources) -> tuple[Found, tuple[str, ...]]:
    found = _look(plan, sources.store.record_ids(plan.filters), sources)
    if plan.filters.sentiment and len(found.voices) >= FEW:
        found.support = max(
            found.support, SUPPORTED
        )  # praise asked for is better answered by other praise than by blame
        return found, ()
    wider = _wider(plan, given)
    if wider == plan.filters or (len(found.voices) >= FEW and found.support >= SUPPORTED):
        return found, ()
    loosened = _look(replace(plan, filters=wider), sources.store.record_ids(wider), sources)
    note = _loosened(plan, len(found.voices), wider)
    better = (loosened.support >= SUPPORTED, len(loosened.voices)) > (found.support >= SUPPORTED, len(found.voices))
    return (loosened, (note,)) if better else (found, ())


def _wider(plan: Plan, given: Filters) -> Filters:
    """What the asker set, with the product and the days that the question names."""
    since, until = given.since or plan.filters.since, given.until or plan.filters.until
    return replace(given, product=given.product or plan.filters.product, since=since, until=until)


def _loosened(plan: Plan, n: int, wider: Filters) -> str:
    return f"“{scope_label(plan.filters)}”范围内只找到 {n} 条，已放宽到“{scope_label(wider)}”"


def _of_meant_themes(plan: Plan, themes: Sequence[Theme], sources: Sources) -> Found | None:
    """Voices of the themes that the question means, if it means any."""
    if not themes or plan.filters.theme or _foreign(plan, sources):
        return None
    ids = tuple(theme.id for theme in themes)
    only = replace(plan.filters, theme=ids)
    allowed = sources.store.record_ids(only)
    found = _look(replace(plan, filters=only), allowed, sources)
    listed = voices_of_themes(ids, only, 2 * plan.limit, sources.store, sources.masker)
    both = merged(found, listed, 2 * plan.limit)
    both.needs, both.support = listed.needs, found.support
    if len(both.voices) >= FEW or matching_themes(plan.query, themes):
        both.support = 1.0
    return both if both.voices else None


def _look(plan: Plan, allowed: Collection[str] | None, sources: Sources) -> Found:
    foreign, words = _foreign(plan, sources), words_to_search(plan, sources.catalogue)
    found = find(words, plan, allowed, sources.store, sources.finder, sources.masker, foreign)
    pieces = () if found.voices or foreign else telling_words(plan.query or plan.question)
    if not pieces:
        return found
    found = find(words, plan, allowed, sources.store, Piecewise(sources.finder, pieces), sources.masker)
    found.support = max(found.support, SUPPORTED)
    return found


def _foreign(plan: Plan, sources: Sources) -> tuple[str, ...]:
    """Names in the question of goods that nobody stores; none where it names one of ours too."""
    held = sources.catalogue
    return () if plan.filters.product else foreign_kinds(plan.question, held.products, held.models, held.lexicon)


def search_by_words(plan: Plan, given: Filters, sources: Sources) -> Found:
    """Voices that hold some content word of a question which as a whole found nothing, those with most words first.

    The words are those the trades know and the question's own pieces; where nobody says any of them, its pairs of
    letters. Nothing is found for a question about a kind of product that nobody stores.
    """
    held, query = sources.catalogue, plan.query
    foreign = foreign_kinds(plan.question, held.products, held.models, held.lexicon)
    if not query or foreign or _from_elsewhere(plan, sources) or _unheard_of(query, sources):
        return Found()
    pieces = [piece for piece in query.split() if 2 <= len(piece) <= 6]
    wider = _wider(plan, given)
    for words in ([*known_words(query), *pieces, *same_meaning(query)], content_grams(query)):
        chosen = list(dict.fromkeys(words))[:_WORDS]
        for filters in (plan.filters, wider)[: 1 + (wider != plan.filters)]:
            found = _holding(chosen, replace(plan, filters=filters), sources)
            _without_praise(plan, found, sources)
            if found.voices:
                if filters != plan.filters:
                    found.warnings.append(_loosened(plan, 0, filters))
                return found
    return Found()


def _holding(words: Sequence[str], plan: Plan, sources: Sources) -> Found:
    """Voices of records that hold one of some words, those with most of them first."""
    if not words:
        return Found()
    allowed, finder = sources.store.record_ids(plan.filters), Piecewise(sources.finder, words)
    found = find(" ".join(words), plan, allowed, sources.store, finder, sources.masker, words)
    found.support = max(found.support, SUPPORTED)
    return found


class Piecewise:
    """Searches for the telling words of a query one by one: for what nobody writes all together, such as a headline.

    With so little support the reader is told to check whether what was found fits the question.
    """

    def __init__(self, finder: Finder, pieces: Sequence[str]) -> None:
        self._finder, self._pieces = finder, pieces

    def search(self, query: str, *, allowed: Collection[str] | None, limit: int) -> Sequence[Hit]:
        """Passages found for the pieces, those found for most of them and best first."""
        found: dict[tuple[str, int], Hit] = {}
        score: dict[tuple[str, int], float] = {}
        for piece in self._pieces:
            for hit in self._finder.search(piece, allowed=allowed, limit=limit):
                place = hit.document_id, hit.start
                found.setdefault(place, hit)
                score[place] = score.get(place, 0.0) + hit.score
        return [found[place] for place in sorted(found, key=lambda place: (-score[place], place))][:limit]


def _named_records(question: str, store: Store) -> set[str]:
    named = set()
    for match in _NAMED_RECORD.finditer(question):
        try:
            named.add(store.record(match.group()).id)
        except NotFoundError:
            continue
    return named
