"""A model's answers to some of the questions, a plain chain's beside them, and a judge; all kept, and replayed from there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import TypeAdapter

from assistant.bootstrap import chat_endpoint, company_context
from assistant.domain.answers import Answer
from assistant.domain.drafts import AnswerDraft, Draft, PlanDraft
from assistant.domain.records import Record
from assistant.errors import ModelError, UsageError
from assistant.llm.cache import call_key, digest_of
from assistant.llm.engine import ModelEngine
from assistant.llm.fence import Fence, fence_secret
from assistant.llm.recording import Recording, SilentEndpoint, begin, read_recording
from assistant.llm.seams import Endpoint
from assistant.llm.shapes import schema_text
from evals.answer_cases import Case
from evals.answer_judging import (
    CHUNKS,
    AnswersJudgement,
    NaiveAnswer,
    Origin,
    judge_prompt,
    judging_ingredients,
    naive_prompt,
    place,
    shown_naive,
    shown_ours,
    told_apart,
    truth_of,
)
from evals.oracle import Oracle
from evals.peers import plain_retriever
from evals.recording import fresh
from evals.workbench import MEASURING_KEY, Workbench
from prompts import RenderedPrompt, load

T = TypeVar("T", bound=Draft)
ASKED = 44
"""So many questions a model is asked, where no other number is given."""
_AT_ONCE = 8
_ANSWER = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class Told:
    """What both ways say to one question, and whose the judge finds better, on each criterion; None: it failed."""

    case: Case
    ours: Answer
    naive: str | None
    chunks: Sequence[str]
    better: Mapping[str, Origin | None] | None = None


@dataclass(slots=True)
class Asker:
    """The model's engine, and where its exchanges are kept."""

    engine: ModelEngine
    endpoint: Endpoint
    kept: Recording
    at_once: int
    """So many questions are put to the model side by side."""
    failed: list[str] = field(default_factory=list)

    def ask(self, prompt: RenderedPrompt, schema: type[T], expected: int) -> T | None:
        """The answer to a prompt, as kept or now; None where there is none, which is noted."""
        key = call_key(prompt, schema, self.endpoint.shaping)
        if (kept := self.kept.get(key)) is not None:
            return schema.model_validate_json(kept)
        try:
            answer, usage = self.endpoint.complete(prompt, schema, expected=expected)
        except ModelError as error:
            self.failed.append(f"{prompt.name}: {error}")
            return None
        self.kept.put(key, self.endpoint.model, prompt.name, answer.model_dump_json(), usage)
        return answer


@contextmanager
def asker(bench: Workbench) -> Iterator[Asker | None]:
    """Who asks the model; None where no file for the exchanges is named.

    Raises:
        UsageError: the file is not there and no model is set, or it was made in another way.
    """
    if bench.drafts is None or bench.live is None:
        yield None
        return
    live, made = bench.live, _ingredients()
    endpoint: Endpoint
    if reachable := live.engine_name == "llm":
        endpoint = chat_endpoint(live, live.data_dir)
        kept = begin(bench.drafts, endpoint.shaping, made, task="answers")
        if bench.drafts.exists():
            before = read_recording(bench.drafts).head
            kept.head |= {name: before.get(name, {}) for name in ("answers", "chunks")}
    else:
        if not bench.drafts.exists():
            raise UsageError(f"{bench.drafts} is not there and no model is set: set OPENAI_BASE_URL to record it")
        kept = read_recording(bench.drafts)
        fresh(kept, made)
        endpoint = SilentEndpoint(kept)
    company = company_context(live, live.data_dir)
    engine = ModelEngine(live, endpoint, fence_secret(MEASURING_KEY), cache=kept, company=company)
    try:
        yield Asker(engine, endpoint, kept, live.llm_concurrency)
    finally:
        if reachable:
            kept.close()


def told(
    asked: Asker, cases: Sequence[Case], ours: Callable[[Case], Answer], bench: Workbench, oracle: Oracle
) -> list[Told]:
    """Both answers to each question, several at once, and the judge's verdicts.

    Ours are kept as they were: the search they stand on is no part of an exchange with a model, and may get better. So is what
    the plain chain finds, which is not the same each time.
    """
    answers: dict[str, object] = asked.kept.head.setdefault("answers", {})
    wanted = [case for case in cases if case.id in answers or not isinstance(asked.endpoint, SilentEndpoint)]
    retrieve = plain_retriever(
        {r.external_id: str(r.text) for r in bench.records.values()}, bench.app.finder.index.embedder
    )[1]
    chunks: dict[str, list[str]] = asked.kept.head.setdefault("chunks", {})
    for case in wanted:
        if case.id not in chunks:
            found = retrieve(case.question, CHUNKS)
            chunks[case.id] = [f"（{place(bench.records[key])}）{chunk}" for key, chunk in found]
    truths = {case.id: truth_of(case, oracle) for case in wanted}

    def one(case: Case) -> Told:
        if case.id not in answers:
            answers[case.id] = _ANSWER.dump_python(ours(case), mode="json")
        plain = asked.ask(naive_prompt(case, chunks[case.id]), NaiveAnswer, 500)
        answer = _ANSWER.validate_python(answers[case.id])
        return _judged(
            Told(case, answer, plain.text if plain else None, chunks[case.id]),
            truths[case.id],
            asked,
            bench.app.store.record,
        )

    with ThreadPoolExecutor(max(_AT_ONCE, asked.at_once)) as pool:
        return list(pool.map(one, wanted))


def _judged(pair: Told, truth: str, asked: Asker, record_of: Callable[[str], Record]) -> Told:
    if pair.naive is None:
        return pair
    both = {"ours": shown_ours(pair.ours, record_of), "naive": shown_naive(pair.naive, pair.chunks)}
    prompt, order = judge_prompt(pair.case, truth, both, Fence(fence_secret(MEASURING_KEY)))  # type: ignore[arg-type]
    judgement = asked.ask(prompt, AnswersJudgement, 900)
    better = told_apart(judgement, order) if judgement else None
    return Told(pair.case, pair.ours, pair.naive, pair.chunks, better)


def _ingredients() -> dict[str, str]:
    """What the answers, the plain ones and the judgements are made with, for the head of a recording."""
    answer, planner = load("answer_question"), load("plan_question")
    return {
        "prompt": answer.name,
        "prompt_digest": digest_of(answer.digest, schema_text(AnswerDraft)),
        "plan_digest": digest_of(planner.digest, schema_text(PlanDraft)),
        **judging_ingredients(),
    }
