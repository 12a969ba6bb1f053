"""Drafts of proposals by several ways, and a judge who sees them blind and shuffled, each reason before its score."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field

from assistant.domain.drafts import Draft
from assistant.domain.proposals import Proposal
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import zh
from assistant.errors import ModelError, NotRecordedError
from assistant.insight.dossier import Dossier
from assistant.insight.figures import shown
from assistant.insight.markdown import render
from assistant.llm.cache import CallCache, call_key, digest_of
from assistant.llm.engine import ModelEngine, speakers
from assistant.llm.fence import Fence, fenced
from assistant.llm.proposal_prompts import sections_digest
from assistant.llm.rendering import theme_facts, voice_lines
from assistant.llm.seams import Endpoint
from assistant.llm.shapes import schema_text
from evals.blinding import plain_lines
from evals.metrics.measured import Measured
from prompts import Prompt, RenderedPrompt, load
from prompts.loader import parse

NAIVE, JUDGE = "naive_proposal.v1", "judge_proposal"
Origin = Literal["llm", "rules", "naive"]
CRITERIA = ("grounded", "specific", "need_deep", "feasible", "complete", "honest")
_JUDGE_TOKENS, _NAIVE_TOKENS = 1800, 2500
_HEADINGS = re.compile(r"^## \d+\. (?:来源与逐句核对|会签|计数一览)$")
_WRITER = re.compile(r"规则引擎起草（未使用大模型）|大模型起草，逐句与客户原话核对")
_STANCES = {"for": "有此需求", "otherwise": "说法相反", "indifferent": "不太在意"}
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
        "prompt_digest": sections_digest("zh"),
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
    """A proposal as the judge sees it: in plain lines, without who wrote it, where it stands and how it was checked."""
    lines, skipping = [], False
    for line in render(proposal, proposal.language).splitlines():
        if line.startswith("## "):
            skipping = _HEADINGS.match(line) is not None
        if not skipping and not _WRITER.search(line):
            lines.append(line)
    return plain_lines("\n".join(lines))


def judge_prompt(drafts: Drafts, fence: Fence) -> tuple[RenderedPrompt, list[Origin]]:
    """What the judge is shown, and whose draft is D1, D2 …: an order that tells nothing, always the same."""
    order = sorted(drafts.texts, key=lambda origin: _digest(_theme_of(drafts).id, origin, drafts.texts[origin]))
    body = _material(drafts.dossier)
    texts = [drafts.texts[origin] for origin in order]
    token = fence.token([body, *texts])
    blocks = [fenced(f"提案 D{n}", token, text) for n, text in enumerate(texts, 1)]
    prompt = load(JUDGE).render(
        token=token, count=str(len(texts)), material=fenced("材料", token, body), drafts="\n\n".join(blocks)
    )
    return prompt, order


def _theme_of(drafts: Drafts) -> Theme:
    return drafts.dossier.material.material.theme


def _material(dossier: Dossier) -> str:
    """All that a judge needs to check a draft: the theme, every count, its months, and the voices with what was read."""
    material = dossier.material.material
    figures = "\n".join(f"{f.label}: {shown(f, 'zh')}（{f.query}）" for f in dossier.material.figures)
    months = "；".join(f"{month} {n}/{read}" for month, n, read in dossier.months)
    against = "\n".join(
        f"- {_STANCES[e.stance]} | {zh(e.segment)} {e.product or ''} {(e.created_at or '')[:10]}\n  原话: {e.quote}"
        for e in dossier.material.counter_evidence
    )
    parts = {
        "主题": theme_facts(material),
        "计数": figures,
        "逐月（说出本需求的记录/当月已读）": months,
        "声音（原话、分析者读出的三层、客户的建议）": voice_lines(material.voices),
        "程序挑出的反面与不在意的声音": against or "（没有）",
    }
    return "\n\n".join(f"{name}:\n{text}" for name, text in parts.items())


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
    """Mean score of each way on each criterion, 1 to 5, and over all of them; what no recording holds is counted apart."""
    why = Counter(result for result in results if isinstance(result, str))
    missing = why.pop(NotRecordedError.kind, 0)
    figures: dict[str, float] = {"judge_failed": float(why.total()), "judgements_missing": float(missing)}
    said = [result for result in results if not isinstance(result, str)]
    for origin in dict.fromkeys(origin for origin, _ in said):
        own = [judgement for other, judgement in said if other == origin]
        means = {criterion: fmean(getattr(one, criterion) for one in own) for criterion in CRITERIA}
        figures |= {f"judged_{origin}_{criterion}": mean for criterion, mean in means.items()}
        figures[f"judged_{origin}_rubric"] = Measured(fmean(means.values()), len(own))
        figures[f"judged_{origin}"] = float(len(own))
    return figures


def _naive() -> Prompt:
    return parse(NAIVE, (files("evals") / f"{NAIVE}.md").read_text(encoding="utf-8"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
