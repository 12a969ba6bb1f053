"""What the ideas stage asks for: every theme, and groups of themes, each with its brief; and when it need not be asked again."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import fmean
from typing import Any

from assistant.domain.ideas import Brief, Idea, Known, LensName
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.insight.crossing import Group, find_groups, joined, of_partners
from assistant.insight.ideas import Ask
from assistant.insight.lenses import fitting_lenses
from assistant.insight.likeness import Shelf
from assistant.insight.members import Member, count_customers, count_records, tally
from assistant.insight.portrait import alike, keywords, portray
from assistant.insight.scoring import Weight
from assistant.insight.timing import monthly, why_now
from assistant.insight.trends import change_of
from assistant.llm.company import Company, Release
from assistant.pipeline.context import Context
from assistant.pipeline.newcomers import member_of

GROWN = 0.25
"""Share by which a theme's customers must change before it is asked again …"""
FEWEST_GROWN = 2
"""… and customers."""
SAME_VOICES = 0.5
"""Share of the voices shown last time that must still be shown."""
_ELSEWHERE = 3
_TOLD = 12
"""Titles of earlier and rejected ideas, released and planned things that an engine is told, of each at most."""


@dataclass(frozen=True)
class Corpus:
    """What the store holds of themes and their members, read once for a run."""

    context: Context
    themes: Sequence[Theme]
    members: Mapping[str, Sequence[Member]]
    """Theme id → members."""
    months: Sequence[str]
    read: Sequence[int]
    """Records read in each month."""

    @classmethod
    def of(cls, context: Context, without: Collection[str] = (), *, every: bool = False) -> "Corpus":
        """The corpus but for insights of the records `without`; `every`: see `assistant.pipeline.ideating.materials`."""
        by_theme: dict[str, list[Member]] = {}
        for placed in context.store.placed_insights():
            if placed.insight.theme_id is not None and placed.insight.record_id not in without:
                by_theme.setdefault(placed.insight.theme_id, []).append(member_of(placed))
        known = context.store.every_theme() if every else context.store.themes()
        totals = context.store.monthly_counts()[1]
        months = sorted(totals)
        themes = [theme for theme in known if theme.id in by_theme]
        return cls(context, themes, by_theme, months, [totals[month] for month in months])

    @cached_property
    def materials(self) -> list[ThemeMaterial]:
        """What an engine is shown of each theme, in the order of `themes`."""
        ids = list(self.members)
        telling = dict(zip(ids, keywords(list(self.members.values()), self.context.words), strict=True))
        return [portray(theme, self.members[theme.id], telling[theme.id]) for theme in self.themes]

    @property
    def most_customers(self) -> int:
        """Customers of the largest theme."""
        return max((theme.customers for theme in self.themes), default=1)

    def delights(self, material: ThemeMaterial) -> tuple[str, ...]:
        """Themes of praise of the same party, those about the same aspect or motive first."""
        return self._elsewhere(material, glad=True)

    def sores(self, material: ThemeMaterial) -> tuple[str, ...]:
        """Frictions of the same party, those about the same aspect or motive first."""
        return self._elsewhere(material, glad=False)

    def _elsewhere(self, material: ThemeMaterial, *, glad: bool) -> tuple[str, ...]:
        own = (material.aspects[:1], material.theme.deep_category)
        found = [
            m
            for m in self.materials
            if (m.sentiment == "positive") is glad
            and m.theme.id != material.theme.id
            and of_partners(m) == of_partners(material)
        ]
        found.sort(key=lambda m: -sum(a == b for a, b in zip(own, (m.aspects[:1], m.theme.deep_category), strict=True)))
        return tuple(f"《{m.theme.title}》" for m in found[:_ELSEWHERE])

    @cached_property
    def beside(self) -> Mapping[str, tuple[str, ...]]:
        """Theme id → the themes most like it in product, aspect, motive and customers."""
        ids = [material.theme.id for material in self.materials]
        near = alike(self.materials)
        return {one: tuple(ids[at] for at in places) for one, places in zip(ids, near, strict=True)}

    def of_themes(self, theme_ids: Sequence[str]) -> list[Member]:
        """The members of some themes together."""
        return [member for theme_id in theme_ids for member in self.members.get(theme_id, ())]

    def weight(self, members: Sequence[Member]) -> Weight:
        """What the corpus says beside a material."""
        return Weight(fmean(member.insight.severity for member in members), self.most_customers)

    def ask(self, material: ThemeMaterial, theme_ids: Sequence[str], brief: Brief) -> Ask:
        """An ask with everything counted filled in; of a transfer, what is counted is the friction."""
        members = self.of_themes(theme_ids[1:] if brief.link == "transfer" else theme_ids)
        change = change_of(monthly(members, self.months), self.read)
        days = [member.created_at[:10] for member in members if member.created_at]
        theme = material.theme
        if len(theme_ids) > 1:
            theme = replace(
                theme,
                trend=change.trend,
                records=count_records(members),
                customers=count_customers(members),
            )
            material = replace(
                material,
                theme=theme,
                products=tally(members, lambda m: m.product),
                segments=tally(members, lambda m: m.segment),
                aspects=tally(members, lambda m: m.insight.aspect),
            )
        told = why_now(theme.trend, change, max(days, default=None), self.context.language)
        brief = replace(brief, why_now=told, segments=customers_by_segment(members))
        brief = replace(brief, lenses=brief.lenses or fitting_lenses(material, averse_share(members)))
        if "delight_moved" in brief.lenses and brief.link is None:
            glad = material.sentiment == "positive"
            brief = (
                replace(brief, sores=self.sores(material)) if glad else replace(brief, delights=self.delights(material))
            )
        near = dict.fromkeys(other for one in theme_ids for other in (one, *self.beside.get(one, ())))
        return Ask(theme.id, tuple(theme_ids), material, self.weight(members), brief, tuple(near))


@dataclass(frozen=True, slots=True)
class House:
    """What the house knows that customers don't say: what is on the market, planned, rejected; ideas there are."""

    shelf: Shelf
    ideas: Sequence[Idea] = ()
    """Ideas in force."""
    catalogue: tuple[str, ...] = ()
    _by_theme: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, context: Context, company: Company | None, asked: Collection[str]) -> "House":
        """The house as it stands; ideas of the scopes `asked` that nobody had a hand in are about to go and not told."""
        every = context.store.all_ideas(every=True)
        turned_down = [Known(idea.id, f"{idea.title}。{idea.concept}") for idea in every if idea.status == "rejected"]
        live = [idea for idea in every if idea.status == "proposed" and (idea.scope not in asked or _touched(idea))]
        titles: dict[str, list[str]] = defaultdict(list)
        for idea in live:
            for theme_id in idea.theme_ids:
                titles[theme_id].append(idea.title)
        releases = company.releases if company else ()
        shelf = Shelf(
            tuple(_known("release", n, one) for n, one in enumerate(releases, 1)),
            tuple(_known("roadmap", n, one) for n, one in enumerate(company.roadmap if company else (), 1)),
            tuple(turned_down),
        )
        makes = tuple(f"{product.name} {product.kind}" for product in company.products) if company else ()
        return cls(shelf, live, makes, titles)

    def told(self, material: ThemeMaterial, theme_ids: Sequence[str]) -> Brief:
        """What an engine is told of it for a theme: what is about its products, and the ideas there are for it."""
        products = {product for product, _ in material.products}

        def about(known: Sequence[Known]) -> tuple[str, ...]:
            fitting = [one for one in known if not one.product or one.product in products]
            return tuple(f"{one.product} {one.text}".strip() for one in fitting[-_TOLD:])

        earlier = [title for theme_id in theme_ids for title in self._by_theme.get(theme_id, ())]
        return Brief(
            catalogue=self.catalogue,
            released=about(self.shelf.released),
            planned=about(self.shelf.planned),
            rejected=tuple(one.text.partition("。")[0] for one in self.shelf.rejected[-_TOLD:]),
            earlier=tuple(dict.fromkeys(earlier))[:_TOLD],
        )


def plan_asks(corpus: Corpus, house: House, wanted: Sequence[ThemeMaterial], most_groups: int) -> list[Ask]:
    """An ask for every wanted theme, then one for every group of them.

    A group that was asked for before stands as long as its themes do; new ones are formed of the other themes.
    """
    asks = [corpus.ask(m, (m.theme.id,), house.told(m, (m.theme.id,))) for m in wanted]
    for group in _groups(corpus, most_groups):
        if set(group.themes) <= {m.theme.id for m in wanted}:
            material, spans = joined(group, corpus.materials)
            themes = tuple(next(t for t in corpus.themes if t.id == one) for one in group.themes)
            brief = replace(house.told(material, group.themes), link=group.link, themes=themes, spans=spans)
            brief = replace(brief, lenses=_group_lenses(material, group))
            asks.append(corpus.ask(material, group.themes, brief))
    return asks


def standing(ask: Ask) -> dict[str, Any]:
    """How an ask stands, to be compared with how it stood: words, counts, and digests of its voices."""
    theme = ask.material.theme
    voices = sorted(
        hashlib.sha256(f"{v.record_id}\0{v.start}\0{v.end}".encode()).hexdigest()[:10] for v in ask.material.voices
    )
    words = hashlib.sha256(f"{theme.title}\0{theme.definition}\0{theme.deep}".encode()).hexdigest()[:16]
    kind = ask.brief.link or "theme"
    return {"words": words, "trend": theme.trend, "customers": theme.customers, "voices": voices, "kind": kind}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether so much is different that asking again is worth the money."""
    if not before or before["words"] != now["words"] or before["trend"] != now["trend"]:
        return True
    grown = abs(now["customers"] - before["customers"])
    if grown >= FEWEST_GROWN and grown > GROWN * before["customers"]:
        return True
    kept = len(set(before["voices"]) & set(now["voices"]))
    return kept < SAME_VOICES * max(1, len(now["voices"]))


def customers_by_segment(members: Sequence[Member]) -> tuple[tuple[str, int], ...]:
    """Segment → customers, most first; customers of no known segment left out."""
    people = {(member.segment, member.customer_key) for member in members if member.segment}
    counts = Counter(segment for segment, _ in people)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def averse_share(members: Sequence[Member]) -> float:
    """Share of the customers who have said that they resent being sold to."""
    averse = {m.customer_key for m in members if m.insight.signals.get("resale_aversion")}
    return len(averse) / max(1, count_customers(members))


def _groups(corpus: Corpus, most: int) -> list[Group]:
    alive = {theme.id for theme in corpus.themes}
    kept = [
        Group(scope, row["facts"]["kind"], tuple(row["theme_ids"]), 0.0, "")
        for scope, row in sorted(corpus.context.store.idea_asks().items())
        if scope.startswith("tg_") and set(row["theme_ids"]) <= alive
    ]
    people = {m.customer_key for members in corpus.members.values() for m in members}
    embed = corpus.context.embedder_for(people)
    found = find_groups(corpus.materials, embed, most)
    again = {group.id: group for group in found}
    taken = {(group.link, theme_id) for group in kept for theme_id in group.themes}
    new = [g for g in found if not any((g.link, theme_id) in taken for theme_id in g.themes)]
    titles = {theme.id: theme.title for theme in corpus.themes}
    known = [again.get(g.id) or replace(g, why=" × ".join(titles[one] for one in g.themes)) for g in kept]
    return [*known, *new][: max(most, len(kept))]


def _group_lenses(material: ThemeMaterial, group: Group) -> tuple[LensName, ...]:
    """Of a group fewer ideas are asked for: a transfer is a lens of its own."""
    if group.link == "transfer":
        return ("delight_moved", *[one for one in fitting_lenses(material, most=3) if one != "delight_moved"][:1])
    return fitting_lenses(material, most=3)


def _known(kind: str, n: int, one: Release) -> Known:
    name = one.version or (one.date.isoformat() if one.date else str(n))
    return Known(f"{kind}:{one.product} {name}", one.what, one.product)


def _touched(idea: Idea) -> bool:
    return idea.edited or any(idea.votes) or idea.status != "proposed"
