"""Knows into which files the scores are written."""

from collections.abc import Mapping
from pathlib import Path

from evals.scores.kept import Scores
from evals.scores.markdown import chart_file, report, with_table
from evals.scores.page import page
from evals.scores.pictures import charts

KEPT, REPORT, PAGE, PICTURES = "scores.json", "scores.md", "scores.html", "images"
READMES: Mapping[str, str] = {"README.md": "en", "README.zh-CN.md": "zh"}


def write_scores(scores: Scores, folder: Path) -> list[Path]:
    """Write the figures, the report, the page and the charts into a folder, which is made; what was written."""
    (folder / PICTURES).mkdir(parents=True, exist_ok=True)
    kept = folder / KEPT  # first: it took minutes to measure
    kept.write_text(scores.model_dump_json(indent=1, exclude_defaults=True) + "\n", encoding="utf-8")
    texts = {folder / REPORT: report(scores, PICTURES), folder / PAGE: page(scores)}
    texts |= {folder / PICTURES / chart_file(section): drawn for section, drawn in charts(scores)}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return [kept, *texts]


def write_readmes(scores: Scores, folder: Path) -> list[Path]:
    """Put the short table into the READMEs of a folder, between their marks; those that were changed."""
    changed = []
    for name, language in READMES.items():
        path = folder / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = with_table(before, scores, language)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed
