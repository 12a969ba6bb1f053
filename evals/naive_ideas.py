"""The naive way to ideas, to measure ours against: tickets in bulk and a plain question, or one template for everything."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

from assistant.domain.drafts import IdeasDraft
from assistant.domain.records import Record
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import zh
from assistant.errors import ModelError
from assistant.llm.cache import CallCache, call_key
from assistant.llm.rendering import LANGUAGES
from assistant.llm.seams import Endpoint
from evals.metrics.ideas import Plain, plain_idea
from prompts import RenderedPrompt
from prompts.loader import parse

NAME = "naive_ideas.v2"
RECORDS = 40
"""Tickets in one question."""
CHARS = 400
"""Of each ticket."""


def naive_prompts(records: Sequence[Record], language: str) -> Iterator[RenderedPrompt]:
    """The plain question, for all tickets in turn."""
    prompt = parse(NAME, (files("evals") / f"{NAME}.md").read_text(encoding="utf-8"))
    for start in range(0, len(records), RECORDS):
        texts = "\n\n".join(str(record.text)[:CHARS] for record in records[start : start + RECORDS])
        yield prompt.render(texts=texts, language=LANGUAGES[language])


def asked_plainly(
    records: Sequence[Record], language: str, endpoint: Endpoint, calls: CallCache
) -> tuple[list[Plain], int]:
    """What a model gives to the plain question, unverified, and how many questions it did not answer."""
    prompts = list(naive_prompts(records, language))
    with ThreadPoolExecutor(max(1, len(prompts)), thread_name_prefix="naive") as pool:
        answers = list(pool.map(lambda prompt: _answer(prompt, endpoint, calls), prompts))
    found = [plain_idea(draft.model_dump()) for answer in answers if answer is not None for draft in answer.ideas]
    return found, sum(answer is None for answer in answers)


def _answer(prompt: RenderedPrompt, endpoint: Endpoint, calls: CallCache) -> IdeasDraft | None:
    key = call_key(prompt, IdeasDraft, endpoint.shaping)
    if (kept := calls.get(key)) is not None:
        return IdeasDraft.model_validate_json(kept)
    try:
        answer, usage = endpoint.complete(prompt, IdeasDraft, expected=3000)
    except ModelError:
        return None
    calls.put(key, endpoint.model, prompt.name, answer.model_dump_json(), usage)
    return answer


def from_one_template(materials: Sequence[ThemeMaterial]) -> list[Plain]:
    """What a template gives that knows no lens: three ideas for each theme, by product, aspect and complaint."""
    found = []
    for material in materials:
        thing = material.products[0][0] if material.products else "产品"
        aspect = zh(material.aspects[0][0]) if material.aspects else "体验"
        who = zh(material.segments[0][0]) if material.segments else "客户"
        said = material.voices[0].quote if material.voices else material.theme.surface
        for title, what in (
            (f"新一代{thing}", f"针对{aspect}问题推出新一代{thing}，解决“{said}”，提升客户满意度"),
            (f"优化{thing}的{aspect}", f"针对客户反馈的“{said}”，优化{thing}的{aspect}，提升客户满意度"),
            (f"{thing}{who}版", f"面向{who}推出{thing}专属版本，解决“{said}”，提升客户满意度"),
        ):
            found.append(plain_idea({"title": title, "concept": what, "job_to_be_done": f"解决{aspect}问题"}))
    return found
