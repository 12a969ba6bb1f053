"""The proposal stage: one idea, everything counted for it, drafted once."""

from dataclasses import asdict, replace

from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.proposals import Proposal
from assistant.errors import NotFoundError
from assistant.insight.dossier import Totals, compile_dossier
from assistant.insight.members import Member
from assistant.insight.proposals import draft
from assistant.pipeline.context import Context
from assistant.pipeline.ideating import materials
from assistant.pipeline.newcomers import member_of
from assistant.records.rows import digest


def propose(context: Context, idea_or_theme: str) -> Proposal:
    """Draft a proposal from an idea, or from a theme's best idea; what was drafted from exactly this is given back.

    Raises:
        NotFoundError: no such idea or theme, or the theme has no ideas yet.
        ModelError: the engine gave nothing usable; nothing is stored then.
    """
    store, engine = context.store, context.engine
    idea = _idea(context, idea_or_theme)
    theme_id = idea.theme_ids[0]
    found = materials(context, [theme_id])
    if not found:
        raise NotFoundError(f"the theme {theme_id} of this idea is gone: run `voc ideas` again")
    material, _ = found[0]
    members = [member_of(placed) for placed in store.placed_insights()]
    own = [member for member in members if member.insight.theme_id == theme_id]
    totals = _totals(context, members)
    dossier = compile_dossier(idea, material, own, members, totals)
    shaped_by = digest(engine.identity("draft_proposal"), asdict(dossier), context.language)
    known = store.drafted(shaped_by)
    if known is not None:
        return known
    caught = context.net.caught
    proposal = draft(engine, dossier, context.language)
    if masked := context.net.caught - caught:
        proposal = replace(proposal, provenance={**proposal.provenance, "pii_masked": masked})
    store.save_proposal(proposal, idea_id=idea.id, theme_id=theme_id, shaped_by=shaped_by)
    return proposal


def _idea(context: Context, any_id: str) -> Idea:
    if not any_id.startswith("th_"):
        return context.store.idea(any_id)
    theme = context.store.theme(any_id)
    best = [idea for idea in context.store.all_ideas() if theme.id in idea.theme_ids]
    if not best:
        raise NotFoundError(f"theme {theme.id} has no ideas yet: run `voc ideas --theme {theme.id}` first")
    return best[0]


def _totals(context: Context, members: list[Member]) -> Totals:
    hurting = {m.insight.record_id for m in members if m.insight.sentiment in ("negative", "mixed")}
    averse = frozenset(m.customer_key for m in members if m.insight.signals.get("resale_aversion"))
    return Totals(context.store.counting.totals(Filters()).records_read, len(hurting), averse)
