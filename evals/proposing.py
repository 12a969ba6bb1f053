"""Drafts of proposals by several ways, and a judge who sees them blind and shuffled, each reason before its score."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field

from assistant.domain.drafts import Draft
from assistant.domain.proposals import Proposal
from assistant.errors import ModelError
from assistant.insight.dossier import Dossier
from assistant.insight.figures import shown
from assistant.insight.markdown import render
from assistant.llm.cache import CallCache, call_key, digest_of
from assistant.llm.engine import Endpoint, ModelEngine, speakers
from assistant.llm.fence import Fence, fenced
from assistant.llm.proposal_prompts import sections_digest
from assistant.llm.shapes import schema_text
from prompts import Prompt, RenderedPrompt, load
from prompts.loader import parse

NAIVE, JUDGE = "naive_proposal.v1", "judge_proposal"
Origin = Literal["llm", "rules", "naive"]
CRITERIA = ("grounded", "specific", "need_deep", "feasible", "complete", "honest")
_JUDGE_TOKENS, _NAIVE_TOKENS = 1800, 2500
_HEADINGS = re.compile(r"^## \d+\. (?:来源与逐句核对|会签|计数一览)$")
_WRITER = re.compile(r"规则引擎起草（未使用大模型）|大模型起草，逐句与客户原话核对")
Score = Annotated[int, Field(ge=1, le=5)]


class NaiveProposal(Draft):
    """What the plain question is answered with."""

    title: str
    text: str


class ProposalJudgement(Draft):
    """What the judge says of one draft, each reason before its score."""

    id: str
    grounded_reason: str
    grounded: Score
    specific_reason: str
    specific: Score
    need_deep_reason: str
    need_deep: Score
    feasible_reason: str
    feasible: Score
    complete_reason: str
    complete: Score
    honest_reason: str
    honest: Score


class ProposalJudgements(Draft):
    """The answer to one theme."""

    judgements: list[ProposalJudgement]


@dataclass(frozen=True, slots=True)
class Drafts:
    """One theme's proposal as each way has it, as text."""

    dossier: Dossier
    texts: Mapping[Origin, str]


def proposal_ingredients() -> dict[str, str]:
    """What drafts and judgements are made with, for the head of a recording."""
    return {
        "prompt": load("draft_proposal").name,
        "prompt_digest": sections_digest(),
        "naive_digest": digest_of(_naive().digest, schema_text(NaiveProposal)),
        "judge_digest": digest_of(load(JUDGE).digest, schema_text(ProposalJudgements)),
    }


class Writer(ModelEngine):
    """The model engine, which can be asked plainly too."""

    def naive_proposal(self, dossier: Dossier) -> NaiveProposal:
        """The plain question about the same theme and the same voices."""
        theme, voices = dossier.material.material.theme, dossier.material.material.voices
        tickets = "\n\n".join(f"{v.product or ''} {(v.created_at or '')[:10]}：{v.quote}" for v in voices)
        prompt = _naive().render(theme=theme.title or theme.surface, tickets=tickets)
        return self._ask(prompt, NaiveProposal, _NAIVE_TOKENS, speakers(voices))


def shown_blind(proposal: Proposal) -> str:
    """A proposal as the judge sees it: without who wrote it and how it was checked."""
    lines, skipping = [], False
    for line in _WRITER.sub("", render(proposal, proposal.language)).splitlines():
        if line.startswith("## "):
            skipping = _HEADINGS.match(line) is not None
        if not skipping:
            lines.append(line)
    return "\n".join(lines).strip()


def judge_prompt(drafts: Drafts, fence: Fence) -> tuple[RenderedPrompt, list[Origin]]:
    """What the judge is shown, and whose draft is D1, D2 …: an order that tells nothing, always the same."""
    material = drafts.dossier.material.material
    order = sorted(drafts.texts, key=lambda origin: _digest(material.theme.id, origin, drafts.texts[origin]))
    figures = "\n".join(f"{f.key} {f.label}: {shown(f, 'zh')}" for f in drafts.dossier.material.figures)
    evidence = (*drafts.dossier.evidence, *drafts.dossier.material.counter_evidence)
    voices = "\n".join(
        f"[{e.n}] {e.segment or ''} {e.product or ''} {(e.created_at or '')[:10]}「{e.quote}」" for e in evidence
    )
    body = f"主题: {material.theme.title}\n定义: {material.theme.definition}\n\n计数:\n{figures}\n\n原话:\n{voices}"
    texts = [drafts.texts[origin] for origin in order]
    token = fence.token([body, *texts])
    blocks = [fenced(f"提案 D{n}", token, text) for n, text in enumerate(texts, 1)]
    prompt = load(JUDGE).render(
        token=token, count=str(len(texts)), material=fenced("材料", token, body), drafts="\n\n".join(blocks)
    )
    return prompt, order


def judged(
    found: Sequence[Drafts], endpoint: Endpoint, calls: CallCache, fence: Fence
) -> Iterator[tuple[Origin, ProposalJudgement] | str]:
    """Every draft's origin with its judgement, or the short reason why a theme was not judged."""
    for drafts in found:
        prompt, order = judge_prompt(drafts, fence)
        key = call_key(prompt, ProposalJudgements, endpoint.shaping)
        kept = calls.get(key)
        try:
            if kept is not None:
                answer = ProposalJudgements.model_validate_json(kept)
            else:
                answer, usage = endpoint.complete(prompt, ProposalJudgements, expected=_JUDGE_TOKENS)
                calls.put(key, endpoint.model, prompt.name, answer.model_dump_json(), usage)
        except ModelError as error:
            yield error.kind
            continue
        said = {judgement.id.strip(): judgement for judgement in answer.judgements}
        for n, origin in enumerate(order, 1):
            yield (origin, said[f"D{n}"]) if f"D{n}" in said else "not_answered"


def judge_figures(results: Sequence[tuple[Origin, ProposalJudgement] | str]) -> dict[str, float]:
    """Mean score of each way on each criterion, 1 to 5, and over all of them."""
    figures: dict[str, float] = {"judge_failed": float(sum(isinstance(result, str) for result in results))}
    said = [result for result in results if not isinstance(result, str)]
    for origin in dict.fromkeys(origin for origin, _ in said):
        own = [judgement for other, judgement in said if other == origin]
        means = {criterion: fmean(getattr(one, criterion) for one in own) for criterion in CRITERIA}
        figures |= {f"judged_{origin}_{criterion}": mean for criterion, mean in means.items()}
        figures[f"judged_{origin}_rubric"] = fmean(means.values())
    return figures


def _naive() -> Prompt:
    return parse(NAIVE, (files("evals") / f"{NAIVE}.md").read_text(encoding="utf-8"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
