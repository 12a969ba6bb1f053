"""`voc eval` measures the real pipeline, its floors hold, and it ends with 1 where one does not."""

import json
from pathlib import Path

import pytest

from assistant.errors import UsageError
from evals.command import SUITES
from evals.scores.kept import Figure, Run, Scores, read_scores
from tests.cli.conftest import Voc

FALLEN = Run(way="rules", suite="themes", figures={"pairwise_f1": Figure(value=0.4, n=300, floor=0.42)})


def scores(*runs: Run) -> Scores:
    """Scores of these runs."""
    return Scores(
        measured="2026-11-22T12:00+08:00", seconds=1, processes=1, versions={"python": "3.11"}, recordings=(), runs=runs
    )


def test_every_suite_reports_figures_above_its_floors_and_asks_no_model(voc: Voc) -> None:
    arguments = ("eval", "all", "--quick", "--way", "rules", "--processes", "1", "--json")
    ran = voc(*arguments, OPENAI_BASE_URL="http://127.0.0.1:9/v1", OPENAI_API_KEY="k", VOC_LANGUAGE="en")
    assert ran.code == 0, ran.err
    runs = {run["suite"]: run for run in ran.json["runs"]}
    assert set(runs) == set(SUITES) - {"real_texts"}
    for name, run in runs.items():
        assert run["cases"] > 0, name
        assert not run["failed"], name
        assert any(figure["floor"] is not None for figure in run["figures"].values()), name
    assert runs["retrieval"]["figures"]["ndcg_at_10"]["value"] > 0.6
    assert not any(line.startswith("h-") for line in runs["answers"]["worst"]), "held out, so not to be looked at"
    assert read_scores(Path("data/scores/scores.json")).runs
    assert "- worst:" in Path("data/scores/scores.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (FALLEN, "rules themes: pairwise_f1 0.4 is below its floor"),
        (Run(way="recorded", suite="ideas", failed="x.jsonl.gz is stale: …"), "recorded ideas: x.jsonl.gz is stale"),
    ],
)
def test_a_fallen_figure_or_a_run_that_was_not_made_ends_with_1(voc: Voc, run: Run, told: str) -> None:
    Path("kept.json").write_text(scores(run).model_dump_json(), encoding="utf-8")
    ran = voc("eval", "--from", "kept.json", "--write", "docs")
    assert ran.code == 1
    assert told in ran.out
    assert told.partition(":")[2].strip()[:20] in Path("docs/scores.html").read_text(encoding="utf-8")


def test_the_readmes_beside_get_the_table_between_their_marks(voc: Voc) -> None:
    Path("kept.json").write_text(scores(FALLEN).model_dump_json(), encoding="utf-8")
    for name in ("README.md", "README.zh-CN.md"):
        Path(name).write_text("前\n<!-- scores:begin -->\nold\n<!-- scores:end -->\n后\n", encoding="utf-8")
    voc("eval", "--from", "kept.json", "--write", "docs")
    english, chinese = (Path(name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert "| insights of one need together, pairwise F1 | 0.40 | – | – |" in english
    assert "| 同一需求归在一起：成对 F1 | 0.40 | – | – |" in chinese
    assert english.startswith("前\n<!-- scores:begin -->\n|")
    assert english.endswith("|\n<!-- scores:end -->\n后\n")


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"runs": []})])
def test_what_holds_no_scores_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    with pytest.raises(UsageError, match="can't be read"):
        read_scores(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="holds no scores"):
        read_scores(path)
