"""The themes stage: every insight in a theme or honestly unassigned, ids kept, trends set."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.domain.receipts import ThemesReceipt
from assistant.insight.hierarchy import parents_of
from assistant.insight.members import KnownTheme
from assistant.insight.themes import ThemesResult, build_themes
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.newcomers import Event, join_newcomers, member_of, note_grouped
from assistant.pipeline.trending import trends_now
from assistant.records.curation import Decisions
from assistant.records.rows import digest

_NONE: frozenset[str] = frozenset()
_SCATTERED = 5


def run_themes(context: Context, *, rebuild: bool = False, progress: Progress = silent) -> ThemesReceipt:
    """Group all insights into themes; the same insights and engine cost nothing the second time.

    In a large corpus a few new insights join the themes there are, or found new ones where they tell of something that
    no theme is about (`newcomers.py`); everything is grouped anew where they are many, or where the corpus has grown much
    since. With `rebuild`, all themes are formed and named anew, but for what people decided about them; they keep their ids.
    """
    store, engine = context.store, context.engine
    with context.exclusive("themes"):
        homes = store.insight_homes()
        made_by = digest(engine.identity("name_theme"), context.index.embedder.identity)
        shaped_by = digest([(row[0], *row[2:]) for row in homes], store.monthly_counts()[1], made_by)
        if not rebuild and (known := store.stage_receipt("themes", shaped_by)) is not None:
            assigned = sum(row[1] is not None for row in homes)
            now: dict[str, float] = {"themes": len(store.themes()), "assigned": assigned}
            now |= {"unassigned": len(homes) - assigned, "coverage": assigned / max(1, len(homes))}
            return ThemesReceipt(**{**known, **now, "new": 0, "merged": 0, "split": 0, "pii_masked": 0})
        progress("themes", 0, len(homes))
        joined = None if rebuild else join_newcomers(context, homes, made_by)
        receipt = joined or _grouped(context, rebuild, made_by)
        store.set_trends(trends_now(store))
        if joined or not receipt.failed:  # those who joined and could not be judged have their place all the same
            store.save_stage("themes", shaped_by, _plain(replace(receipt, failed={})))
        progress("themes", len(homes), len(homes))
    return receipt


def _grouped(context: Context, rebuild: bool, made_by: str) -> ThemesReceipt:
    """Everything grouped anew."""
    store, engine = context.store, context.engine
    caught = context.net.caught
    placed = store.placed_insights()
    previous = _known(context, rebuild)
    embed = context.embedder_for({p.person for p in placed})
    result = build_themes([member_of(p) for p in placed], embed, context.words, engine, context.rules, previous)
    voices = {theme_id: [voice.insight_id for voice in m.voices] for theme_id, m in result.materials.items()}
    store.save_themes(result.themes, result.assignment, voices, _events(result, previous))
    store.save_parents(parents_of(list(result.materials.values()), embed, store.parent_children()))
    store.drop_ideas_of(result.retired)
    note_grouped(context, made_by, len(placed), result.unassigned)
    return ThemesReceipt(
        themes=len(result.themes),
        assigned=len(result.assignment),
        unassigned=len(result.unassigned),
        new=result.new,
        merged=len(result.merged),
        split=len(result.split),
        coverage=result.coverage,
        engine=engine.name,
        failed=dict(result.failed),
        pii_masked=context.net.caught - caught,
    )


def _known(context: Context, rebuild: bool) -> list[KnownTheme]:
    """The themes as they stand; in a rebuild to be named and judged anew, but for those that people have had a hand in."""
    store = context.store
    out, taken, decided = store.theme_misfits(), store.theme_taken(), store.theme_decisions()
    known = []
    for theme, insights, records in store.theme_members():
        if rebuild and theme.id not in decided:
            known.append(KnownTheme(theme, insights, records, renew=True))
            continue
        own = decided.get(theme.id, Decisions())
        known.append(
            KnownTheme(
                theme,
                insights,
                records,
                pinned=own.edited,
                held=own.held,
                locked=own.locked,
                misfits=out.get(theme.id, _NONE),
                taken=taken.get(theme.id, _NONE) & insights,
            )
        )
    return known


def _plain(receipt: ThemesReceipt) -> dict[str, object]:
    return {name: getattr(receipt, name) for name in receipt.__slots__}


def _events(result: ThemesResult, previous: Sequence[KnownTheme]) -> list[Event]:
    """What happened to themes in this run: founded, renamed, who was judged, split, merged, gone."""
    before = {known.theme.id: known for known in previous}
    titles = {known.theme.id: known.theme.title for known in previous}
    events: list[Event] = []
    for t in result.themes:
        if t.id not in before:
            events.append((t.id, "founded", {"title": t.title}))
        elif titles[t.id] != t.title:
            events.append((t.id, "renamed", {"from": titles[t.id], "to": t.title}))
        was = before.get(t.id)
        for kind, now, then in (
            ("misfits", result.misfits.get(t.id, _NONE), was.misfits if was else _NONE),
            ("taken_in", result.taken.get(t.id, _NONE), was.taken if was else _NONE),
        ):
            if now != then:
                events.append((t.id, kind, {"insights": sorted(now)}))
    for part, whole in sorted(result.split.items()):
        events += [(part, "split", {"out_of": whole}), (whole, "split_off", {"into": part})]
    for theme_id, into in sorted(result.merged.items()):
        events += [(theme_id, "merged", {"into": into}), (into, "merged_from", {"themes": [theme_id]})]
    gone = [known for known in previous if known.theme.id in result.retired and known.theme.id not in result.merged]
    for known in gone:
        events.append((known.theme.id, "gone", {"into": _scattered(known, result)}))
    return events


def _scattered(known: KnownTheme, result: ThemesResult) -> dict[str, int]:
    """Theme id → members of a theme that is no more which are there now, most first, at most `_SCATTERED` themes."""
    into = Counter(result.assignment[one] for one in known.insights if one in result.assignment)
    return dict(sorted(into.items(), key=lambda item: (-item[1], item[0]))[:_SCATTERED])
