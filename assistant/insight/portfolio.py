"""All ideas on one page, best first by NBN type, as HTML that needs nothing else or as Markdown."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain.ideas import LENS_ZH, Idea
from assistant.domain.vocabulary import NBN_TYPES, zh
from assistant.insight.likeness import Spread
from assistant.insight.scoring import effort_class

_EFFORT = {"light": "轻", "medium": "中", "heavy": "重"}
_MARKS = {
    "cost_cutting": ("仅是压缩服务成本，脱离闭环", "merely cuts the cost of service"),
    "parts_selling": ("仅是卖配件耗材，脱离闭环", "merely sells parts"),
    "warranty_selling": ("仅是卖保修，脱离闭环", "merely sells warranties"),
    "failure_charging": ("为自家的失误收钱，脱离闭环", "charges for the maker's own failures"),
}
_WORDS = {
    "title": ("NBN 点子组合", "Portfolio of NBN ideas"),
    "job": ("要做成的事", "Job"),
    "who": ("给谁", "For whom"),
    "now": ("为什么是现在", "Why now"),
    "changes": ("变化", "Changes"),
    "assumed": ("假设与验证", "Assumed, and how to find out"),
    "next": ("满足之后", "Wanted next"),
    "voices": ("原话", "Voices"),
    "themes": ("主题", "Themes"),
    "route": ("路线", "Route"),
    "score": ("得分", "Score"),
    "lens": ("视角", "Lens"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """An idea with the titles of its themes and some quotes of its evidence."""

    idea: Idea
    themes: tuple[str, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All ideas in force."""

    ideas: tuple[Card, ...]
    spread: Spread
    coverage: float
    themes: int
    """Themes of five or more customers, of which `coverage` is the share that has ideas."""


def render_html(found: Portfolio, language: str = "zh") -> str:
    """A page that needs no other file and no network; everything in it is escaped."""
    n = _n(language)
    head = (
        f"<!doctype html><html lang={'zh-CN' if n == 0 else 'en'}><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>{_WORDS['title'][n]}</title><style>{_STYLE}</style><h1>{_WORDS['title'][n]}</h1>"
    )
    parts = [head, f"<p class=sum>{html.escape(_summary(found, language))}</p>"]
    for kind in NBN_TYPES:
        cards = [card for card in found.ideas if card.idea.nbn_type == kind]
        parts.append(f"<h2>{zh(kind) if n == 0 else kind.replace('_', ' ')} · {len(cards)}</h2>")
        parts += [_card_html(card, n) for card in cards]
    return "".join(parts) + "</html>\n"


def render_markdown(found: Portfolio, language: str = "zh") -> str:
    """The same as Markdown; signs that Markdown or HTML would read are made harmless."""
    n = _n(language)
    lines = [f"# {_WORDS['title'][n]}", "", _summary(found, language), ""]
    for kind in NBN_TYPES:
        cards = [card for card in found.ideas if card.idea.nbn_type == kind]
        lines += [f"## {zh(kind) if n == 0 else kind.replace('_', ' ')} · {len(cards)}", ""]
        for card in cards:
            lines += [f"### {_plain(card.idea.title)}", ""]
            lines += [f"- **{name}** {_plain(text)}" for name, text in _rows(card, n)]
            lines.append("")
    return "\n".join(lines)


def _card_html(card: Card, n: int) -> str:
    idea = card.idea
    rows = "".join(f"<dt>{html.escape(name)}<dd>{html.escape(text)}" for name, text in _rows(card, n))
    width = round(100 * min(1.0, idea.rank))
    warned = " missed" if any(mark in _MARKS for mark in idea.marks) else ""
    return (
        f'<article class="card{warned}" id={html.escape(idea.id)}><h3>{html.escape(idea.title)}'
        f"<small>{html.escape(idea.id)} · {idea.engine}</small></h3>"
        f'<div class=bar><i style="width:{width}%"></i></div><p>{html.escape(idea.concept)}</p><dl>{rows}</dl></article>'
    )


def _rows(card: Card, n: int) -> Iterator[tuple[str, str]]:
    idea = card.idea
    for mark in idea.marks:
        if mark in _MARKS:
            yield "!", _MARKS[mark][n]
    yield _WORDS["who"][n], idea.audience
    yield _WORDS["job"][n], idea.job_to_be_done
    if idea.features:
        yield "·", "；".join(idea.features)
    yield _WORDS["changes"][n], " → ".join(text for text in idea.changes.values() if text)
    yield _WORDS["now"][n], f"{_people(idea, n)}。{idea.why_now}" if n == 0 else f"{_people(idea, n)}. {idea.why_now}"
    yield _WORDS["assumed"][n], "；".join(_tested(idea))
    yield _WORDS["next"][n], "；".join(idea.next_needs)
    yield _WORDS["voices"][n], " ".join(f"「{quote}」" for quote in card.quotes)
    yield _WORDS["themes"][n], "、".join(card.themes)
    yield _WORDS["route"][n], f"{zh(idea.route) if n == 0 else idea.route}：{idea.route_why}"
    if idea.lens:
        yield _WORDS["lens"][n], LENS_ZH[idea.lens] if n == 0 else idea.lens.replace("_", " ")
    yield _WORDS["score"][n], _scored(idea, n)


def _tested(idea: Idea) -> Sequence[str]:
    tests = [*idea.tests, *[""] * len(idea.assumptions)]
    return [f"{text}（{test}）" if test else text for text, test in zip(idea.assumptions, tests, strict=False)]


def _people(idea: Idea, n: int) -> str:
    segments = "、".join(f"{zh(name) if n == 0 else name} {count}" for name, count in idea.segments)
    told = f"{idea.customers} 位客户" if n == 0 else f"{idea.customers} customers"
    return f"{told}（{segments}）" if segments else told


def _scored(idea: Idea, n: int) -> str:
    parts = " · ".join(f"{name} {value:.2f}" for name, value in idea.score_parts.items())
    effort = effort_class(idea.score_parts.get("effort", 0.0))
    votes = f"{idea.votes[0]}↑ {idea.votes[1]}↓"
    return f"{idea.score:.2f} → {idea.rank:.2f} ({parts}; {_EFFORT[effort] if n == 0 else effort}; {votes})"


def _summary(found: Portfolio, language: str) -> str:
    across = sum(len(card.idea.theme_ids) > 1 for card in found.ideas)
    near = f"{found.spread.pairs:.2f} / {found.spread.nearest:.2f}"
    if _n(language) == 0:
        return (
            f"{len(found.ideas)} 个点子，其中 {across} 个跨主题；五位客户以上的主题 {found.themes} 个，"
            f"有点子的占 {found.coverage:.0%}；两两相似度均值 / 最近邻均值 {near}。"
        )
    return (
        f"{len(found.ideas)} ideas, {across} across themes; of {found.themes} themes of five customers or more "
        f"{found.coverage:.0%} have ideas; mean likeness of pairs / of nearest {near}."
    )


def _plain(text: str) -> str:
    for sign, harmless in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("[", "\\["),
        ("`", "\\`"),
        ("*", "\\*"),
        ("_", "\\_"),
    ):
        text = text.replace(sign, harmless)
    return " ".join(text.split())


def _n(language: str) -> int:
    return 1 if language == "en" else 0


_STYLE = (
    "body{font:15px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c2430;background:#fafbfc}h2{border-bottom:2px solid #2f6f9f;padding-bottom:.2rem;margin-top:2rem}"
    ".card{background:#fff;border:1px solid #dde3ea;border-radius:8px;padding:.8rem 1.1rem;margin:.9rem 0;break-inside:avoid}"
    ".missed{border-color:#c0392b;opacity:.85}h3{margin:0 0 .3rem}h3 small{font-weight:400;color:#7a8694;margin-left:.6rem;"
    "font-size:.75rem}.bar{height:5px;background:#e8edf2;border-radius:3px}.bar i{display:block;height:5px;background:#2f6f9f;"
    "border-radius:3px}dl{display:grid;grid-template-columns:7.5rem 1fr;gap:.15rem .6rem;margin:.5rem 0 0;font-size:.9rem}"
    "dt{color:#5b6775}dd{margin:0}.sum{color:#5b6775}"
)
