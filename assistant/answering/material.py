"""All that an answer may stand on, gathered for a plan: figures that were counted, voices that were found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.count import Counted, count
from assistant.answering.find import find, meant_theme
from assistant.answering.kin import speaking_of
from assistant.answering.labels import query_text, scope_label
from assistant.answering.matching import fitting_first
from assistant.answering.meant import situations_asked, themes_meant
from assistant.answering.plan import COUNTING
from assistant.answering.searching import FEW, SUPPORTED, Sources, names_a_record, search, search_by_words
from assistant.answering.sides import named_sides
from assistant.answering.triage import about_feedback
from assistant.answering.voices import Found, merged, most_spoken_of, voices_of_needs, voices_of_themes
from assistant.domain.answers import Chart, Figure, Need, Plan, Table
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme, Voice

ELSEWHERE = 0.75
"""Share of a question's pairs one passage must hold where nothing in the question speaks of feedback: of such
questions from elsewhere (capitals, recipes, timetables) the highest has 0.6."""
SURE = 0.5
"""Below this support the reader is asked to check whether what was found fits the question."""


@dataclass(slots=True)
class Gathered:
    """Figures and voices are numbered from 1; `nothing` is the refusal where there is nothing to say."""

    voices: tuple[Voice, ...] = ()
    figures: tuple[Figure, ...] = ()
    needs: tuple[Need, ...] = ()
    opportunities: tuple[dict[str, object], ...] = ()
    warnings: tuple[str, ...] = ()
    nothing: str | None = None
    table: Table | None = None
    chart: Chart | None = None


def gather(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    """Material for a plan; `given` are the filters the asker set, which are never loosened."""
    overview = not plan.query and not COUNTING & set(plan.intents) and not names_a_record(plan.question)
    if overview:
        plan = replace(plan, by=plan.by or "theme", intents=(*plan.intents, "count"))
    gathered = _counted(plan, given, sources) if COUNTING & set(plan.intents) else _found(plan, given, sources)
    notes = plan.notes
    if "propose" in plan.intents and gathered.needs:
        notes = (*notes, f"可据此起草 NBN 提案：需求主题 {gathered.needs[0].theme_id}")
    gathered.warnings = tuple(dict.fromkeys((*notes, *gathered.warnings)))
    return gathered


def _counted(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    themes = sources.store.themes()
    sides = named_sides(plan, sources.catalogue)
    counted = count(plan, sources.counting, themes, _meant(plan, themes, sources), sides)
    if all(figure.value == 0 for figure in counted.figures if figure.unit == "条"):
        return _uncounted(plan, given, sources)
    found = _voices_for(plan, counted, sources)
    return Gathered(
        voices=tuple(found.voices),
        figures=tuple(counted.figures),
        needs=tuple(found.needs),
        opportunities=tuple(found.opportunities),
        warnings=(*counted.warnings, *found.warnings),
        table=counted.table,
        chart=counted.chart,
    )


def _meant(plan: Plan, themes: Sequence[Theme], sources: Sources) -> list[Theme]:
    """The themes that the words of a counting question mean: by their names, else by what search finds for them."""
    if not plan.query:
        return []
    if named := themes_meant(plan, themes):
        return named
    if sources.counting.mentions(tuple(plan.query.split()), plan.filters).records >= FEW:
        return []  # said in so many words: those are counted
    around = sources.store.record_ids(Filters(product=plan.filters.product))
    theme_id = meant_theme(plan.query, around, sources.store, sources.finder)
    return [theme for theme in themes if theme.id == theme_id]


def _uncounted(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    """Nothing was counted: the words may still be found in other words, without a number to go with them."""
    if plan.query:
        gathered = _found(plan, given, sources)
        if gathered.nothing is None:
            note = f"没有需求主题或原文逐字对应“{plan.query}”，给不出条数，只列出相近的原话"
            gathered.figures, gathered.warnings = (), (note, *gathered.warnings)
            return gathered
    nothing = f"资料不足：在“{scope_label(plan.filters)}”范围内没有{_about(plan)}反馈。"
    return Gathered(nothing=nothing)


def _voices_for(plan: Plan, counted: Counted, sources: Sources) -> Found:
    if counted.themes:
        found = voices_of_themes(counted.themes, counted.filters, 2 * plan.limit, sources.store, sources.masker)
        if found.voices:
            plainly = speaking_of(plan.query, situations_asked(plan), found.voices)
            chosen = plainly if len(plainly) >= FEW else found.voices
            return merged(replace(found, voices=chosen), Found(), plan.limit)
    if not plan.query:
        return voices_of_needs(plan.filters, plan.limit, sources.store, sources.masker)
    allowed = sources.store.record_ids(plan.filters)
    return find(plan.query, plan, allowed, sources.store, sources.finder, sources.masker)


def _found(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    found, notes = search(plan, given, sources)
    elsewhere = not (about_feedback(plan) or names_a_record(plan.question) or found.together >= ELSEWHERE)
    if not elsewhere and (not found.voices or found.support < SUPPORTED):
        found = search_by_words(plan, given, sources)
    if elsewhere or not found.voices:
        where = "" if plan.filters.empty else f"在“{scope_label(plan.filters)}”范围内"
        return Gathered(nothing=f"资料不足：{where}没有找到{_about(plan)}客户反馈。", warnings=notes)
    found.needs = fitting_first(plan.query or plan.question, found.needs, sources.store.themes())
    if sources.by_voices:
        found.needs = most_spoken_of(found.needs, found.voices, sources.store)
    figures = _size_of_need(found, plan.filters, sources)
    doubts = () if found.support >= SURE else ("找到的反馈与问题用词相差较大，请核对是否对题",)
    return Gathered(
        voices=tuple(found.voices),
        figures=figures,
        needs=tuple(found.needs),
        opportunities=tuple(found.opportunities),
        warnings=(*notes, *found.warnings, *doubts),
    )


def _size_of_need(found: Found, filters: Filters, sources: Sources) -> tuple[Figure, ...]:
    """How many records and customers share the first need, so that an answer can say how common it is."""
    if not found.needs:
        return ()
    theme = sources.store.theme(found.needs[0].theme_id)
    only = replace(filters, theme=(theme.id,))
    totals, scope = sources.counting.totals(only), scope_label(only, {theme.id: theme.title})
    if not totals.records:
        return ()
    return (
        Figure(f"{scope} 反馈", totals.records, "条", query_text("count records", only)),
        Figure(f"{scope} 客户", totals.customers, "位", query_text("count distinct customers", only)),
    )


def _about(plan: Plan) -> str:
    return f"与“{plan.query}”有关的" if plan.query else ""
