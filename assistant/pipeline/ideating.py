"""The ideas stage: NBN ideas for every theme that has changed since it was last asked."""

from collections import Counter
from collections.abc import Collection, Sequence
from statistics import fmean

from assistant.domain.receipts import IdeasReceipt
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import NBN_TYPES
from assistant.insight.ideas import Suggested, suggest
from assistant.insight.members import Member
from assistant.insight.portrait import keywords, portray
from assistant.insight.scoring import Weight
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.newcomers import member_of
from assistant.records.rows import digest


def materials(
    context: Context, theme_ids: Sequence[str] | None = None, without: Collection[str] = (), *, every: bool = False
) -> list[tuple[ThemeMaterial, Weight]]:
    """What an engine is shown of themes (all, or these), most customers first, with what the corpus says of each.

    Insights of the records `without` are left out, and so are themes that have no others. With `every`, themes that were
    put away and those that are no more but have members still are among them.
    """
    by_theme: dict[str, list[Member]] = {}
    for placed in context.store.placed_insights():
        if placed.insight.theme_id is not None and placed.insight.record_id not in without:
            by_theme.setdefault(placed.insight.theme_id, []).append(member_of(placed))
    known = context.store.every_theme() if every else context.store.themes()
    themes = [theme for theme in known if theme.id in by_theme]
    telling = dict(zip(by_theme, keywords(list(by_theme.values()), context.words), strict=True))
    most = max((theme.customers for theme in themes), default=1)
    return [
        (
            portray(theme, by_theme[theme.id], telling[theme.id]),
            Weight(fmean(member.insight.severity for member in by_theme[theme.id]), most),
        )
        for theme in themes
        if theme_ids is None or theme.id in theme_ids
    ]


def run_ideas(
    context: Context, *, theme_ids: Sequence[str] = (), limit: int | None = None, progress: Progress = silent
) -> IdeasReceipt:
    """Ideas for all themes or for these; a theme that nothing has changed for keeps its ideas and costs nothing.

    Raises:
        NotFoundError: a theme named does not exist.
        ModelAccessError: the endpoint refuses; what was done before is kept.
    """
    store, engine = context.store, context.engine
    for theme_id in theme_ids:
        store.theme(theme_id)
    caught = context.net.caught
    with context.exclusive():
        wanted = materials(context, theme_ids or None)[:limit]
        shaped = {m.theme.id: _shaped_by(m, engine.identity("suggest_ideas")) for m, _ in wanted}
        present = store.themes_with_ideas()
        asked = [item for item in wanted if present.get(item[0].theme.id) != shaped[item[0].theme.id]]
        asked_ids = {material.theme.id for material, _ in asked}
        kept = [idea for idea in store.all_ideas() if not asked_ids & set(idea.theme_ids)]
        rejected, failed = Counter[str](), Counter[str]()
        for n, result in enumerate(suggest(engine, asked, context.index.embedder.embed_documents, kept), 1):
            if isinstance(result, Suggested):
                store.save_ideas(result.theme_id, result.ideas, shaped[result.theme_id])
                rejected.update(result.rejected)
            else:
                failed[result.reason] += 1
            progress("ideas", n, len(asked))
    ids = {material.theme.id for material, _ in wanted}
    found = [idea for idea in store.all_ideas() if ids & set(idea.theme_ids)]
    unchanged = len(wanted) - len(asked)
    return IdeasReceipt(
        themes=len(wanted),
        ideas=len(found),
        by_type={kind: sum(idea.nbn_type == kind for idea in found) for kind in NBN_TYPES},
        rejected=dict(rejected),
        skipped={"unchanged": unchanged} if unchanged else {},
        failed=dict(failed),
        engine=engine.name,
        pii_masked=context.net.caught - caught,
    )


def _shaped_by(material: ThemeMaterial, identity: str) -> str:
    theme = material.theme
    voices = [(voice.record_id, voice.start, voice.end) for voice in material.voices]
    return digest(identity, theme.id, theme.title, theme.definition, theme.customers, theme.trend, voices)
