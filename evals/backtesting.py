"""What a store would have held on a day, and which later needs its ideas had already met."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.bootstrap import App, open_app
from assistant.domain.filters import Filters
from assistant.domain.records import Record
from assistant.insight.rates import chance_of_more
from assistant.intake.duplicates import signatures_of
from assistant.intake.linking import Linker
from assistant.records.saving import Linked
from evals.metrics.measured import Measured, part
from evals.workbench import MEASURING_KEY, Workbench

Group = frozenset[str]
"""Ids of records that stand together: a theme, a planted need, a product's aspect."""
FEWEST_LATER = 5
"""Customers after the cut below which nothing is called a later-growing need."""
GREW = 1.25
"""Its rate after the cut over that before, at the least …"""
CHANCE = 0.1
"""… and how probable so many or more may be at the most, had nothing changed."""
HELD = 0.5
"""A group meets a need where so much of what was known of either is known of both."""
AT_LEAST = 0.25


@contextmanager
def store_of(bench: Workbench, cut: str) -> Iterator[App]:
    """An application whose store holds the records up to a day, as they were read, and nothing of later ones.

    Themes and ideas are made anew from these alone. What a recorded model read in a record is taken over; it knew of no
    other record but those in the same call. Naming and ideas are the rules', for those calls are not recorded.
    """
    assert bench.reading.pending
    early = [one for one in bench.app.store.list_records(Filters(), None)[0] if (one.created_at or "")[:10] <= cut]
    with tempfile.TemporaryDirectory(prefix="voc-backtest-") as folder:
        (Path(folder) / "masking.key").write_bytes(MEASURING_KEY)
        settings = bench.app.settings.model_copy(
            update={"data_dir": Path(folder), "database_url": None, "engine": "rules"}
        )
        app = open_app(settings)
        try:
            _fill(app, bench, early)
            app.pipeline.index()
            app.pipeline.themes()
            app.pipeline.ideas()
            yield app
        finally:
            app.store.database.close()


def _fill(app: App, bench: Workbench, early: Sequence[Record]) -> None:
    linker = Linker((), app.pipeline.context.data_dir)

    def link(some: Sequence[Record]) -> Linked:
        signed = signatures_of(some)
        found = linker.link([(record.id, one) for record, one in zip(some, signed, strict=True)])
        return Linked(signed, found.joined, found.heads)

    app.store.take_in(early, link)
    read = bench.app.store.done_readings([one.id for one in early], bench.app.engine.identity("extract"))
    app.store.save_readings(list(read.values()), app.engine.identity("extract"), bench.app.engine.name)


@dataclass(frozen=True, slots=True)
class Later:
    """A need that grew after the cut."""

    name: str
    records: Group
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Times:
    """When records were written, by whom; what lies on either side of the cut."""

    day: Mapping[str, str]
    person: Mapping[str, str]
    cut: str

    def early(self, records: Group) -> Group:
        """Those written up to the cut."""
        return frozenset(one for one in records if self.day.get(one, "9999") <= self.cut)

    def people(self, records: Group) -> int:
        """How many different customers wrote them."""
        return len({self.person[one] for one in records if one in self.person})


def growing(groups: Mapping[str, Group], times: Times, read: Group) -> list[Later]:
    """Groups that grew after the cut, in customers over all customers, the most sure first."""
    all_early = times.early(read)
    base = times.people(all_early), times.people(read - all_early)
    found: list[tuple[float, Later]] = []
    for name, records in groups.items():
        early = times.early(records)
        before, after = times.people(early), times.people(records - early)
        if after < FEWEST_LATER or not all(base):
            continue
        chance = chance_of_more(after, base[1], before, base[0])
        if after / base[1] >= GREW * before / base[0] and chance <= CHANCE:
            found.append((chance, Later(name, records, before, after)))
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].name))]


def met(wanted: Later, group: Group, times: Times) -> bool:
    """Whether a group of early records is about a later need, by the records both hold.

    Half of the group's records are the need's; or half of what was said of the need before the cut (by two customers at
    least) is in the group and makes up a quarter of it, so that a group of everything meets nothing.
    """
    known = times.early(wanted.records)
    common = len(known & group)
    if not common:
        return False
    whole = times.people(known) >= 2 and common >= HELD * len(known) and common >= AT_LEAST * len(group)
    return common >= HELD * len(group) or whole


def shares_met(wanted: Sequence[Later], ranked: Sequence[Group], times: Times, ks: Sequence[int]) -> list[Measured]:
    """Share of the later needs that the first k groups meet, for each k."""
    return [part(sum(any(met(one, group, times) for group in ranked[:k]) for one in wanted), len(wanted)) for k in ks]


def by_aspect(app: App, times: Times) -> list[Group]:
    """The naive way: every product with every aspect, those that most customers spoke of first."""
    product = {record.id: record.product or "" for record in app.store.list_records(Filters(), None)[0]}
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for insight in app.store.insights_of(list(product)):
        found[product[insight.record_id], insight.aspect].add(insight.record_id)
    groups = {key: frozenset(records) for key, records in found.items()}
    return [groups[key] for key in sorted(groups, key=lambda key: (-times.people(groups[key]), key))]


def in_order_of_ideas(app: App) -> list[Group]:
    """The records of the themes that ideas answer, best idea first, each set of themes once."""
    members = {theme.id: records for theme, _, records in app.store.theme_members()}
    ordered = dict.fromkeys(tuple(sorted(idea.theme_ids)) for idea in app.store.all_ideas())
    return [frozenset().union(*(members.get(one, frozenset()) for one in ids)) for ids in ordered]


def in_order_of_size(app: App) -> list[Group]:
    """The records of the themes, those of most customers first."""
    members = {theme.id: records for theme, _, records in app.store.theme_members()}
    return [members[theme.id] for theme in app.store.themes() if theme.id in members]


def planted(truth: Mapping[str, Mapping[str, object]], ids: Mapping[str, str]) -> dict[str, Group]:
    """Planted need → the records it was planted in; `ids`: external id → record id."""
    found: dict[str, set[str]] = defaultdict(set)
    for external, row in truth.items():
        for need in row["needs"] if isinstance(row["needs"], list) else ():
            if external in ids:
                found[need["need"]].add(ids[external])
    return {need: frozenset(records) for need, records in found.items()}
