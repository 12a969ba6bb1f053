"""The measure of masking, and the level that masking must hold on the sample corpus."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain.records import RawCustomer, turn_prefix
from assistant.intake.privacy import known_values
from assistant.intake.privacy.engine import find
from evals.metrics.privacy import Score, Span, match_spans, planted_spans, score_masking

CASES = Path(__file__).parents[2] / "evals" / "cases" / "xinglan"
SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_each_place_of_a_planted_text_counts_and_the_longest_wins() -> None:
    text = "艾力来电,艾力先生说"
    planted = planted_spans(text, [("name", "艾力"), ("name", "艾力先生")])
    assert planted == [Span("name", 0, 2), Span("name", 5, 9)]


@pytest.mark.parametrize(
    ("found", "hits"),
    [
        (Span("phone", 10, 20), 1),
        (Span("phone", 10, 25), 1),
        (Span("phone", 12, 20), 1),
        (Span("phone", 13, 20), 0),
        (Span("phone", 0, 40), 0),
        (Span("qq", 10, 20), 0),
    ],
)
def test_the_matching_rule(found: Span, hits: int) -> None:
    matched, missed, false = match_spans([Span("phone", 10, 20)], [found])
    assert (len(matched), len(missed), len(false)) == (hits, 1 - hits, 1 - hits)


def test_a_planted_value_is_found_once() -> None:
    span = Span("phone", 0, 10)
    assert match_spans([span], [span, span]) == ([span], [], [span])


def test_the_report_names_what_went_wrong() -> None:
    report = score_masking([("r1", "打0123456789或9876543210", [Span("phone", 1, 11)], [Span("phone", 12, 22)])])
    assert report.overall == Score(0, 1, 1)
    assert report.misses == (("r1", "phone", "0123456789"),)
    assert report.false_alarms == (("r1", "phone", "9876543210"),)
    assert (Score().recall, Score().precision) == (1.0, 1.0)


def corpus() -> Iterator[tuple[str, str, list[Span], list[Span]]]:
    truth = [json.loads(line) for line in (CASES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    planted = {row["id"]: [(p["type"], p["text"]) for p in row["pii"]] for row in truth}
    for line in (CASES / "records.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        known = known_values(
            RawCustomer(
                name=row["customer"]["name"], phone=row["customer"]["phone"], segment=row["customer"]["segment"]
            )
        )
        turns = "\n".join(turn_prefix(turn["speaker"]) + turn["text"] for turn in row["turns"])
        for text in (row["title"] or "", turns or row["text"] or ""):
            found = [Span(f.type, f.start, f.end) for f in find(text, known)]
            yield row["id"], text, planted_spans(text, planted[row["id"]]), found


def test_masking_holds_its_level_on_the_sample_corpus() -> None:
    report = score_masking(corpus())
    assert report.overall.found > 250
    assert report.overall.recall >= 0.99, report.misses
    assert report.overall.precision >= 0.97, report.false_alarms
    for kind, score in report.by_type.items():
        assert score.recall >= 0.95, (kind, report.misses)


@pytest.mark.parametrize(
    "name", ["midea_lowscore.jsonl", "midea_aspects.jsonl", "absa_zh.jsonl", "jddc_dev/records.jsonl"]
)
def test_real_anonymous_texts_raise_hardly_an_alarm(name: str) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the checkout")
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    alarms = [finding for text in texts for finding in find(text)]
    assert len(texts) > 2000
    assert len(alarms) <= len(texts) / 1000
