"""An answer is heard sentence by sentence, within the cache, the budget, the net and the circuit of any other call."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.domain.engine import Speaking
from assistant.errors import EgressError, ModelAccessError, ModelAnswerError, ModelDownError, ModelError
from assistant.intake.privacy import Masker, SecondNet
from assistant.llm.budget import BudgetExceeded, Spending
from assistant.llm.cache import MemoryCache
from assistant.llm.chat import ChatEndpoint
from assistant.llm.engine import ModelEngine
from assistant.settings import Settings
from tests.llm.conftest import MakeEndpoint
from tests.llm.material import ANSWER_MATERIAL
from tests.stub_model import StubModel

SAID = [
    {"text": "客人都走光了。", "citations": [3], "figures": [], "sources": []},
    {"text": "修了三次还是漏。", "citations": [7], "figures": [], "sources": []},
    {"text": "共 9 位。", "citations": [], "figures": [1], "sources": []},
]
GOOD: dict[str, Any] = {
    "refused": False, "refusal_reason": None, "sentences": SAID, "suggested_reply": "我去核实。", "reply_backed_by": [],
}  # fmt: skip
TEXTS = [said["text"] for said in SAID]


@pytest.fixture
def engine(settings: Settings, make_endpoint: MakeEndpoint) -> ModelEngine:
    return ModelEngine(settings, make_endpoint(), b"s" * 32)


def _told(engine: ModelEngine) -> tuple[list[str], AnswerDraft | None, ModelError | None]:
    """The sentences told one by one, the whole draft, and the error at the end."""
    sentences, whole = [], None
    try:
        for piece in engine.answering(ANSWER_MATERIAL):
            if isinstance(piece, SentenceDraft):
                sentences.append(piece.text)
            else:
                whole = piece
    except ModelError as error:
        return sentences, whole, error
    return sentences, whole, None


@pytest.mark.parametrize("mode", [(), ("no_json_schema",), ("no_json_schema", "no_tools"), ("thinking",), ("fenced",)])
def test_sentences_come_one_by_one_and_then_the_whole(
    stub: StubModel, engine: ModelEngine, mode: tuple[str, ...]
) -> None:
    stub.handler = lambda _: GOOD
    stub.mode(*mode)
    engine.answer(ANSWER_MATERIAL)
    stub.handler = lambda _: {**GOOD, "suggested_reply": None}
    engine = ModelEngine(engine._settings, engine.endpoint, b"t" * 32)
    stub.requests.clear()
    sentences, whole, error = _told(engine)
    assert (sentences, error) == (TEXTS, None)
    assert whole is not None
    assert [said.text for said in whole.sentences] == TEXTS
    assert [request.body.get("stream") for request in stub.chats] == [True]


def test_the_first_sentence_comes_before_the_last_is_written(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda _: GOOD
    stub.mode("drip", seconds=0.02)
    begun = time.monotonic()
    moments = [time.monotonic() - begun for _ in engine.answering(ANSWER_MATERIAL)]
    assert moments[0] < moments[-1] - 0.05


def test_what_was_heard_is_kept_and_never_paid_for_twice(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    stub.handler = lambda _: GOOD
    cache = MemoryCache()
    engine = ModelEngine(settings, make_endpoint(), b"s" * 32, cache)
    _, whole, _ = _told(engine)
    assert engine.usage().calls == 1
    assert engine.usage().completion_tokens > 0
    again = ModelEngine(settings, make_endpoint(), b"s" * 32, cache)
    assert _told(again) == ([], whole, None)
    assert again.answer(ANSWER_MATERIAL) == whole
    assert len(stub.chats) == 1


@pytest.mark.parametrize(
    ("modes", "told", "whole", "error", "asked"),
    [
        (("unstreamed",), TEXTS, True, None, 1),
        (("no_stream",), [], True, None, 2),
        (("cut",), TEXTS[:2], False, ModelAnswerError, 1),
        (("401",), [], False, ModelAccessError, 1),
        (("500",), [], False, ModelDownError, 2),
        (("429",), [], False, ModelDownError, 2),
        (("prose",), [], False, ModelAnswerError, None),
        (("blank",), [], False, ModelAnswerError, None),
        (("html",), [], False, ModelAccessError, None),
    ],
)  # fmt: skip
def test_whatever_goes_wrong_ends_in_the_draft_or_in_one_of_our_errors(
    stub: StubModel,
    engine: ModelEngine,
    modes: tuple[str, ...],
    told: list[str],
    whole: bool,
    error: type[ModelError] | None,
    asked: int | None,
) -> None:
    stub.handler = lambda _: GOOD
    stub.mode(*modes)
    sentences, draft, raised = _told(engine)
    assert (sentences, draft is not None) == (told, whole)
    assert isinstance(raised, error) if error else raised is None
    assert "客户的原话" not in str(raised)
    if asked is not None:
        assert len(stub.chats) == asked
    spent = engine.usage()
    assert spent.calls <= len(stub.chats)


def test_a_refusal_tells_no_sentence(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda _: {**GOOD, "refused": True, "refusal_reason": "资料不足：没有"}
    sentences, whole, error = _told(engine)
    assert (sentences, error) == ([], None)
    assert whole is not None
    assert whole.refused


def test_one_half_sentence_is_never_told(stub: StubModel, engine: ModelEngine) -> None:
    text = json.dumps(GOOD, ensure_ascii=False)
    stub.handler = lambda _: text[: text.index("三次还是漏")]
    assert _told(engine)[0] == TEXTS[:1]


def test_instructions_and_the_boundary_are_blanked_as_they_are_told(stub: StubModel, engine: ModelEngine) -> None:
    def leak(request: Any) -> object:
        token = request.user.split("边界标记:")[1].split("。")[0]
        leaks = [{**SAID[0], "text": f"标记是{token}"}, {**SAID[0], "text": request.system[:60]}, SAID[1]]
        return {**GOOD, "sentences": leaks}

    stub.handler = leak
    sentences, whole, _ = _told(engine)
    assert sentences == ["", "", TEXTS[1]]
    assert whole is not None
    assert [said.text for said in whole.sentences] == sentences


def test_the_second_net_masks_each_sentence(stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint) -> None:
    stub.handler = lambda _: {**GOOD, "sentences": [{**SAID[0], "text": "请打 13812345678。"}]}
    engine = ModelEngine(settings, make_endpoint(), b"s" * 32, net=SecondNet(Masker(b"k" * 32)))
    sentences, whole, _ = _told(engine)
    assert "138" not in "".join(sentences) + str(whole)
    assert "⟦phone:" in sentences[0]


def test_no_budget_and_no_leave_mean_no_request(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    poor = ModelEngine(settings, make_endpoint(), b"s" * 32, spending=Spending(100))
    with pytest.raises(BudgetExceeded):
        list(poor.answering(ANSWER_MATERIAL))

    def refuse(_: str) -> None:
        raise EgressError("no")

    guarded = ModelEngine(settings, ChatEndpoint(settings, guard=refuse), b"s" * 32)
    with pytest.raises(EgressError):
        list(guarded.answering(ANSWER_MATERIAL))
    assert stub.chats == []


def test_who_stops_listening_pays_for_what_was_said(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda _: GOOD
    stub.mode("drip", seconds=0.01)
    pieces = engine.answering(ANSWER_MATERIAL)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert 0 < engine.usage().completion_tokens < 200


def test_the_circuit_counts_what_was_not_heard(stub: StubModel, engine: ModelEngine) -> None:
    stub.mode("401")
    for _ in range(5):
        _told(engine)
    assert len(stub.chats) == 3


def test_the_model_engine_can_be_heard(engine: ModelEngine) -> None:
    assert isinstance(engine, Speaking)


def test_an_endpoint_that_refuses_to_stream_is_not_asked_to_again(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda _: GOOD
    stub.mode("no_stream")
    for question in "一二三":
        list(engine.answering(replace(ANSWER_MATERIAL, question=question)))
    assert [bool(request.body.get("stream")) for request in stub.chats] == [True, False, True, False, False]
