"""The proposal stage: an idea, a theme or a person's own brief, everything counted for it, drafted once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from assistant.domain.engine import Engine, Forecast, ForeseeingDrafts
from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.proposal_drafts import SECTIONS
from assistant.domain.proposals import Asked, Proposal
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.domain.vocabulary import by_model
from assistant.errors import NotFoundError, NotRecordedError
from assistant.insight.dossier import Dossier, Subject, Totals, compile_dossier
from assistant.insight.members import Member, count_customers, count_records, tally
from assistant.insight.portrait import keywords, portray
from assistant.insight.proposals import draft
from assistant.insight.wordlist import Language
from assistant.pipeline.actor import actor
from assistant.pipeline.briefing import Carried, carried_by
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.newcomers import member_of
from assistant.records.rows import digest


@dataclass(frozen=True, slots=True)
class Source:
    """What a proposal is asked from: an idea's or theme's id, or a brief."""

    any_id: str = ""
    brief: str = ""


def propose(
    context: Context,
    source: Source,
    language: Language | None = None,
    who: str = "",
    progress: Progress = silent,
) -> Proposal:
    """Draft a proposal; what was drafted from exactly this is given back as it stands now.

    `progress` is told of every section that is drafted, from whatever thread. What a recording that is played back does not
    hold is drafted by the rules. A theme that has ideas is proposed by its best one; of one without, the concept is the engine's own.

    Raises:
        NotFoundError: no such idea or theme, or the data say nothing about the brief.
        UsageError: the brief is blank or too long.
        ModelError: the engine gave nothing usable; nothing is stored then, what was paid for is in the call cache.
    """
    language = language or context.language
    try:
        return _proposed(context, source, language, who, progress)
    except NotRecordedError:  # the whole proposal is the rules' then: no document of two hands
        return _proposed(replace(context, engine=context.rules), source, language, who, progress)


def _proposed(context: Context, source: Source, language: Language, who: str, progress: Progress) -> Proposal:
    store, engine = context.store, context.engine
    dossier = dossier_of(context, source, language)
    shaped_by = _shaping(engine, dossier, language)
    known = store.drafted(shaped_by)
    if known is not None:
        return known
    caught = context.net.caught
    drafted: list[str] = []

    def told(section: str) -> None:
        drafted.append(section)
        progress(section, len(drafted), len(SECTIONS))

    proposal = draft(engine, dossier, language, told)
    if masked := context.net.caught - caught:
        proposal = replace(proposal, provenance={**proposal.provenance, "pii_masked": masked})
    idea = dossier.material.idea
    theme_id = dossier.material.material.theme.id
    store.save_proposal(proposal, idea_id=idea.id or None, theme_id=theme_id, shaped_by=shaped_by, who=who or actor())
    return store.proposal(proposal.id)


def foresee(context: Context, source: Source, language: Language | None = None) -> Forecast | None:
    """What drafting would take at the model, before anything is sent; None where it costs nothing.

    Sections are told of those drafted before them, and one in which a sentence fails is asked for once more: it may
    come to about twice as much.

    Raises:
        NotFoundError, UsageError: see `propose`.
    """
    language = language or context.language
    engine = context.engine
    if not isinstance(engine, ForeseeingDrafts):
        return None
    dossier = dossier_of(context, source, language)
    if context.store.drafted(_shaping(engine, dossier, language)) is not None:
        return None
    return engine.forecast_sections(Asked(name, dossier.material, language=language) for name in SECTIONS)


def _shaping(engine: Engine, dossier: Dossier, language: Language) -> str:
    return digest(engine.identity("draft_proposal"), asdict(dossier), language)


def dossier_of(context: Context, source: Source, language: Language) -> Dossier:
    """Everything that is counted for a proposal.

    Raises:
        NotFoundError, UsageError: see `propose`.
    """
    members = [member_of(placed) for placed in context.store.placed_insights()]
    if source.brief:
        carried = carried_by(context, source.brief, members)
        subject, mentions = _of_brief(context, carried, members), carried.mentions
    else:
        subject, mentions = _of_id(context, source.any_id, members), {}
    totals = replace(_totals(context, members), months=_months(context, subject.members), mentions=mentions)
    return compile_dossier(subject, members, totals, language)


def _of_id(context: Context, any_id: str, members: Sequence[Member]) -> Subject:
    idea = _idea(context, any_id)
    themes = {theme.id: theme for theme in context.store.themes() if theme.id in idea.theme_ids}
    by_theme = {theme_id: [m for m in members if m.insight.theme_id == theme_id] for theme_id in themes}
    if not any(by_theme.values()):
        raise NotFoundError(f"the theme {idea.theme_ids[0]} of this idea is gone: run `voc ideas` again")
    lead_id = max(themes, key=lambda one: (not _praised(by_theme[one]), len(by_theme[one]), one))
    needing = [one for one in themes if _praised(by_theme[one]) == _praised(by_theme[lead_id])]
    own = [member for one in needing for member in by_theme[one]]
    lead = themes[lead_id]
    if len(needing) > 1:
        lead = replace(lead, records=count_records(own), customers=count_customers(own))
    material = _material(context, lead, own, members)
    if not idea.title:
        idea = _own_idea(context, idea, material)
    return Subject(idea, material, own, tuple(theme.title for theme in themes.values()))


def _praised(members: Sequence[Member]) -> bool:
    """Whether a theme is one of praise: an idea may move a delight to a need, and it is the need that is counted."""
    return sum(m.insight.sentiment == "positive" for m in members) * 2 > len(members)


def _idea(context: Context, any_id: str) -> Idea:
    if not any_id.startswith("th_"):
        return context.store.idea(any_id)
    theme = context.store.theme(any_id)
    found = [idea for idea in context.store.all_ideas() if theme.id in idea.theme_ids]
    found.sort(key=lambda idea: len(idea.theme_ids))
    return next(iter(found), _blank_idea((theme.id,)))


def _blank_idea(theme_ids: tuple[str, ...]) -> Idea:
    """No idea yet: the engine's concept will be its own."""
    return Idea(
        "", theme_ids, "better_product", "", "", "", (), "", {}, "own_rnd", "", (), (), 0.0, {}, "rules"
    )  # fmt: skip


def _own_idea(context: Context, blank: Idea, material: ThemeMaterial) -> Idea:
    """For the rules, which have no thought of their own, their template's idea; for a model the blank one."""
    if by_model(context.engine.name):
        return blank
    drafts = context.rules.suggest_ideas(material).ideas
    found = next((one for one in drafts if one.nbn_type == "better_product"), drafts[0])
    assumptions = tuple(assumption.text for assumption in found.assumptions)
    return replace(
        blank, nbn_type=found.nbn_type, title=found.title, job_to_be_done=found.job_to_be_done, concept=found.concept,
        features=tuple(found.features), how_it_differs=found.how_it_differs, route=found.route,
        route_why=found.route_why, assumptions=assumptions,
    )  # fmt: skip


def _of_brief(context: Context, carried: Carried, members: Sequence[Member]) -> Subject:
    """Of the theme that carries it most: its ladder, its counts and its voices belong together. The others are told of in
    the provenance."""
    lead = context.store.theme(carried.themes[0].theme_id)
    fitting = set(carried.insight_ids)
    own = [m for m in members if m.insight.id in fitting and m.insight.theme_id == lead.id]
    first = {insight_id: place for place, insight_id in enumerate(carried.insight_ids)}
    own.sort(key=lambda m: first[m.insight.id])
    counted = replace(lead, records=count_records(own), customers=count_customers(own))
    material = _material(context, counted, own, members)
    idea = replace(
        _blank_idea((lead.id,)),
        nbn_type=carried.nbn_type,
        title=carried.title,
        concept=carried.text,
    )
    return Subject(idea, material, own, (lead.title,), carried.told)


def _material(context: Context, theme: Theme, own: Sequence[Member], everyone: Sequence[Member]) -> ThemeMaterial:
    """The theme as an engine sees it, over these members, told from all others by its words."""
    ids = {m.insight.id for m in own}
    others = [m for m in everyone if m.insight.id not in ids]
    telling = keywords([own, others], context.words)[0]
    material = portray(theme, own, telling)
    return replace(material, deep_categories=tally(own, lambda m: m.insight.deep_category))


def _months(context: Context, own: Sequence[Member]) -> tuple[tuple[str, int, int], ...]:
    """The members' records by month beside all that were read, every month in order."""
    totals = context.store.monthly_counts()[1]
    said = {(m.insight.record_id, m.created_at[:7]) for m in own if m.created_at}
    return tuple((month, sum(at == month for _, at in said), totals[month]) for month in sorted(totals))


def _totals(context: Context, members: Sequence[Member]) -> Totals:
    hurting = {m.insight.record_id for m in members if m.insight.sentiment in ("negative", "mixed")}
    averse = frozenset(m.customer_key for m in members if m.insight.signals.get("resale_aversion"))
    return Totals(context.store.counting.totals(Filters()).records_read, len(hurting), averse)
