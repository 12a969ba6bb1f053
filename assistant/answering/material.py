"""All that an answer may stand on, gathered for a plan: figures that were counted, voices that were found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.count import count
from assistant.answering.counted import Counted
from assistant.answering.find import find, meant_theme
from assistant.answering.kin import speaking_of
from assistant.answering.labels import query_text, scope_label
from assistant.answering.lexicon import NAMES_FILE
from assistant.answering.matching import fitting_first
from assistant.answering.meant import situations_asked, themes_meant
from assistant.answering.openings import openings
from assistant.answering.plan import COUNTING
from assistant.answering.rising import rising, turn_asked
from assistant.answering.searching import FEW, SUPPORTED, Sources, names_a_record, search, search_by_words
from assistant.answering.sides import named_sides, words_apart
from assistant.answering.standing import words_said
from assistant.answering.triage import about_feedback
from assistant.answering.typos import meant_instead
from assistant.answering.understanding import not_sold
from assistant.answering.voices import Found, merged, most_spoken_of, voices_of_needs, voices_of_themes
from assistant.domain.answers import Chart, Figure, Need, Plan, Table
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme, Voice
from assistant.domain.vocabulary import Dimension

ELSEWHERE = 0.75
"""Share of a question's pairs one passage must hold where nothing in the question speaks of feedback: of such
questions from elsewhere (capitals, recipes, timetables) the highest has 0.6."""
_SHOWN = 8
DISPLEASED = re.compile(r"不满|抱怨|投诉|差评|吐槽|意见")
_OF_NEEDS: frozenset[Dimension] = frozenset({"theme", "deep_category", "aspect", "nbn", "journey_stage"})
"""Rows of these are needs, and are told with the customers' words."""
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
    back: tuple[str, tuple[str, ...]] | None = None
    """A question back, and what to choose from."""


def gather(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    """Material for a plan; `given` are the filters the asker set, which are never loosened."""
    plan = _reasons_within(plan, sources)
    overview = not plan.query and not COUNTING & set(plan.intents) and not names_a_record(plan.question)
    if overview:
        plan = replace(plan, by=plan.by or "theme", intents=(*plan.intents, "count"))
    gathered = _gathered(plan, given, sources, at_large=overview)
    notes = plan.notes
    if "propose" in plan.intents and gathered.needs:
        notes = (*notes, f"可据此起草 NBN 提案：需求主题 {gathered.needs[0].theme_id}")
    gathered.warnings = tuple(dict.fromkeys((*notes, *gathered.warnings)))
    return gathered


def _gathered(plan: Plan, given: Filters, sources: Sources, *, at_large: bool) -> Gathered:
    anew = openings(plan, sources) if at_large and "propose" in plan.intents else None
    if anew is not None:
        found, figures, notes = anew
        return _of(found, figures, (*found.warnings, *notes))
    if at_large and "propose" in plan.intents and plan.filters.sentiment != ("positive",):
        plan = replace(plan, filters=replace(plan.filters, sentiment=("negative",)))  # praise asks for nothing new
    return _counted(plan, given, sources) if COUNTING & set(plan.intents) else _found(plan, given, sources)


def _of(found: Found, figures: Sequence[Figure], warnings: Sequence[str]) -> Gathered:
    return Gathered(
        voices=tuple(found.voices),
        figures=tuple(figures),
        needs=tuple(found.needs),
        opportunities=tuple(found.opportunities),
        warnings=tuple(warnings),
    )


def _reasons_within(plan: Plan, sources: Sources) -> Plan:
    """The plan of a question why people are displeased with an aspect (安装), as one for the needs within it by count:
    among the records of that aspect, or among those that say the word, whichever are more."""
    values = dict(sources.catalogue.lexicon.words["aspect"]).get(plan.query)
    if values is None or "explain" not in plan.intents or COUNTING & set(plan.intents):
        return plan
    moods = ("negative",) if DISPLEASED.search(plan.question) else plan.filters.sentiment
    filters = replace(plan.filters, sentiment=moods)
    of_aspect, counting = replace(filters, aspect=values), sources.counting
    said = counting.mentions((plan.query,), filters).records
    more = counting.totals(of_aspect).records >= said
    intents = ("count", *plan.intents)
    return replace(
        plan, intents=intents, by="theme", filters=of_aspect if more else filters, query="" if more else plan.query
    )


def _counted(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    foreign = _foreign(plan, sources)
    if unsaid := _unheard_of(foreign, sources):
        return Gathered(nothing=f"资料不足：{_no_such(unsaid, sources)}")
    themes = sources.store.themes()
    sides, words = named_sides(plan, sources.catalogue), words_apart(plan)
    meant = _meant(plan, themes, sources) if not words else []
    counted = count(plan, sources.counting, themes, meant, sides, words)
    turn = turn_asked(plan.question) if len(plan.periods) > 1 and not plan.query else None
    if turn is not None:
        counted = Counted(filters=plan.filters, titles=counted.titles)
        rising(plan, sources.counting, sources.store, counted, turn)
    if all(figure.value == 0 for figure in counted.figures if figure.unit == "条"):
        back = meant_instead(plan, sources.counting)
        return Gathered(back=back) if back else _nobody(plan, counted, sources) or _uncounted(plan, given, sources)
    found = _voices_for(plan, counted, sources) if not _pure(plan, counted) else Found()
    unnamed = (f"没有产品叫“{name}”，只数提到它的反馈" for name in foreign)
    gathered = _of(found, counted.figures, (*counted.warnings, *found.warnings, *unnamed))
    gathered.table, gathered.chart = counted.table, counted.chart
    return gathered


def _pure(plan: Plan, counted: Counted) -> bool:
    """Whether a question asks for numbers alone, of no need and no words: voices would answer what was not asked."""
    only_counts = set(plan.intents) <= COUNTING and plan.by not in _OF_NEEDS
    return only_counts and not plan.query and not counted.themes and not plan.filters.theme


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


def _foreign(plan: Plan, sources: Sources) -> tuple[str, ...]:
    """Goods that a question names and that are none of the house's."""
    return () if plan.filters.product else not_sold(plan.question, sources.catalogue)


def _unheard_of(goods: Sequence[str], sources: Sources) -> str | None:
    """The first of some goods, where not one record says it."""
    return next((name for name in goods[:1] if not sources.counting.mentions((name,), Filters()).records), None)


def _no_such(name: str, sources: Sources) -> str:
    held = "、".join(sources.catalogue.products[:_SHOWN])
    return (
        f"现有数据里没有“{name}”这种产品，也没有一条反馈提到它。现有产品：{held}；"
        f"如果其中有的就是它，请管理员在数据目录的 {NAMES_FILE} 的 [product] 表里写明。"
    )


def _nobody(plan: Plan, counted: Counted, sources: Sources) -> Gathered | None:
    """Nought as an answer: of a scope in which there is nothing to count, unless it lies before the data."""
    held = sources.catalogue
    said = bool(counted.themes) or sources.counting.mentions(counted.words or (plan.query,), Filters()).records > 0
    if (plan.query and not counted.rows and not said) or (
        held.first_day and (plan.filters.until or "9") < held.first_day
    ):
        return None
    figures = tuple(figure for figure in counted.figures if figure.unit != "%")
    return Gathered(figures=figures, warnings=(*counted.warnings, *_what_there_is(plan.filters, sources)))


def _what_there_is(filters: Filters, sources: Sources) -> list[str]:
    """What the data hold of the dimensions that left nothing."""
    asked: list[tuple[Dimension, str]] = [("channel", "渠道"), ("segment", "客户类型"), ("product", "产品")]
    told = []
    for by, name in asked:
        if chosen := getattr(filters, by):
            known = [row for row in sources.counting.rows(by, Filters()) if row.key != "unknown"]
            if not {row.key for row in known} & set(chosen):
                told.append(f"现有数据的{name}：{'、'.join(row.label for row in known[:_SHOWN]) or '都没有填'}")
    return told


def _uncounted(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    """Nothing was counted: the words may still be found in other words, without a number to go with them."""
    if plan.query:
        gathered = _found(plan, given, sources)
        if gathered.nothing is None:
            note = f"没有需求主题或原文逐字对应“{plan.query}”，给不出条数，只列出相近的原话"
            gathered.figures, gathered.warnings = (), (note, *gathered.warnings)
            return gathered
    where = "" if plan.filters.empty else f"在“{scope_label(plan.filters)}”范围内"
    return Gathered(nothing=f"资料不足：{where}没有{_about(plan)}反馈。")


def _voices_for(plan: Plan, counted: Counted, sources: Sources) -> Found:
    if counted.themes:
        found = voices_of_themes(counted.themes, counted.filters, 2 * plan.limit, sources.store, sources.masker)
        if found.voices:
            plainly = speaking_of(plan.query, situations_asked(plan), found.voices)
            chosen = plainly if len(plainly) >= FEW else found.voices
            return merged(replace(found, voices=chosen), Found(), plan.limit)
    if not plan.query:
        return voices_of_needs(plan.filters, plan.limit, sources.store, sources.masker)
    allowed, said = sources.store.record_ids(plan.filters), counted.words or tuple(plan.query.split())
    found = find(" ".join(said), plan, allowed, sources.store, sources.finder, sources.masker, said)
    return found if found.voices else find(plan.query, plan, allowed, sources.store, sources.finder, sources.masker)


def _found(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    found, notes = search(plan, given, sources)
    elsewhere = not (
        about_feedback(plan) or plan.by is not None or names_a_record(plan.question) or found.together >= ELSEWHERE
    )
    if not elsewhere and (not found.voices or found.support < SUPPORTED):
        found = search_by_words(plan, given, sources)
    if (elsewhere or not found.voices) and (apart := _said_apart(plan, sources)).voices:
        found, elsewhere = apart, False
    foreign = _foreign(plan, sources)
    if not found.voices and (unsaid := _unheard_of(foreign, sources)):
        return Gathered(nothing=f"资料不足：{_no_such(unsaid, sources)}", warnings=notes)
    if elsewhere or not found.voices:
        where = "" if plan.filters.empty else f"在“{scope_label(plan.filters)}”范围内"
        return Gathered(nothing=f"资料不足：{where}没有找到{_about(plan)}客户反馈。", warnings=notes)
    found.needs = fitting_first(plan.query or plan.question, found.needs, sources.store.themes())
    if sources.by_voices:
        found.needs = most_spoken_of(found.needs, found.voices, sources.store)
    figures = _size_of_need(found, plan.filters, sources)
    doubts = () if found.support >= SURE else ("找到的反馈与问题用词相差较大，请核对是否对题",)
    return _of(found, figures, (*notes, *found.warnings, *doubts))


def _said_apart(plan: Plan, sources: Sources) -> Found:
    """Voices of records that say the halves of words which nobody says in one: 护工换人, of who says 护工又换人."""
    words = words_said(plan, sources.counting) if plan.query else ()
    if words == tuple(plan.query.split()):
        return Found()
    allowed = sources.store.record_ids(plan.filters)
    found = find(" ".join(words), plan, allowed, sources.store, sources.finder, sources.masker, words)
    found.support = max(found.support, SUPPORTED)
    return found


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
