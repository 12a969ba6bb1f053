"""Masking against the planted personal data of the sample corpus."""

from collections.abc import Iterator
from importlib.resources import as_file, files

from assistant.domain.records import RawRecord
from assistant.intake.privacy import known_values
from assistant.intake.privacy.engine import find
from assistant.intake.reading import ReadOptions, read_paths
from evals.metrics.privacy import Span, planted_spans, score_masking
from evals.report import Report
from evals.workbench import Workbench


def run(bench: Workbench) -> Report:
    """Recall and precision over all planted items and by type, with every miss and false alarm."""
    scored = score_masking(_texts(bench))
    figures: dict[str, float] = {"recall": scored.overall.recall, "precision": scored.overall.precision}
    for kind, score in scored.by_type.items():
        figures[f"{kind}_recall"], figures[f"{kind}_precision"] = score.recall, score.precision
    worst = [f"missed {kind} in {record}" for record, kind, _ in scored.misses]
    worst += [f"false {kind} in {record}: {text}" for record, kind, text in scored.false_alarms]
    cases = scored.overall.found + scored.overall.missed
    return Report("privacy", cases, figures, {"recall": 0.99, "precision": 0.97}, tuple(worst))


def _texts(bench: Workbench) -> Iterator[tuple[str, str, list[Span], list[Span]]]:
    with as_file(files("assistant.sample") / "xinglan" / "source") as source:
        for raw in read_paths([source], ReadOptions()):
            if isinstance(raw, RawRecord):
                planted = [(item["type"], item["text"]) for item in bench.truth[raw.external_id]["pii"]]
                known = known_values(raw.customer)
                for text in filter(None, [raw.title, raw.text, *(turn.text for turn in raw.turns)]):
                    found = [Span(f.type, f.start, f.end) for f in find(text, known)]
                    yield raw.external_id, text, planted_spans(text, planted), found
