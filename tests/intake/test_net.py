"""The second net: whatever draft a model makes, no personal value that the masker knows comes out of it."""

import pytest

from assistant.domain.drafts import ReadingsDraft
from assistant.intake.privacy import Masker, SecondNet
from tests.insight.samples import idea_draft, insight_draft, reading_draft

PHONE = "13912345678"
SAID = f"联系电话{PHONE}"


def net() -> SecondNet:
    return SecondNet(Masker(b"k" * 32))


@pytest.mark.parametrize("field", ["surface", "secondary", "deep", "suggestion", "quote"])
def test_every_text_of_a_reading_is_scanned(field: str) -> None:
    scanner = net()
    draft = ReadingsDraft(readings=[reading_draft("R1", insight_draft(**{field: SAID}))])
    scanned = scanner.scan(draft)
    assert PHONE not in scanned.model_dump_json()
    assert "⟦phone:" in getattr(scanned.readings[0].insights[0], field)
    assert scanner.caught == 1
    assert scanner.scan(scanned) is scanned, "what was masked once stays as it is"


def test_lists_of_texts_are_scanned() -> None:
    scanner = net()
    scanned = scanner.scan(idea_draft(features=["好用", SAID]))
    assert scanned.features[0] == "好用"
    assert PHONE not in scanned.features[1]


def test_a_clean_draft_comes_back_itself() -> None:
    scanner = net()
    for draft in (reading_draft("r_1390123456789012", insight_draft()), idea_draft()):
        assert scanner.scan(draft) is draft
    assert scanner.caught == 0


def test_ids_and_verbatim_masks_are_left_alone() -> None:
    draft = reading_draft(PHONE, insight_draft("打⟦phone:aaaaaa⟧没人接"))
    assert net().scan(draft) is draft


@pytest.mark.parametrize(
    ("said", "shown", "masked"),
    [
        ("在客户和老板面前把事办成", "客户说老板催着要用", False),
        ("企业客户谈总控台的事", "总控台连不上，谈了三次", False),
        ("联系人王小明说没人接", "王小明来电说没人接", True),
        ("联系人王小明说没人接", "我叫王 小明，没人接", True),
        ("联系人王小明说没人接", "小明说没人接", True),
        ("联系人王小明说没人接", "没人接", False),
        ("the contact Wang Xiaoming called, tel 13912345678", "王小明来电", True),
    ],
)
def test_a_name_is_believed_where_the_model_was_told_of_it(said: str, shown: str, masked: bool) -> None:
    scanned = net().scan(insight_draft(surface=said), shown)
    assert (scanned.surface != said) is masked
    assert PHONE not in scanned.surface
    assert (net().prose(said, shown) != said) is masked
    assert net().scan(insight_draft(surface="联系人王小明说没人接")).surface != "联系人王小明说没人接"


def test_a_name_found_in_a_torn_quote_is_left_to_the_verification() -> None:
    draft = reading_draft("R1", insight_draft("联系人王小明说", suggestion="联系人王小明说", surface="联系人王小明说"))
    (scanned,) = net().scan(draft).insights
    assert (scanned.quote, scanned.suggestion) == ("联系人王小明说", "联系人王小明说")
    assert "王小明" not in scanned.surface
