"""Knows how records, voices, figures and ideas are written down for a model, each between boundary lines."""

from collections.abc import Iterable, Sequence

from assistant.domain.answers import AnswerMaterial, Figure, Plan
from assistant.domain.engine import Misquote
from assistant.domain.knowledge import Backing
from assistant.domain.records import Record
from assistant.domain.themes import Theme, ThemeMaterial, Voice
from assistant.domain.vocabulary import zh
from assistant.llm.fence import Fence, fenced
from assistant.llm.windows import Window, window_text

RENDERING = "2"
"""Part of every identity: raise it when anything here changes what a model is shown."""
CONTEXT_CHARS = 400
PASSAGE_CHARS = 300
PLAIN_TONE = "平实、诚恳，像人说话"
"""How a reply sounds where the house has said nothing."""
LANGUAGES = {"zh": "简体中文", "en": "English"}


def record_variables(pack: Sequence[Record], fence: Fence) -> dict[str, str]:
    """Variables of ``extract_insights`` but the company's: the records as R1, R2 … in the pack's order."""
    return _numbered([f"{_facts_of(record)}\n正文:\n{record.text}" for record in pack], fence)


def window_variables(record: Record, window: Window, needs: Sequence[str], fence: Fence) -> dict[str, str]:
    """The same for one window of a long record; `needs` are the surfaces read out of the windows before it."""
    known = "".join(f"\n前几段已读出的需求 {n}: {flat(need)}" for n, need in enumerate(needs, 1))
    place = f"第 {window.n}/{window.of} 段"
    return _numbered([f"{_facts_of(record)}\n{place}{known}\n正文:\n{window_text(record, window)}"], fence)


def requote_variables(records: Sequence[Record], asked: Sequence[tuple[int, Misquote]], fence: Fence) -> dict[str, str]:
    """Variables of ``repair_quotes``: the records, and the quotes asked for again as Q1, Q2 … with the record's place."""
    rows = [
        f"Q{n} | 记录 R{place + 1} | {_PURPOSE[misquote.field]} | {_REFUSAL.get(misquote.reason, '对不上原文')}\n"
        f"需求: {flat(misquote.surface)}\n原来的引文: {flat(misquote.quote)}"
        for n, (place, misquote) in enumerate(asked, 1)
    ]
    bodies = [f"{_facts_of(record)}\n正文:\n{record.text}" for record in records]
    token = fence.token([*bodies, *rows])
    blocks = [fenced(f"记录 R{n}", token, body) for n, body in enumerate(bodies, 1)]
    asking = fenced("待补的引文", token, "\n".join(rows))
    return {"token": token, "count": str(len(asked)), "records": "\n\n".join(blocks), "asked": asking}


def naming_variables(material: ThemeMaterial, fence: Fence, language: str) -> dict[str, str]:
    """Variables of ``name_theme``: what was counted of the group, the themes beside it, its typical members and those at
    its edge; earlier words only as what may be left behind."""
    parts = {
        "facts": ("主题材料", _unnamed(material)),
        "neighbours": ("邻近主题(别与它们混)", lines_of(f"- {flat(title)}" for title in material.neighbours)),
        "voices": ("声音", voice_lines(material.voices)),
        "edge": ("边缘声音(逐条判断收不收)", voice_lines(material.edge)),
    }
    return fence_all(parts, fence) | {"language": LANGUAGES[language]}


def checking_variables(material: ThemeMaterial, fence: Fence) -> dict[str, str]:
    """Variables of ``check_members``: the theme as it is defined, the themes beside it, and those to be judged."""
    theme = material.theme
    said = [("主题", _title(theme)), ("定义", theme.definition), ("表象需求", theme.surface)]
    said += [("次深层需求", theme.secondary), ("深层需求", theme.deep), ("情绪", zh(material.sentiment))]
    parts = {
        "facts": ("主题材料", fact_lines(said)),
        "neighbours": ("邻近主题", lines_of(f"- {flat(title)}" for title in material.neighbours)),
        "edge": ("待判断的声音", voice_lines(material.edge)),
    }
    return fence_all(parts, fence)


def answer_variables(material: AnswerMaterial, fence: Fence) -> dict[str, str]:
    """Variables of ``answer_question``; figures are F1, F2 … in order, documents D1 …, solved feedback S1 …"""
    needs = (f"- {need.surface} → {need.secondary} → {need.deep}" for need in material.needs)
    parts = {
        "plan": ("检索与计数的范围", _plan(material.plan)),
        "figures": ("数字", lines_of(_figure(n, figure) for n, figure in enumerate(material.figures, 1))),
        "needs": ("需求主题", lines_of(needs)),
        "voices": ("声音", voice_lines(material.voices)),
        "documents": ("文件", lines_of(_backing(f"D{n}", d) for n, d in enumerate(material.documents, 1))),
        "solved": ("先例", lines_of(_backing(f"S{n}", s) for n, s in enumerate(material.solved, 1))),
        "question": ("问题", material.question),
    }
    language = LANGUAGES.get(material.language, material.language)
    return fence_all(parts, fence) | {"language": language, "tone": flat(material.tone) or PLAIN_TONE}


def ranking_variables(question: str, passages: Sequence[str], fence: Fence) -> dict[str, str]:
    """Variables of ``rerank_passages``: the question, and the passages numbered from 1, long ones cut short."""
    listed = lines_of(f"[{n}] {flat(passage)[:PASSAGE_CHARS]}" for n, passage in enumerate(passages, 1))
    parts = {"question": ("问题", question), "passages": ("片段", listed)}
    return fence_all(parts, fence) | {"count": str(len(passages))}


def number(value: float) -> str:
    """A figure's value as a model shall copy it: whole numbers without a point, others to four places."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.4f}".rstrip("0")


def fence_all(parts: dict[str, tuple[str, str]], fence: Fence) -> dict[str, str]:
    """Named parts, each between boundary lines of one token, and the token: variables of a prompt."""
    token = fence.token([body for _, body in parts.values()])
    return {"token": token} | {name: fenced(kind, token, body) for name, (kind, body) in parts.items()}


def _numbered(bodies: Sequence[str], fence: Fence) -> dict[str, str]:
    token = fence.token(bodies)
    blocks = [fenced(f"记录 R{n}", token, body) for n, body in enumerate(bodies, 1)]
    return {"token": token, "count": str(len(bodies)), "records": "\n\n".join(blocks)}


_PURPOSE = {"quote": "需求引文", "opportunity": "商机引文", "suggestion": "建议原话"}
_REFUSAL = {
    "quote_not_found": "正文里没有这句",
    "quote_of_agent": "不是客户说的",
    "quote_across_turns": "跨了话轮",
    "quote_too_short": "太短",
    "quote_empty": "空的",
}


def _facts_of(record: Record) -> str:
    customer = record.customer
    facts = {
        "渠道": zh(record.channel),
        "产品": record.product,
        "型号": record.model,
        "客群": zh(customer.segment) if customer else None,
        "日期": record.day,
        "评分": number(record.rating) if record.rating is not None else None,
        "购于": customer.since if customer else None,
        "已有产品": "、".join(customer.owned) if customer else None,
        "标题": record.title,
    }
    return row_of(facts)


def theme_facts(material: ThemeMaterial) -> str:
    """A theme as a prompt tells it: its words, its trend, what was counted of it."""
    theme = material.theme
    facts = [
        ("主题", _title(theme)),
        ("定义", theme.definition),
        ("表象需求", theme.surface),
        ("次深层需求", theme.secondary),
        ("深层需求", theme.deep),
        ("深层类别", f"{zh(theme.deep_category)}({theme.deep_category})" if theme.title else ""),
        ("趋势", zh(theme.trend) if theme.records else ""),
        *_counted(material),
    ]
    return fact_lines(facts)


def _unnamed(material: ThemeMaterial) -> str:
    """A group that is to be named: a theme without a definition was never named, its words are one voice's."""
    theme = material.theme
    votes = "、".join(f"{zh(name)}({name}) {count}" for name, count in material.deep_categories)
    facts = [
        ("旧名(成员变了,可不沿用)", _title(theme) if theme.definition else ""),
        ("旧定义(可不沿用)", theme.definition),
        ("深层类别(各记录的票)", votes),
        *_counted(material),
    ]
    return fact_lines(facts) or "(无)"


def _title(theme: Theme) -> str:
    return f"《{theme.title}》" if theme.title else ""


def _counted(material: ThemeMaterial) -> list[tuple[str, str]]:
    theme = material.theme
    return [
        ("情绪", zh(material.sentiment)),
        ("计数", f"{theme.records} 条记录,{theme.customers} 位客户" if theme.records else ""),
        ("产品", _counts(material.products)),
        ("客群", _counts(material.segments)),
        ("方面", _counts(material.aspects)),
        ("商机", _counts(material.opportunities)),
    ]


def fact_lines(facts: Iterable[tuple[str, str]]) -> str:
    """Facts a line each, those without a value left out."""
    return "\n".join(f"{name}: {value}" for name, value in facts if value)


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return "、".join(f"{zh(name)} {count}" for name, count in counts)


def voice_lines(voices: Sequence[Voice]) -> str:
    """Numbered voices with where they come from, what was read out of them, and their wish."""
    return "\n".join(_voice(voice) for voice in voices) or "(无)"


def _voice(voice: Voice) -> str:
    facts = {"渠道": zh(voice.channel), "产品": voice.product, "日期": (voice.created_at or "")[:10]}
    lines = [f"[{voice.n}] {row_of(facts | {'客群': zh(voice.segment)})}", f"原话: {flat(voice.quote)}"]
    ladder = [rung for rung in (voice.surface, voice.secondary, voice.deep) if rung]
    if ladder:
        lines.append(f"三层: {' → '.join(ladder)}")
    if voice.suggestion and voice.suggestion not in voice.quote:
        lines.append(f"建议: {flat(voice.suggestion)}")
    if voice.context and voice.context != voice.quote:
        lines.append(f"上下文: {flat(voice.context)[:CONTEXT_CHARS]}")
    return "\n".join(lines)


def _plan(plan: Plan) -> str:
    filters = plan.filters
    facts = {
        "产品": "、".join(filters.product),
        "渠道": "、".join(map(zh, filters.channel)),
        "客群": "、".join(map(zh, filters.segment)),
        "起": filters.since,
        "止": filters.until,
        "深层类别": "、".join(map(zh, filters.deep_category)),
        "方面": "、".join(map(zh, filters.aspect)),
        "情绪": "、".join(map(zh, filters.sentiment)),
        "意图": "、".join(plan.intents),
    }
    return row_of(facts) or "(不限)"


def _figure(n: int, figure: Figure) -> str:
    interval = f",95% 区间 {number(figure.interval[0])}–{number(figure.interval[1])}" if figure.interval else ""
    return f"F{n} {figure.label}: {number(figure.value)} {figure.unit}{interval}(口径: {figure.query})"


def _backing(name: str, backing: Backing) -> str:
    page = f"（第 {backing.page} 页）" if backing.page is not None else ""
    return f"{name} 《{flat(backing.title)}》{flat(backing.heading)}{page}\n原文: {flat(backing.quote)}"


def lines_of(rows: Iterable[str]) -> str:
    """Rows a line each; a word for none where there is none."""
    return "\n".join(rows) or "(无)"


def row_of(facts: dict[str, str | None]) -> str:
    """Facts on one line."""
    return " | ".join(f"{name}: {flat(value)}" for name, value in facts.items() if value)


def flat(text: str) -> str:
    """A text on one line, so that no line of it can look like the next voice's."""
    return " ".join(text.split())
