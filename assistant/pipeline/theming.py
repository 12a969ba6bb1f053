"""The themes stage: every insight in a theme or honestly unassigned, ids kept, trends set."""

from collections.abc import Sequence

from assistant.domain.receipts import ThemesReceipt
from assistant.insight.members import KnownTheme, Member
from assistant.insight.themes import ThemesResult, build_themes
from assistant.insight.trends import trend_of
from assistant.pipeline.context import Context, Progress, silent
from assistant.records.rows import digest
from assistant.records.theme_store import PlacedInsight

_NONE: frozenset[str] = frozenset()


def run_themes(context: Context, *, rebuild: bool = False, progress: Progress = silent) -> ThemesReceipt:
    """Group all insights into themes; the same insights and engine cost nothing the second time.

    With `rebuild`, nothing of the present themes is carried over: all are formed and named anew.
    """
    store, engine = context.store, context.engine
    with context.exclusive():
        caught = context.net.caught
        placed = store.placed_insights()
        seen = [
            (p.insight.id, p.insight.surface, p.person, p.created_at, p.product, p.segment, p.channel) for p in placed
        ]
        shaped_by = digest(
            seen, store.monthly_counts()[1], engine.identity("name_theme"), context.index.embedder.identity
        )
        if not rebuild and (known := store.stage_receipt("themes", shaped_by)) is not None:
            return ThemesReceipt(**{**known, "new": 0, "merged": 0, "split": 0, "pii_masked": 0})
        out = store.theme_misfits()
        previous = (
            [] if rebuild else [KnownTheme(*item, misfits=out.get(item[0].id, _NONE)) for item in store.theme_members()]
        )
        progress("themes", 0, len(placed))
        members = [member_of(p) for p in placed]
        result = build_themes(
            members, context.index.embedder.embed_documents, context.words, engine, context.rules, previous
        )
        voices = {
            theme_id: [voice.insight_id for voice in material.voices] for theme_id, material in result.materials.items()
        }
        store.save_themes(result.themes, result.assignment, voices, _events(result, previous))
        store.set_trends(_trends(context))
        store.drop_ideas_of(result.retired)
        receipt = ThemesReceipt(
            themes=len(result.themes),
            assigned=len(result.assignment),
            unassigned=len(result.unassigned),
            new=result.new,
            merged=result.merged,
            split=result.split,
            coverage=result.coverage,
            engine=engine.name,
            failed=dict(result.failed),
            pii_masked=context.net.caught - caught,
        )
        if not result.failed:
            store.save_stage("themes", shaped_by, _plain(receipt))
        progress("themes", len(placed), len(placed))
    return receipt


def _plain(receipt: ThemesReceipt) -> dict[str, object]:
    return {name: getattr(receipt, name) for name in receipt.__slots__}


def member_of(placed: PlacedInsight) -> Member:
    """A stored insight as a member of a theme."""
    return Member(
        placed.insight,
        channel=placed.channel,
        product=placed.product,
        segment=placed.segment,
        created_at=placed.created_at,
        customer_id=placed.customer_id if placed.person == placed.customer_id else None,
        near_duplicate_of=placed.near_duplicate_of,
        person=placed.person,
    )


def _events(result: ThemesResult, previous: Sequence[KnownTheme]) -> list[tuple[str, str, dict[str, object]]]:
    before = {known.theme.id: known.misfits for known in previous}
    founded: list[tuple[str, str, dict[str, object]]] = [
        (t.id, "founded", {"title": t.title}) for t in result.themes if t.id not in before
    ]
    titles = {known.theme.id: known.theme.title for known in previous}
    renamed: list[tuple[str, str, dict[str, object]]] = [
        (t.id, "renamed", {"from": titles[t.id], "to": t.title})
        for t in result.themes
        if t.id in titles and titles[t.id] != t.title
    ]
    misfits: list[tuple[str, str, dict[str, object]]] = [
        (t.id, "misfits", {"insights": sorted(now)})
        for t in result.themes
        if (now := result.misfits.get(t.id, _NONE)) != before.get(t.id, _NONE)
    ]
    return [*founded, *renamed, *misfits, *((theme_id, "gone", {}) for theme_id in result.retired)]


def _trends(context: Context) -> dict[str, str]:
    by_theme, totals = context.store.monthly_counts()
    months = sorted(totals)
    return {
        theme.id: trend_of([by_theme.get(theme.id, {}).get(m, 0) for m in months], [totals[m] for m in months])
        for theme in context.store.themes()
    }
