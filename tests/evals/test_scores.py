"""The report says what was measured: every figure explained, every floor measured, texts shown as texts, nothing from outside."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assistant.settings import load_settings
from evals.floors import floors_of
from evals.metrics.measured import Measured
from evals.report import Report
from evals.scores.kept import Figure, Run, Scores, kept, read_scores, unmeasured, with_floors_of_today
from evals.scores.markdown import BEGIN, best, chart_file, report, with_table
from evals.scores.measuring import CHAINS, Chain, measure, run_chain
from evals.scores.page import page
from evals.scores.pictures import charts
from evals.scores.told import dangling, sections, unexplained
from evals.scores.words import beside, number
from evals.scores.writing import READMES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def shown() -> Scores:
    return read_scores(DOCS / "scores.json")


def test_the_report_and_the_readmes_are_made_of_the_kept_scores(shown: Scores) -> None:
    again = "; make them with `voc eval all --from docs/scores.json --write docs`"
    assert (DOCS / "scores.md").read_text(encoding="utf-8") == report(shown, "images"), "docs/scores.md" + again
    for section, drawn in charts(shown):
        assert (DOCS / "images" / chart_file(section)).read_text(encoding="utf-8") == drawn, section.name + again
    for name, language in READMES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        assert with_table(text, shown, language) == text, name + again


def test_every_way_was_measured_and_every_floor_held(shown: Scores) -> None:
    made = {(run.way, run.suite) for run in shown.runs}
    assert made == {(chain.way, suite) for chain in CHAINS for suite in chain.suites}
    assert shown.fallen == ()
    assert with_floors_of_today(shown) == shown, "docs/scores.json tells other floors than evals/cases/floors.toml"
    assert unmeasured(shown) == ()


def test_a_floor_whose_figure_is_gone_is_told(shown: Scores) -> None:
    runs = [
        run.model_copy(update={"figures": {name: one for name, one in run.figures.items() if name != "pairwise_f1"}})
        for run in shown.runs
    ]
    less = shown.model_copy(update={"runs": tuple(runs)})
    assert unmeasured(less) == ("themes: pairwise_f1 has a floor and was not measured",)
    failed = [run.model_copy(update={"figures": {}, "failed": "stale"}) for run in runs if run.suite == "themes"]
    assert unmeasured(less.model_copy(update={"runs": tuple(failed)})) == ()


def test_every_figure_is_explained_and_every_cell_is_there(shown: Scores) -> None:
    assert list(unexplained(shown)) == []
    assert list(dangling(shown)) == []
    for section in sections(shown):
        assert section.lines, section.title
        for line in section.lines:
            assert line.means.endswith("."), line.label


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.asked += [str(value) for name, value in attrs if name in {"src", "href", "action", "data", "srcset"}]


def test_the_page_asks_for_nothing_and_runs_nothing(shown: Scores) -> None:
    text = page(shown)
    links = _Links()
    links.feed(text)
    assert all(one.startswith("#") for one in links.asked)
    assert not links.tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert set(re.findall(r"https?://[^\"\s<]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "prefers-color-scheme" in text


def test_what_a_customer_wrote_is_text() -> None:
    evil = "<script>alert(1)</script> | **x** [a](http://b) \n# c <img src=x onerror=y>"
    run = Run(
        way="rules", suite="themes", figures={"spike": Figure(value=1)}, worst=(evil,), notes=(evil,), failed=evil
    )
    some = Scores(measured="now", seconds=1, processes=1, versions={}, recordings=(), runs=(run,))
    assert "<script>" not in page(some)
    assert "<img" not in page(some)
    told = [line for line in report(some, "images").splitlines() if "alert(1)" in line]
    assert len(told) == 4
    for line in told:
        assert "\\<script\\>" in line
        assert "\\[a\\](" in line
        assert "\\*\\*x" in line


def test_what_was_left_out_is_told() -> None:
    run = Run(way="rules", suite="real_texts", notes=("left out: ../shared/data is not beside this checkout",))
    some = Scores(measured="now", seconds=1, processes=1, versions={}, recordings=(), runs=(run,))
    for told in (report(some, "images"), page(some)):
        assert "left out: ../shared/data is not beside this checkout" in told
    assert some.fallen == ()
    assert list(charts(some)) == []


def test_a_figure_tells_of_how_many_and_how_sure() -> None:
    few = kept("rules", Report("x", 9, {"a": Measured(0.5, 4, (0.15, 0.85)), "b": 3.0}, {"a": 0.6}), 1.0)
    assert (number(few.figures["a"]), beside(few.figures["a"])) == ("0.50", "n 4, 0.15-0.85, floor 0.6 **not held**")
    assert (number(few.figures["b"]), beside(few.figures["b"])) == ("3", "")
    assert few.fallen == ("a",)


@pytest.mark.parametrize(
    ("value", "told"), [(0.0109, "0.011"), (0.5, "0.50"), (1063.53, "1,064"), (0.0, "0"), (3.78, "3.78")]
)
def test_numbers_have_as_many_digits_as_tell_something(value: float, told: str) -> None:
    assert number(Figure(value=value)) == told


def test_of_naive_ways_the_best_is_told(shown: Scores) -> None:
    lines = {line.label: line for section in sections(shown) for line in section.lines if line.naive}
    for line in lines.values():
        values = [figure.value for _, figure in line.naive]
        found = best(line)
        assert found is not None
        assert found.value == (min(values) if line.lower else max(values))
    assert any(line.lower for line in lines.values())


def test_a_recording_that_is_not_there_makes_runs_that_say_so(tmp_path: Path) -> None:
    chain = Chain("recorded", ("extraction", "themes"), "none.jsonl.gz")
    runs = list(run_chain(load_settings(engine="rules", data_dir=tmp_path), chain, quick=True))
    assert [(run.suite, "there is no recording" in run.failed) for run in runs] == [
        ("extraction", True),
        ("themes", True),
    ]


def test_a_way_is_measured_in_a_process_of_its_own_whatever_is_set(tmp_path: Path) -> None:
    told = []
    settings = load_settings(
        openai_base_url="http://127.0.0.1:9/v1", openai_api_key="k", language="en", data_dir=tmp_path
    )
    found = measure(settings, ways=["naive40"], processes=2, told=lambda *one: told.append(one))
    assert [(run.way, run.suite, run.cases, run.failed) for run in found.runs] == [("naive40", "extraction", 40, "")]
    assert found.runs[0].figures["need_recall"].n == 51
    assert told == [(1, 1, found.runs[0])]
    assert [one.file for one in found.recordings] == ["xinglan-naive40.jsonl.gz"]


def test_floors_are_of_the_suite_and_of_who_reads() -> None:
    figures = {"unrepeated": 1.0, "coverage": 1.0}
    assert floors_of("ideas", "llm", figures) == {"unrepeated": 0.95, "coverage": 1.0}
    assert floors_of("ideas", "rules", figures) == {"unrepeated": 0.9, "coverage": 1.0}
    assert floors_of("privacy", "any", {}) == {}


def test_a_readme_without_marks_is_left_alone(shown: Scores) -> None:
    assert with_table("text", shown, "en") == "text"
    assert with_table(f"text {BEGIN}", shown, "en") == f"text {BEGIN}"
