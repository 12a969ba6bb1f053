"""What could be made anew, from what is stored: ideas for new products with their records, then what customers wish for."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from assistant.answering.labels import query_text, scope_label
from assistant.answering.meant import praises
from assistant.answering.searching import Sources
from assistant.answering.voices import Found, add_voice, voice_of
from assistant.domain.answers import Figure, Plan
from assistant.domain.ideas import Idea
from assistant.domain.insights import Insight
from assistant.domain.records import Record, customer_spans
from assistant.domain.themes import Theme

_IDEAS, _LOOKED_AT, _WISHES, _EACH = 5, 100, 4, 3


def openings(plan: Plan, sources: Sources) -> tuple[Found, list[Figure], list[str]] | None:
    """Voices, figures and notes for a question after new products at large; None where there is no such idea.

    Of each idea is told how many customers have its need; ideas that praise alone stands behind are left out.
    """
    store, filters = sources.store, plan.filters
    themes = {theme.id: theme for theme in store.themes()}
    listed, _ = store.ideas(filters, _LOOKED_AT)
    kept = [idea for idea in listed if idea.nbn_type == "new_product" and not _of_praise(idea, themes)][:_IDEAS]
    wishes, total = store.wishes(filters, _WISHES)
    if not kept:
        return None
    found = Found()
    behind = [insight for idea in kept for insight in _evidence(idea, sources)[:1]]
    in_turn = [one for pair in zip_longest(behind, wishes) for one in pair if one is not None]
    _quote(in_turn, found, sources)
    figures = [
        Figure(
            f"新产品点子「{idea.title}」涉及的客户",
            idea.customers,
            "位",
            f"count distinct customers of {', '.join(idea.theme_ids)}",
        )
        for idea in kept
    ]
    if total:
        label = f"{scope_label(filters)} 提出愿望或建议的反馈".removeprefix("全部 ")
        figures.append(Figure(label, total, "条", query_text("count records with a suggestion", filters)))
    return found, figures, [f"可据此起草 NBN 提案：点子 {'、'.join(idea.id for idea in kept)}"]


def _of_praise(idea: Idea, themes: Mapping[str, Theme]) -> bool:
    known = [themes[one] for one in idea.theme_ids if one in themes]
    return bool(known) and all(map(praises, known))


def _evidence(idea: Idea, sources: Sources) -> list[Insight]:
    """The needs that an idea cites."""
    known = (sources.store.insight(one) for one in idea.evidence[:_EACH])
    return [insight for insight in known if insight is not None]


def _quote(insights: Sequence[Insight], found: Found, sources: Sources) -> None:
    """Voices of the needs' own quotes, one for each record."""
    records = sources.store.records_by_id([insight.record_id for insight in insights])
    for insight in insights:
        heard = {voice.record_id for voice in found.voices}
        record = records.get(insight.record_id)
        if record is not None and insight.record_id not in heard:
            start, end = _wished(record, insight)
            add_voice(voice_of(record, start, end, insight), sources.masker, found)


def _wished(record: Record, insight: Insight) -> tuple[int, int]:
    """Where the wish stands in the record, else the need's own words."""
    wish = insight.suggestion or ""
    at = record.text.find(wish) if wish else -1
    said = any(start <= at and at + len(wish) <= end for start, end in customer_spans(record))
    return (at, at + len(wish)) if at >= 0 and said else (insight.start, insight.end)
