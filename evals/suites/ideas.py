"""Ideas: does every theme that many speak of get some, are they unlike each other, and is what they say counted right?"""

from collections.abc import Sequence
from statistics import median

from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.receipts import IdeasReceipt
from assistant.domain.vocabulary import NBN_TYPES
from assistant.errors import UsageError
from assistant.insight.likeness import anchors_of, shared_by
from assistant.llm.cache import MemoryCache
from assistant.llm.engine import ModelEngine
from assistant.pipeline.asking_ideas import Corpus
from assistant.pipeline.ideating import WELL_HEARD
from assistant.records.views import idea_row
from evals.floors import floors_of
from evals.metrics.ideas import Plain, embedded_likeness, plain_idea, repeated_share, spread_figures, themes_reached
from evals.metrics.measured import part, share
from evals.naive_ideas import asked_plainly, from_one_template
from evals.report import Report
from evals.workbench import Workbench
from prompts import load

_WHOLE = ("coverage", "rerun_same")
"""Figures that say something only where every question was answered."""


def run(bench: Workbench) -> Report:
    """Coverage, likeness, repetition and counts of our ideas; likeness, repetition and themes reached of the naive way's.

    Likeness is told by the words that tell ideas from each other, in texts of one length, the same for both sides
    (`evals.metrics.apart`). Of a recording only what it holds is counted, and what it does not hold is told.
    """
    assert bench.receipts
    app = bench.app
    receipt = app.pipeline.ideas(progress=bench.progress)
    corpus, found = Corpus.of(app.pipeline.context), app.store.all_ideas()
    if bench.offline and not found:
        raise UsageError(
            f"{bench.recording.path if bench.recording else ''} holds no answer to {load('suggest_ideas').name}: have "
            "ideas recorded with `voc eval ideas --record FILE`"
        )
    naive, unanswered = _naive(bench, corpus)
    figures = _given(receipt, found) | _right(bench, found)
    figures |= _beside(bench, corpus, [plain_idea(idea_row(idea)) for idea in found], naive)
    figures["rerun_same"] = float(app.pipeline.ideas().done == 0)
    notes = [_told(bench, receipt), f"naive: {len(naive)} ideas, {unanswered} questions not answered"]
    floors = floors_of("ideas", app.engine.name, figures) if found and not bench.sampled else {}
    if bench.recording is not None and bench.recording.missed:
        notes.append(bench.recording.told_missed())
        floors = {name: floor for name, floor in floors.items() if name not in _WHOLE}
    if not naive:
        floors = {name: floor for name, floor in floors.items() if "less_" not in name}
    return Report("ideas", receipt.themes + receipt.groups, figures, floors, notes=tuple(notes))


def _given(receipt: IdeasReceipt, found: Sequence[Idea]) -> dict[str, float]:
    figures: dict[str, float] = {
        "themes": receipt.themes, "groups": receipt.groups, "suggested": receipt.suggested, "kept": receipt.kept,
        "refused": sum(receipt.rejected.values()), "failed": sum(receipt.failed.values()), "ideas": len(found),
        "across_themes": receipt.across_themes, "marked": sum(receipt.marked.values()), "coverage": receipt.coverage,
        **{kind: receipt.by_type[kind] for kind in NBN_TYPES},
        "lenses": len({idea.lens for idea in found}),
        "adds_up": receipt.suggested == receipt.kept + sum(receipt.rejected.values()),
    }  # fmt: skip
    return {name: float(value) for name, value in figures.items()}


def _right(bench: Workbench, found: Sequence[Idea]) -> dict[str, float]:
    """Shares of ideas whose evidence is there, whose counts are those of the counting engine, and that are whole."""
    store, counting = bench.app.store, bench.app.counting
    standing = {insight.id for insight in store.list_insights(Filters(), None)[0]}
    single = [idea for idea in found if len(idea.theme_ids) == 1]
    right = 0
    for idea in single:
        rows = counting.rows("segment", Filters(theme=idea.theme_ids))
        segments = {row.key: row.customers for row in rows if row.key}
        right += (
            idea.customers == store.theme(idea.theme_ids[0]).customers
            and dict(idea.segments).items() <= segments.items()
        )
    assumed = [(text, test) for idea in found for text, test in zip(idea.assumptions, idea.tests, strict=False)]
    return {
        "evidence_stands": share(set(idea.evidence) <= standing for idea in found),
        "counted_right": part(right, len(single)),
        "tested": share(bool(text and test) for text, test in assumed),
        "next_needs": share(bool(idea.next_needs) for idea in found),
    }


def _beside(bench: Workbench, corpus: Corpus, ours: Sequence[Plain], naive: Sequence[Plain]) -> dict[str, float]:
    embed = bench.app.pipeline.context.index.embedder.embed_documents
    shared = shared_by([text for material in corpus.materials for text in anchors_of(material)], embed)
    heard = [f"{t.title}。{t.surface}" for t in corpus.themes if t.customers >= WELL_HEARD]
    lists = {"": ours, "naive_": naive}
    figures = spread_figures(lists, bench.app.pipeline.context.words)
    for prefix, ideas in lists.items():
        found = {"unrepeated": 1 - repeated_share(ideas), "reached": themes_reached(ideas, heard, embed, shared)}
        found["similarity_embedded"] = embedded_likeness(ideas, embed, shared)
        found["concept_length"] = float(median([len(idea.concept) for idea in ideas])) if ideas else 0.0
        figures |= {prefix + name: value for name, value in found.items()}
    figures["less_alike"] = figures["naive_similarity"] - figures["similarity"]
    figures["less_near"] = figures["naive_nearest"] - figures["nearest"]
    return figures


def _naive(bench: Workbench, corpus: Corpus) -> tuple[list[Plain], int]:
    engine = bench.app.engine
    if not isinstance(engine, ModelEngine):
        return from_one_template(corpus.materials), 0
    records = [bench.records[key] for key in sorted(bench.records)]
    kept = bench.recording if bench.recording is not None else MemoryCache()
    return asked_plainly(records, bench.app.settings.language, engine.endpoint, kept)


def _told(bench: Workbench, receipt: IdeasReceipt) -> str:
    refused = ", ".join(f"{reason} {n}" for reason, n in receipt.rejected.items()) or "nothing"
    failed = ", ".join(f"{reason} {n}" for reason, n in receipt.failed.items())
    return f"ideas by {receipt.engine}, needs read by {bench.reader}; refused: {refused}" + (
        f"; failed: {failed}" if failed else ""
    )
