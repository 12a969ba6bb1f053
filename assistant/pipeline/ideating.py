"""The ideas stage: NBN ideas for every theme, and across themes, that has changed since it was last asked."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.domain.ideas import Idea, IdeaWeights
from assistant.domain.receipts import IdeasReceipt
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import NBN_TYPES
from assistant.errors import NotRecordedError
from assistant.insight.ideas import Ask, Suggested, Unsuggested, suggest, with_rank
from assistant.insight.likeness import Spread, anchors_of, gist_of, shared_by, spread
from assistant.insight.scoring import Weight, counted_parts, total
from assistant.llm.company import company_of
from assistant.pipeline.asking_ideas import Corpus, House, changed, plan_asks, standing
from assistant.pipeline.context import Context, Progress, silent
from assistant.records.idea_weights import read_idea_weights

WELL_HEARD = 5
"""Customers from which a theme must have ideas."""
_COMPARED = 2000
"""Ideas whose likeness is measured, the best; more are told by them."""


def materials(
    context: Context, theme_ids: Sequence[str] | None = None, without: Collection[str] = (), *, every: bool = False
) -> list[tuple[ThemeMaterial, Weight]]:
    """What an engine is shown of themes (all, or these), most customers first, with what the corpus says of each.

    Insights of the records `without` are left out, and so are themes that have no others. With `every`, themes that were
    put away and those that are no more but have members still are among them.
    """
    corpus = Corpus.of(context, without, every=every)
    return [
        (material, corpus.weight(corpus.members[material.theme.id]))
        for material in corpus.materials
        if theme_ids is None or material.theme.id in theme_ids
    ]


def plan_ideas(
    context: Context, theme_ids: Sequence[str] = (), limit: int | None = None, *, groups: bool = True
) -> list[Ask]:
    """What would be asked for all themes or for these, whether it was asked before or not."""
    corpus = Corpus.of(context)
    weights = read_idea_weights(context.data_dir)
    wanted, _ = _wanted(corpus, theme_ids, limit, weights)
    house = House.of(context, company_of(context.company_file, context.data_dir), {m.theme.id for m in wanted})
    return plan_asks(corpus, house, wanted, weights.most_groups if groups else 0)


def run_ideas(
    context: Context, *, theme_ids: Sequence[str] = (), limit: int | None = None, progress: Progress = silent
) -> IdeasReceipt:
    """Ideas for all themes or for these, and for groups among them; what has hardly changed keeps its ideas, unpaid.

    What is counted of ideas (customers, why now, score, rank) is brought up to date for all of them. Stopped in its
    midst, the next run goes on with what was not answered.

    Raises:
        NotFoundError: a theme named does not exist.
        ModelAccessError: the endpoint refuses; what was done before is kept.
    """
    for theme_id in theme_ids:
        context.store.theme(theme_id)
    with context.exclusive("ideas"):
        return _Run(context, read_idea_weights(context.data_dir)).over(theme_ids, limit, progress)


@dataclass
class _Run:
    """One run under way, and its counts."""

    context: Context
    weights: IdeaWeights
    rejected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    done: int = 0
    by_rules: int = 0

    def over(self, theme_ids: Sequence[str], limit: int | None, progress: Progress) -> IdeasReceipt:
        context, store = self.context, self.context.store
        before, caught = context.engine.usage(), context.net.caught
        corpus = Corpus.of(context)
        wanted, few = _wanted(corpus, theme_ids, limit, self.weights)
        if few:
            self.skipped["few_customers"] = few
        company = company_of(context.company_file, context.data_dir)
        planned = plan_asks(corpus, House.of(context, company, ()), wanted, self.weights.most_groups)
        known = store.idea_asks()
        identity = context.engine.identity("suggest_ideas")
        fresh = {a.scope for a in planned if known.get(a.scope, {}).get("identity") == identity
                 and not changed(known[a.scope]["facts"], standing(a))}  # fmt: skip
        self.skipped["unchanged"] += len(fresh)
        house = House.of(context, company, {a.scope for a in planned} - fresh)
        asked = [a for a in planned if a.scope not in fresh]
        self._ask(asked, house, corpus, identity, progress)
        if not theme_ids and limit is None:
            store.drop_scopes([scope for scope, row in known.items() if not _alive(row["theme_ids"], corpus)])
        store.refresh_ideas(list(refreshed(store.all_ideas(), planned, self.weights)))
        spent = context.engine.usage() - before
        return self._receipt(
            planned, few, corpus, calls=spent.calls, prompt_tokens=spent.prompt_tokens, cost=spent.cost,
            completion_tokens=spent.completion_tokens, currency=spent.currency, pii_masked=context.net.caught - caught,
        )  # fmt: skip

    def _ask(self, asked: Sequence[Ask], house: House, corpus: Corpus, identity: str, progress: Progress) -> None:
        context, by_scope = self.context, {ask.scope: ask for ask in asked}
        embed = context.embedder_for({m.customer_key for ask in asked for m in corpus.of_themes(ask.theme_ids)})
        unrecorded: list[Ask] = []
        given: list[Idea] = []

        def answered() -> Iterator[Suggested | Unsuggested]:
            for result in suggest(context.engine, asked, embed, house.ideas, house.shelf, self.weights):
                if isinstance(result, Unsuggested) and result.reason == NotRecordedError.kind:
                    unrecorded.append(by_scope[result.scope])
                else:
                    given.extend(result.ideas if isinstance(result, Suggested) else ())
                    yield result
            self.by_rules = len(unrecorded)
            yield from suggest(context.rules, unrecorded, embed, [*house.ideas, *given], house.shelf, self.weights)

        for n, result in enumerate(answered(), 1):
            ask = by_scope[result.scope]
            if isinstance(result, Suggested):
                facts = standing(ask)
                context.store.save_ideas(result.scope, ask.theme_ids, result.ideas, identity, facts, result.refused)
                self.done += 1
                self.kept += len(result.ideas)
                self.rejected.update(result.rejected)
            elif result.left:
                self.skipped[result.reason] += 1
            else:
                self.failed[result.reason] += 1
            progress("ideas", n, len(asked))

    def _receipt(self, planned: Sequence[Ask], few: int, corpus: Corpus, **spent: object) -> IdeasReceipt:
        context = self.context
        live = context.store.all_ideas()
        scopes = {theme_id for ask in planned for theme_id in ask.theme_ids}
        found = [idea for idea in live if scopes & set(idea.theme_ids)]
        groups = sum(len(ask.theme_ids) > 1 for ask in planned)
        apart = likeness_of(context, found, corpus.materials)
        return IdeasReceipt(
            themes=len(planned) - groups + few,
            groups=groups,
            done=self.done,
            skipped={reason: n for reason, n in self.skipped.items() if n},
            failed=dict(self.failed),
            suggested=self.kept + sum(self.rejected.values()),
            kept=self.kept,
            rejected=dict(self.rejected),
            by_rules=self.by_rules,
            ideas=len(found),
            by_type={kind: sum(idea.nbn_type == kind for idea in found) for kind in NBN_TYPES},
            across_themes=sum(len(idea.theme_ids) > 1 for idea in found),
            marked=dict(Counter(mark for idea in found for mark in idea.marks)),
            similarity=apart.pairs,
            nearest=apart.nearest,
            coverage=coverage(corpus, live),
            engine=context.engine.name,
            **spent,  # type: ignore[arg-type]
        )


def likeness_of(context: Context, ideas: Sequence[Idea], materials: Iterable[ThemeMaterial]) -> Spread:
    """Mean likeness of two ideas over all pairs, and of each to the one most like it, less what the themes share."""
    embed = context.index.embedder.embed_documents
    shared = shared_by([text for material in materials for text in anchors_of(material)], embed)
    return spread([gist_of(idea.title, idea.concept) for idea in ideas[:_COMPARED]], embed, shared)


def coverage(corpus: Corpus, ideas: Iterable[Idea]) -> float:
    """Share of the themes of five or more customers that have an idea; 1 where there is no such theme."""
    answered = {theme_id for idea in ideas for theme_id in idea.theme_ids}
    heard = [theme.id for theme in corpus.themes if theme.customers >= WELL_HEARD]
    return round(sum(theme_id in answered for theme_id in heard) / len(heard), 4) if heard else 1.0


def refreshed(ideas: Sequence[Idea], asks: Sequence[Ask], weights: IdeaWeights) -> Iterable[Idea]:
    """The ideas of which something counted is different now, with the new counts, score and rank."""
    by_scope = {ask.scope: ask for ask in asks}
    for idea in ideas:
        ask = by_scope.get(idea.scope)
        now = idea
        if ask is not None and idea.engine:
            now = replace(
                idea,
                customers=ask.material.theme.customers,
                segments=ask.brief.segments,
                products=ask.material.products,
                why_now=ask.brief.why_now,
                score_parts={**idea.score_parts, **counted_parts(ask.material, ask.weight)},
            )
        now = replace(now, score=total(now.score_parts, weights))
        now = with_rank(now, weights)
        if now != idea:
            yield now


def _wanted(
    corpus: Corpus, theme_ids: Sequence[str], limit: int | None, weights: IdeaWeights
) -> tuple[list[ThemeMaterial], int]:
    """The materials of the themes to be looked at, and how many were passed over for having too few customers."""
    if theme_ids:
        return [m for m in corpus.materials if m.theme.id in theme_ids][:limit], 0
    able = [m for m in corpus.materials if m.theme.customers >= weights.least_customers or m.theme.weak_signal]
    return able[:limit], len(corpus.materials) - len(able) if limit is None else 0


def _alive(theme_ids: Sequence[str], corpus: Corpus) -> bool:
    return set(theme_ids) <= {theme.id for theme in corpus.themes}
