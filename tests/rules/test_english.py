"""Proposals by the rules in English: every sentence of ours is English, what others said stays as they said it, and all stands."""

import re
from dataclasses import replace

import pytest

from assistant.domain.proposal_drafts import SECTIONS
from assistant.domain.proposals import Asked
from assistant.domain.vocabulary import ASPECTS, NBN_TYPES, SEGMENTS, NbnType
from assistant.insight.dossier import Subject, compile_dossier
from assistant.insight.markdown import render
from assistant.insight.portrait import portray
from assistant.insight.proposals import draft
from assistant.rules.engine import RulesEngine
from assistant.rules.lexicon import table
from assistant.rules.tongue import Tongue
from tests.insight.samples import member
from tests.insight.test_ideas import theme as theme_of
from tests.insight.test_proposals import IDEA, MEMBERS, PRAISE, TOTALS
from tests.rules.test_writing import _claims_in, proposal

ENGINE = RulesEngine()
_HAN = re.compile("[一-龥]")
_OTHERS = re.compile(r"“[^”]*”|「[^」]*」|《[^》]*》")


def own_words(text: str, *said: str) -> str:
    """A sentence without what customers said, names of themes and ideas, and the rungs of the ladder."""
    for one in said:
        text = text.replace(one, "")
    return _OTHERS.sub("", text)


@pytest.mark.parametrize("counter", [False, True])
@pytest.mark.parametrize("kind", NBN_TYPES)
def test_no_sentence_of_ours_is_chinese(kind: NbnType, counter: bool) -> None:
    material = proposal(counter)
    material = replace(material, idea=replace(material.idea, nbn_type=kind))
    ladder = material.material.theme
    for section in SECTIONS:
        made = ENGINE.draft_section(Asked(section, material, language="en"))
        for claim in _claims_in(made.model_dump()):
            text = str(claim["text"])
            assert not _HAN.search(own_words(text, ladder.secondary, ladder.deep)), text
            assert text[0].isupper() or not text[0].isascii(), text
            assert text[-1] in ".!?", text
            assert "{" not in text


@pytest.mark.parametrize("glad", [False, True])
def test_every_sentence_stands_and_the_document_is_english(glad: bool) -> None:
    members = PRAISE if glad else MEMBERS
    subject = Subject(replace(IDEA, assumptions=("愿意加价",)), portray(theme_of(1, 5), members), members)
    dossier = compile_dossier(subject, [*MEMBERS, *PRAISE], TOTALS, "en")
    made = draft(ENGINE, dossier, "en")
    assert made.provenance["removed"] == []
    assert made.provenance["coverage_receipt"]["marked"] == 0  # type: ignore[index]
    ladder = made.need_ladder
    document = render(made, "en")
    for line in document.splitlines():
        rest = own_words(line, str(ladder["surface"]), str(ladder["secondary"]), str(ladder["deep"]))
        assert not re.search(r"[（）、，。；：]", rest), line
    assert "Drafted by the rules engine" in document
    assert "愿意加价" not in document


def test_an_idea_worded_in_english_is_told_in_its_own_words() -> None:
    idea = replace(IDEA, title="A tap that holds its heat", concept="It locks the highest heat", features=("A lock",))
    members = [*MEMBERS, member(40, quote="水温跳得厉害")]
    dossier = compile_dossier(Subject(idea, portray(theme_of(1, 6), members), members), members, TOTALS, "en")
    made = draft(ENGINE, dossier, "en")
    assert made.title == "A tap that holds its heat"
    assert "It locks the highest heat" in str(made.concept["what"])
    assert "kept in Chinese" not in str(made.concept["what"])


def test_the_english_file_holds_what_the_chinese_one_does() -> None:
    chinese, english = table("documents"), table("documents_en")
    for section, rows in chinese.items():
        missing = set(rows) - set(english[section]) - {"changes_surface", "changes_secondary", "assumption"}
        assert not missing, section
    assert set(english["what"]) == set(ASPECTS)
    assert set(english["segments"]) == {*SEGMENTS, "unknown"}
    assert set(english["feature_of"]) == set(NBN_TYPES)


def test_a_text_is_ones_own_by_its_letters() -> None:
    assert Tongue("en").own("A lock for L3")
    assert not Tongue("en").own("给老人的门锁")
    assert Tongue("zh").own("A lock for L3")
