"""What a chat window is given can be shown by any of them: nothing in it leads, loads, runs or formats."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from api.markdown import beside, safe, with_footnotes
from assistant.domain.answers import Answer, Citation, Figure, Need
from assistant.domain.knowledge import Backing

LEADS = {"link_open", "image", "html_inline", "html_block", "code_inline", "code_block", "fence"}
SITE = re.compile(r"(?:https?:|ftp:)?//|www\.|[\w-]\.[^\W\d_\u3400-\u9fff]", re.IGNORECASE)
"""What windows make links of by themselves."""
FORMULA = re.compile(r"\$|\\[(\[]|\\begin")
NASTY = [
    "[点这里](https://evil.example/?d=1)",
    "![x](http://evil.example/p.png)",
    '<img src=x onerror="alert(1)">',
    "<https://evil.example>",
    "见 https://evil.example/a?b=c 或 www.evil.com 或 evil.com",
    "[a]: javascript:alert(1)\n[a]",
    "&lt;script&gt; &#60;b&#x3e;",
    "[^1]: javascript:alert(1)",
    "\\[ \\href{https://evil.example}{x} \\]",
    "$\\href{http://evil.example}{x}$",
    "a@evil.example.com mailto:a@evil.com",
    "````\n<b>\n````",
    "`x` ~~y~~ | a | b |",
    "# 标题\n===\n    缩进",
    "\u202eevil\u200b.com \U000e0041",
    "//evil.example/x ftp://evil.example",
    "www. WWW.坏.com www.1.cn",
    "\\<b>\\[x](//evil.example)",
]


def rendered(text: str) -> set[str]:
    """The kinds of things that a renderer makes of Markdown, inline ones too."""
    return {kind for token in MarkdownIt("commonmark").enable("table").parse(text) for kind in _kinds(token)}


def _kinds(token: Any) -> list[str]:
    return [token.type, *(child.type for child in token.children or ())]


def leads_nowhere(text: str) -> None:
    assert not LEADS & rendered(text), text
    assert not SITE.search(text), text
    assert not FORMULA.search(text), text


def citation(n: int, quote: str) -> Citation:
    return Citation(n, f"r_{n}", quote, 0, len(quote), "ticket", "P2", "2026-08-11T09:00:00+08:00")


@pytest.mark.parametrize("text", NASTY)
def test_hostile_words_are_only_shown(text: str) -> None:
    leads_nowhere(safe(text))


@given(st.text(alphabet=st.sampled_from("[]()<>!`*_~|\\$&;:/.#=-+@ \n\tawevil.com中1^\"'"), max_size=80))
def test_no_words_lead_anywhere(text: str) -> None:
    leads_nowhere(safe(text))


@given(
    st.lists(st.text(alphabet="[]()<>!`\\$&:/.# \naevil.com中1^\"'", min_size=1, max_size=30), min_size=1, max_size=3),
    st.booleans(),
)
def test_no_answer_leads_anywhere(words: list[str], counted: bool) -> None:
    leads_nowhere(shown(words, counted=counted))


def shown(words: list[str], *, counted: bool) -> str:
    """An answer of which every word may be hostile, as a window gets it."""
    said = words[-1]
    citations = tuple(citation(n, quote) for n, quote in enumerate(words, 1))
    answer = Answer(
        id="an_1", question=said, text="\n".join(f"客户说“{quote}”[{n}]" for n, quote in enumerate(words, 1)),
        engine="llm", citations=citations, figures=(Figure(said, 3, "条", "", (1.0, 5.0)),),
        needs=(Need("t_1", said, said, said),), suggested_reply=said, warnings=(said,), clarify=(said,),
        opportunities=({"type": "accessory", "quote": said},),
        backings=(Backing("d_1", said, said, 3, said, 0, len(said)),),
    )  # fmt: skip
    return with_footnotes(answer.text, citations) + beside(answer, "zh", counted=counted)


@pytest.mark.parametrize("text", NASTY)
def test_hostile_words_in_every_place_of_an_answer_are_only_shown(text: str) -> None:
    for counted in (True, False):
        leads_nowhere(shown([text, text], counted=counted))


def test_what_is_not_hostile_stays_as_it_is() -> None:
    for text in (
        "打印机升级3.2之后天天掉线，8.5 折，9:30 来的。",
        "占 12.5%（95% 区间 3–9）",
        "⟦phone:7f3a9c⟧ 说：修了3次",
    ):
        assert safe(text) == text


def test_marks_become_footnotes_and_a_quote_points_nowhere() -> None:
    one = citation(1, "坏了[2]三次")
    text = with_footnotes("客户说“坏了[2]三次”[1]，手册如此[D1]。\n共 3 条。", [one])
    assert text == "客户说“坏了［2］三次”[^1]，手册如此[^D1]。\n\n共 3 条。"


def test_every_footnote_of_the_text_is_explained_and_none_is_the_address_of_a_link() -> None:
    answer = Answer(
        "an_1", "q", "坏了[1][2]。", "rules", citations=(citation(1, "坏了"), citation(2, "javascript:alert(1)"))
    )
    text = with_footnotes(answer.text, answer.citations) + beside(answer, "zh", counted=False)
    for n in (1, 2):
        assert re.search(rf"^\[\^{n}\]: 客户原话 · 工单 · P2 · 2026-08-11 · r\\_{n}：“", text, re.MULTILINE)
    assert "link_open" not in rendered(text)


@pytest.mark.parametrize(("language", "engine"), [("zh", "rules"), ("zh", "llm"), ("en", "rules")])
def test_the_engine_is_named(language: str, engine: Any) -> None:
    answer = Answer("an_1", "q", "好。", engine)
    for counted in (True, False):
        told = {"zh": f"由 {engine} 引擎作答", "en": f"answered by the {engine} engine"}[language]
        assert told in beside(answer, language, counted=counted)


def test_managers_see_figures_and_the_staff_what_to_do() -> None:
    answer = Answer(
        "an_1", "q", "共 3 条。", "rules", figures=(Figure("掉线", 3, "条", "SQL", (1.0, 5.0)),),
        needs=(Need("t_1", "掉线", "打单不停", "不在老板面前丢人"),), suggested_reply="您好。\n这就安排。",
    )  # fmt: skip
    staff, manager = (beside(answer, "zh", counted=counted) for counted in (False, True))
    assert "不在老板面前丢人" in staff
    assert "> 您好。\n>\n> 这就安排。" in staff
    assert "table_open" not in rendered(staff)
    assert "| 掉线 | 3 条 | 1–5 |" in manager
    assert "table_open" in rendered(manager)
    assert "您好" not in manager
    told = replace(answer, text="他在意的是不在老板面前丢人。")
    assert "打单不停" not in beside(told, "zh", counted=False)
