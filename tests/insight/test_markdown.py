"""The document shows every text letter by letter: what customers write can become no markup."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.proposal_drafts import ConcernDraft
from assistant.insight.markdown import escape, render
from assistant.insight.wordlist import section
from tests.insight.samples import claim, plan
from tests.insight.test_proposals import drafted

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/a.png)",
    "[点我](javascript:alert(1))",
    "[1[2]](http://evil.example)",
    "| a | b |\n|---|---|",
    "`rm -rf`",
    "# 标题",
    "> 引用\n- 列表",
    "1. 一",
    "http://evil.example www.evil.example",
    "[x]: http://evil.example",
    "&lt;b&gt;",
    "$$x$$ ~~y~~ **z** _w_ ^[note]",
)
_MARKUP = re.compile(
    r"(?<!\\)(?:[`*~|$^{}<>]|(?<![^\W_\\])_(?![^\W_])|!\[|\]\()|(?<!\\)://|^\s*(?:[#>+=-]|\d+[.)](?:\s|$))"
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    shown = escape(text)
    assert not _MARKUP.search(shown)
    assert "\n" not in shown
    assert html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown)) == " ".join(text.split())


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_shown_letter_by_letter_and_is_no_markup(text: str) -> None:
    shown = escape(text)
    assert not _MARKUP.search(shown)
    assert html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown)) == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_quotes_and_drafts_leave_the_document_whole(text: str) -> None:
    calm = drafted()
    evidence = tuple(replace(item, quote=text, product=text) for item in calm.evidence)
    hostile_proposal = drafted(
        concept={"title": text, "what": [plan(text)]},
        proof={"risks": [plan(text)], "disconfirming_question": text},
        need={"situation": [claim(text, 1)], "concerns": [ConcernDraft(segment="consumer", claims=[claim(text, 1)])]},
    )
    document = render(replace(hostile_proposal, evidence=evidence))
    assert "<" not in document
    assert "](" not in document
    plain, hostile = render(calm).splitlines(), document.splitlines()
    assert [line for line in hostile if line.startswith("#")][1:] == [line for line in plain if line.startswith("#")][
        1:
    ]
    for line in hostile:
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (3, 4, 5, 8)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_of_the_proposal_is_in_the_document(language: str) -> None:
    proposal = drafted()
    document = render(proposal, language)  # type: ignore[arg-type]
    for number, heading in enumerate(section(language, "heading").values(), start=1):  # type: ignore[arg-type]
        assert f"\n## {number}. {heading}\n" in document
    for item in (*proposal.evidence, *proposal.counter_evidence):
        assert f"[{item.n}] 「{item.quote}」" in document
    assert escape(proposal.next_test) in document


def test_the_document_says_what_is_assumed_and_who_drafted() -> None:
    said = [claim("我们假设他们愿意试用", kind="assumption"), claim("水温忽冷忽热", 1)]
    proposal = drafted(need={"situation": said})
    document = render(replace(proposal, engine="rules"))
    assert "我们假设他们愿意试用（假设）" in document
    assert "水温忽冷忽热[1]" in document
    assert document.count("规则引擎起草（未使用大模型）") == 2
    assert "更好的产品" in document
    assert "偏向降本" in document
    assert "大模型起草" in render(proposal)


def test_both_languages_have_the_same_words() -> None:
    for table in ("heading", "label", "figure", "figure_how"):
        english = {key for key in section("en", table) if not key.startswith("word_") or key in section("zh", table)}
        assert section("zh", table).keys() == english
