"""A reading that was recorded is played back without an endpoint, and a stale recording is refused with a sentence."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain.drafts import ReadingsDraft
from assistant.domain.engine import Usage
from assistant.domain.records import MaskedText, Record
from assistant.errors import ModelAnswerError, NotRecordedError, UsageError
from assistant.llm.recording import SilentEndpoint, begin, read_recording
from assistant.settings import load_settings
from evals.recording import ReservedEndpoint, fresh, same_texts
from evals.workbench import Way, workbench
from prompts import RenderedPrompt
from tests.stub_model import StubModel

MADE = {"prompt": "extract_insights.v2", "prompt_digest": "a", "language": "zh"}
SHAPING = {"endpoint": "http://localhost/v1", "model": "m", "temperature": "0"}


def test_what_was_recorded_is_read_back_and_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    first = begin(path, SHAPING, MADE)
    first.put("b", "m", "p.v1", '{"x": "乙"}', Usage(1, 10, 5))
    stopped = begin(path, SHAPING, MADE)
    stopped.put("a", "m", "p.v1", '{"x": 1}', Usage(1))
    stopped.close()
    assert not list(tmp_path.glob("*.part"))
    packed = path.read_bytes()
    again = begin(path, SHAPING, MADE)
    assert (again.get("b"), again.get("a"), again.get("c")) == ('{"x": "乙"}', '{"x": 1}', None)
    again.close()
    assert path.read_bytes() == packed
    assert read_recording(path).model == "m"


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    begin(path, SHAPING, MADE).put("a", "m", "p.v1", "{}", Usage())
    part = tmp_path / "r.jsonl.gz.part"
    part.write_text(part.read_text(encoding="utf-8") + '{"key": "b", "ans', encoding="utf-8")
    assert set(begin(path, SHAPING, MADE).answers) == {"a"}


def test_a_stale_or_foreign_recording_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    begin(path, SHAPING, MADE).close()
    fresh(read_recording(path), MADE)
    with pytest.raises(UsageError, match=r"is stale: .* changed: prompt_digest; record anew with"):
        fresh(read_recording(path), {**MADE, "prompt_digest": "b"})
    with pytest.raises(UsageError, match="another prompt or model"):
        begin(path, {**SHAPING, "model": "other"}, MADE)
    with pytest.raises(UsageError, match="there is no recording"):
        read_recording(tmp_path / "none.gz")
    path.write_bytes(b"no gzip")
    with pytest.raises(UsageError, match="is no recording of ours"):
        read_recording(path)


def test_a_recording_of_texts_that_are_masked_otherwise_now_says_why_it_is_stale(tmp_path: Path) -> None:
    path = tmp_path / "r.gz"
    first, second = (Record(f"r_{n}", str(n), "s", "review", MaskedText(f"漏水{n}")) for n in (1, 2))
    recording = begin(path, SHAPING, MADE)
    same_texts(recording, [first, second])
    recording.close()
    same_texts(begin(path, SHAPING, MADE), [second, first])
    changed = replace(first, text=MaskedText("⟦name:0a1b2c⟧家漏水1"))
    with pytest.raises(UsageError, match=r"is stale: .* rules of masking changed their texts"):
        same_texts(read_recording(path), [changed, second])


def test_what_is_not_in_a_recording_fails_saying_so(tmp_path: Path) -> None:
    begin(tmp_path / "r.gz", SHAPING, MADE).close()
    endpoint = SilentEndpoint(read_recording(tmp_path / "r.gz"))
    assert endpoint.shaping == SHAPING
    with pytest.raises(ModelAnswerError, match=r"r\.gz"):
        endpoint.complete(RenderedPrompt("s", "u", "d", "p.v1"), ReadingsDraft)


def test_the_whole_corpus_is_recorded_and_played_back_alike(tmp_path: Path) -> None:
    path = tmp_path / "stub.jsonl.gz"
    with StubModel() as stub:
        settings = load_settings(openai_base_url=stub.base_url, openai_api_key="k", engine="llm", llm_concurrency=4)
        with workbench(settings, Way(record=path)) as bench:
            recorded, calls = bench.read_insights, bench.reading.calls
        asked = len(stub.chats)
    assert calls == asked > 40
    with workbench(load_settings(engine="rules"), Way(recorded=path)) as bench:
        assert bench.app.engine.name == "llm"
        assert bench.read_insights == recorded
        assert bench.reading.calls == 0
        assert not bench.reading.failed
    head = json.loads(gzip.decompress(path.read_bytes()).splitlines()[0])
    assert head["made_with"]["prompt"] == "extract_insights.v2"


def test_the_rules_have_nothing_to_record_or_judge() -> None:
    for way in (Way(judged=5), Way(asking="naive"), Way(record=Path("x"))):
        with pytest.raises(UsageError, match="the rules ask no model"), workbench(load_settings(engine="rules"), way):
            pass


def test_the_plain_question_is_asked_record_by_record(tmp_path: Path) -> None:
    path = tmp_path / "plain.jsonl.gz"
    with StubModel() as stub:
        settings = load_settings(openai_base_url=stub.base_url, openai_api_key="k", engine="llm", llm_concurrency=4)
        with workbench(settings, Way(record=path, asking="naive")) as bench:
            assert bench.ingested.read == 350
            assert bench.app.pipeline.analyse(limit=3).done == 3
        assert len(stub.chats) == 3
        assert "请分析下面这条客户反馈" in stub.chats[0].user


class Answering:
    """An endpoint that answers every question with one reading of nothing."""

    model = "m"
    shaping = SHAPING

    def __init__(self) -> None:
        self.asked: list[str] = []

    def complete(self, prompt: RenderedPrompt, schema: type[ReadingsDraft], **_: object) -> tuple[ReadingsDraft, Usage]:
        self.asked.append(prompt.name)
        return schema(readings=[]), Usage(1)


def asked(name: str, user: str = "问") -> RenderedPrompt:
    return RenderedPrompt("系统", user, "d", name)


def test_what_a_recording_does_not_hold_is_told_once_for_each_question(tmp_path: Path) -> None:
    recording = begin(tmp_path / "r.jsonl.gz", SHAPING, MADE)
    assert recording.told_missed() == ""
    silent = SilentEndpoint(recording)
    for prompt in (
        asked("draft_need.v2"),
        asked("draft_need.v2"),
        asked("draft_need.v2", "再问"),
        asked("judge_proposal.v1"),
    ):
        with pytest.raises(NotRecordedError, match=r"is not in r\.jsonl\.gz"):
            silent.complete(prompt, ReadingsDraft)
    assert recording.told_missed() == (
        "not in the recording r.jsonl.gz, so not counted: 2 of draft_need, 1 of judge_proposal"
    )


def test_a_reserved_endpoint_asks_only_what_it_may(tmp_path: Path) -> None:
    recording, inner = begin(tmp_path / "r.jsonl.gz", SHAPING, MADE), Answering()
    reserved = ReservedEndpoint(recording, inner, ("naive_",))  # type: ignore[arg-type]
    answer, _ = reserved.complete(asked("naive_ideas.v2"), ReadingsDraft)
    assert answer.readings == []
    with pytest.raises(NotRecordedError):
        reserved.complete(asked("suggest_ideas.v3"), ReadingsDraft)
    assert inner.asked == ["naive_ideas.v2"]
    assert "1 of suggest_ideas" in recording.told_missed()


def test_answers_to_an_older_version_go_once_a_newer_one_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    first = begin(path, SHAPING, MADE)
    for key, name in (("a", "naive_ideas.v1"), ("b", "suggest_ideas.v2"), ("c", "suggest_ideas.en.v1")):
        first.put(key, "m", name, "{}", Usage())
    first.close()
    later = begin(path, SHAPING, MADE)
    later.put("d", "m", "naive_ideas.v2", "{}", Usage())
    later.close()
    assert set(read_recording(path).answers) == {"b", "c", "d"}
