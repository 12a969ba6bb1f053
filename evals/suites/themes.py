"""Themes against the planted needs: are insights of one need together, and those of others apart?"""

from collections.abc import Collection, Mapping, Sequence

from assistant.domain.filters import Filters
from assistant.domain.records import Record
from assistant.pipeline.trending import courses
from assistant.pipeline.watching import theme_spikes
from assistant.records.repository import Repository
from evals.floors import floors_of
from evals.metrics.extraction import themes
from evals.metrics.measured import part
from evals.metrics.themes import (
    GROWING,
    SPIKE,
    UP,
    Homes,
    few_and_mixed,
    growing_by_chance,
    homes,
    over_time,
    rising_alone,
)
from evals.report import Report
from evals.theme_peers import Clusters, agglomerative, bertopic_like, kmeans
from evals.workbench import Workbench

_COMPARED = ("pairwise_f1", "v_measure", "assigned", "misplaced")


def run(bench: Workbench) -> Report:
    """Pairwise F1 is the figure that counts; the V-measure flatters many small themes.

    Beside ours, on the same records in the same run: k-means and Ward's tree on the whole texts, both told the right
    number of groups, and a BERTopic-like chain that finds it itself.
    """
    own = bench.insights
    store = bench.app.store
    figures = dict(themes(own, bench.truth))
    found = homes(own, bench.truth)
    listed = store.themes()
    records, _ = store.list_records(Filters(), None)
    trends = {theme.id: theme.trend for theme in listed}
    by_theme, read = store.monthly_counts()
    figures |= over_time(found, trends, theme_spikes(store))
    counts = [sum(by_theme.get(theme.id, {}).values()) for theme in listed]
    figures["growing_by_chance"] = growing_by_chance(counts, [read[month] for month in sorted(read)])
    days = {record.external_id: record.created_at or "" for record in records}
    as_read, as_planted = rising_alone(own, bench.truth, days, _quiet(store, read))
    figures["growing_if_grouped"] = part(len(as_read & {*GROWING}), len(GROWING))
    figures["growing_if_read"] = part(len(as_planted & {*GROWING}), len(GROWING))
    weak = {theme.id for theme in listed if theme.weak_signal}
    figures |= few_and_mixed(found, weak, own, {r.external_id: _segment(r) for r in records})
    figures["unmixed"] = float(figures["mixed_parties"] == 0)
    figures["parents"] = float(len(store.theme_parents()))
    bench.app.pipeline.themes()
    homes_now = [(row["insight_id"], row["theme_id"]) for row in bench.read_insights]
    figures["rerun_same"] = float([(row["insight_id"], row["theme_id"]) for row in own] == homes_now)
    for name, clusters in _peers(bench, records, int(figures["needs"])).items():
        rows = [{**row, "theme_id": clusters.get(str(row["external_id"]))} for row in own]
        counted = themes(rows, bench.truth)
        figures |= {f"{name}_{figure}": counted[figure] for figure in _COMPARED}
    notes = (f"read by {bench.reader}; themes named by {', '.join(sorted({t.engine for t in listed}))}",)
    worst = _misjudged(found, trends, by_theme, sorted(read), as_planted)
    floors = floors_of("themes", bench.app.engine.name, figures)
    return Report("themes", int(figures["paired"]), figures, floors, worst, notes=notes)


def _quiet(store: Repository, read: Mapping[str, int]) -> dict[str, int]:
    """Month → records read, without those on top of the others in a wave: what a need without one is counted among."""
    found = courses(store).values()
    return {month: min((one.read[at] for one in found), default=read[month]) for at, month in enumerate(sorted(read))}


def _misjudged(
    found: Homes,
    trends: Mapping[str, str],
    by_theme: Mapping[str, Mapping[str, int]],
    months: Sequence[str],
    rising: Collection[str],
) -> tuple[str, ...]:
    """Growing needs whose theme is not said to grow, and themes said to grow that are of no such need; of these it is said
    where the planted mentions rise all the same (`rising`): then it is the sample that has a trend nobody meant."""
    missed = [(f"{need} missed", found.theme.get(need, "")) for need in GROWING if not found.rises(need, trends)]
    known = {found.theme.get(need) for need in (*GROWING, SPIKE)}
    more = []
    for theme, trend in trends.items():
        if trend in UP and theme not in known:
            need = found.mostly.get(theme, "mixed")
            more.append((f"{need} said to grow{', as its planted mentions do' * (need in rising)}", theme))
    return tuple(
        f"{what}: {theme} {trends.get(theme, '-')} {[by_theme.get(theme, {}).get(month, 0) for month in months]}"
        for what, theme in (*missed, *more)
    )


def _segment(record: Record) -> str:
    return (record.customer.segment if record.customer else None) or ""


def _peers(bench: Workbench, records: list[Record], needs: int) -> dict[str, Clusters]:
    texts = {record.external_id: str(record.text) for record in records}
    embedder = bench.app.pipeline.context.index.embedder
    return {
        "kmeans": kmeans(texts, embedder, needs),
        "agglomerative": agglomerative(texts, embedder, needs),
        "bertopic_like": bertopic_like(texts, embedder),
    }
