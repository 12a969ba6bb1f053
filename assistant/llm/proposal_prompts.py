"""Knows how one section of a proposal is asked for: the rules all sections share, the section's own, and the material."""

from collections.abc import Sequence

from assistant.domain.proposal_drafts import DRAFT_OF, SECTIONS, SectionDraft, SectionName
from assistant.domain.proposals import Asked, Complaint, CountedFigure, Evidence, ProposalMaterial, Settled
from assistant.domain.vocabulary import zh
from assistant.llm.cache import digest_of
from assistant.llm.fence import Fence
from assistant.llm.rendering import (
    LANGUAGES,
    fact_lines,
    fence_all,
    flat,
    lines_of,
    number,
    row_of,
    theme_facts,
    voice_lines,
)
from assistant.llm.shapes import schema_text
from prompts import RenderedPrompt, load

COMMON = "draft_proposal"
_TOKENS: dict[SectionName, int] = {"need": 1400, "concept": 1300, "execution": 1800, "value": 1300, "proof": 1200}
_UNITS = {"records": "条", "customers": "位", "percent": "%", "points": "分"}
_STANCES = {"otherwise": "说法相反", "indifferent": "不太在意"}
_RUNGS = (("surface", "表象"), ("secondary", "次深层"), ("deep", "深层"))
_REASONS = {
    "no_evidence": "讲事实而没有声音编号或计数；补上编号，或改成提议、假设",
    "claim_without_evidence": "写成了提议或假设，却在断言客户如何；补上编号写成事实，或改成真正的提议",
    "number_not_counted": "数字不在计数里，也不在所引原话里；改用计数里的数并写上 F 编号，或去掉数字",
    "number_without_source": "数字在所引的声音里找不到；引用说到它的声音，或去掉数字",
    "quote_not_verbatim": "引号里的话与任何声音的原话都不是逐字相同；照抄原话，或去掉引号改成转述",
    "segment_unheard": "说到某个客户群，所引的声音里却没有这个客户群的人；换成这个客户群的声音，或不提它",
    "generalises": "说成普遍、多数、所有，而计数撑不住；说到证据为止",
    "evidence_says_something_else": "所引的声音说的不是这件事；换编号或改句子",
    "blank": "空句",
}


def section_prompt(asked: Asked, fence: Fence) -> RenderedPrompt:
    """What is sent to have one section drafted."""
    common, own = load(COMMON, asked.language), load(f"draft_{asked.section}", asked.language)
    rendered = common.render(**_section_variables(asked, fence))
    return RenderedPrompt(
        f"{common.system}\n\n{own.system}",
        f"{rendered.user}\n\n{own.user}",
        digest_of(common.digest, own.digest),
        own.name,
    )


def section_tokens(section: SectionName) -> int:
    """Tokens that the answer to a section takes, about."""
    return _TOKENS[section]


def sections_digest(*languages: str) -> str:
    """Digest of all prompts and schemas of a proposal in some languages."""
    parts = []
    for language in languages:
        parts.append(load(COMMON, language).digest)
        for section in SECTIONS:
            parts += [load(f"draft_{section}", language).digest, schema_text(DRAFT_OF[section])]
    return digest_of(*parts)


def _section_variables(asked: Asked, fence: Fence) -> dict[str, str]:
    """Variables of ``draft_proposal``."""
    material = asked.material
    parts = {
        "idea": ("点子", _idea(material)),
        "facts": ("主题材料", theme_facts(material.material)),
        "figures": ("计数", lines_of(_figure(figure) for figure in material.figures)),
        "voices": ("声音", voice_lines(material.material.voices)),
        "counter_voices": ("反面与不在意的声音", _counter_voices(material.counter_evidence)),
        "settled": ("已定稿的部分", _settled(asked.settled)),
        "draft": ("你的上一稿", _previous(asked.draft)),
        "complaints": ("上一稿被退回的句子", _complaints(asked.complaints)),
    }
    return fence_all(parts, fence) | {"language": LANGUAGES[asked.language]}


def _idea(material: ProposalMaterial) -> str:
    idea = material.idea
    if material.brief is not None:
        return fact_lines(
            [("产品经理的一句话", flat(material.brief)), ("类型", f"{zh(idea.nbn_type)}({idea.nbn_type})")]
        )
    if not idea.concept:
        return "(还没有点子：请由主题与声音自己提出一个)"
    return fact_lines(
        [
            ("类型", f"{zh(idea.nbn_type)}({idea.nbn_type})"),
            ("名称", idea.title),
            ("为谁", idea.audience),
            ("要做成的事", idea.job_to_be_done),
            ("概念", idea.concept),
            ("特性", ";".join(idea.features)),
            ("有何不同", idea.how_it_differs),
            *((f"改变{zh_rung}", idea.changes.get(rung, "")) for rung, zh_rung in _RUNGS),
            ("路线", f"{zh(idea.route)}({idea.route}):{idea.route_why}"),
            ("假设", ";".join(idea.assumptions)),
            ("之后的需要", ";".join(idea.next_needs)),
        ]
    )


def _figure(figure: CountedFigure) -> str:
    interval = ""
    if figure.interval is not None:
        low, high = (number(bound) for bound in figure.interval)
        interval = f",95% 区间 {low}%–{high}%"
    value = f"{number(figure.value)}{'' if figure.unit == 'percent' else ' '}{_UNITS[figure.unit]}"
    return f"{figure.key} {flat(figure.label)}: {value}{interval}(口径: {flat(figure.query)})"


def _counter_voices(evidence: Sequence[Evidence]) -> str:
    return lines_of(
        f"[{e.n}] {row_of({'立场': _STANCES.get(e.stance), '渠道': zh(e.channel), '产品': e.product, '客群': zh(e.segment)})}"
        f"\n原话: {flat(e.quote)}"
        for e in evidence
    )


def _settled(parts: Sequence[Settled]) -> str:
    return "\n".join(f"# {part.heading}\n{part.text}" for part in parts) or "(无)"


def _previous(draft: SectionDraft | None) -> str:
    """The draft that is to be mended, as it was answered."""
    return "(无)" if draft is None else draft.model_dump_json()


def _complaints(complaints: Sequence[Complaint]) -> str:
    return lines_of(_complaint(n, complaint) for n, complaint in enumerate(complaints, 1))


def _complaint(n: int, complaint: Complaint) -> str:
    lines = [f"{n}. {flat(complaint.text)}"]
    if complaint.words:
        lines.append(f"   出问题的字: {'、'.join(flat(zh(word)) for word in complaint.words)}")
    return "\n".join([*lines, f"   退回的原因: {_REASONS.get(complaint.reason, complaint.reason)}"])
