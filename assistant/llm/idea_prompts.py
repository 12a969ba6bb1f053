"""Knows how themes, what is counted of them and what there is already are written down for a model that is asked for ideas."""

from collections.abc import Iterable, Sequence

from assistant.domain.ideas import LENS_ZH, Brief, LensName
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.domain.vocabulary import zh
from assistant.llm.fence import Fence
from assistant.llm.rendering import LANGUAGES, fact_lines, fence_all, flat, lines_of, theme_facts, voice_lines

_ANY: tuple[LensName, ...] = ("job", "product_as_service", "service_income")
"""Where nobody has chosen."""
_LINK = {
    "shared": "多个主题，同一种深层需求出现在不同产品上：每个点子要同时回应其中至少两个",
    "transfer": "两个主题：把前一个里被称赞的道理，用到后一个疼的地方；每个点子两边都要引",
}


def idea_variables(
    material: ThemeMaterial,
    fence: Fence,
    language: str,
    brief: Brief = Brief(),  # noqa: B008  (frozen)
) -> dict[str, str]:
    """Variables of ``suggest_ideas``: the lenses outside the boundaries, for they are ours; all else within."""
    parts = {
        "facts": ("主题材料", _material(material, brief)),
        "house": ("已有的东西", _house(brief)),
        "voices": ("声音", voice_lines(material.voices)),
    }
    lenses = "、".join(f"{name} {LENS_ZH[name]}" for name in brief.lenses or _ANY)
    return fence_all(parts, fence) | {"language": LANGUAGES[language], "lenses": lenses}


def _material(material: ThemeMaterial, brief: Brief) -> str:
    counted = [
        ("为什么是现在", brief.why_now),
        ("客群(客户数)", "、".join(f"{zh(segment)} {count} 位" for segment, count in brief.segments)),
    ]
    facts = "\n".join(part for part in (theme_facts(material), fact_lines(counted)) if part)
    if brief.link is None:
        return facts
    of_each = [_one(n, theme, *span) for n, (theme, span) in enumerate(zip(brief.themes, brief.spans, strict=True), 1)]
    return "\n".join([_LINK[brief.link], *of_each, "合起来:", facts])


def _one(n: int, theme: Theme, first: int, last: int) -> str:
    told = [
        (f"主题 {n}", f"《{flat(theme.title)}》，声音 {first}–{last}"),
        ("  定义", flat(theme.definition)),
        ("  深层需求", f"{flat(theme.deep)}（{zh(theme.deep_category)}）"),
        ("  计数", f"{theme.records} 条记录,{theme.customers} 位客户，趋势 {zh(theme.trend)}"),
    ]
    return fact_lines(told)


def _house(brief: Brief) -> str:
    told: Sequence[tuple[str, Iterable[str]]] = (
        ("产品线", brief.catalogue),
        ("别处被称赞的", brief.delights),
        ("别处正疼的", brief.sores),
        ("已发布或已修复", brief.released),
        ("路线图上", brief.planned),
        ("产品经理否决过的点子", brief.rejected),
        ("已有的点子(本主题与邻近主题)", brief.earlier),
    )
    return lines_of(f"{name}: {'；'.join(flat(text) for text in texts)}" for name, texts in told if texts)
