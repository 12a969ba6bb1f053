"""Theme health: what is wrong is found, what is right is let be, and each finding names the edit that would mend it."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme
from assistant.insight.health import Health, health_of
from assistant.insight.members import Member
from tests.insight.samples import embedder, member

STANDING = LadderStanding("stated", "implied", "implied")


def theme(theme_id: str, title: str) -> Theme:
    return Theme(theme_id, title, "", title, "", "", STANDING, "trust", "rules")


def people(first: int, count: int, said: str, **changes: Any) -> list[Member]:
    return [member(n, surface=said, quote=f"{said}第{n}回", **changes) for n in range(first, first + count)]


HOT = people(0, 10, "洗澡水忽冷忽热")
PRICE = people(20, 10, "师傅上门加价", aspect="price", product="L3")


def look(
    themes: dict[str, str], members: dict[str, list[Member]], loose: int = 0, language: Literal["zh", "en"] = "en"
) -> Health:
    everyone = [m for own in members.values() for m in own]
    embed = embedder([*themes.values(), *(f"{m.insight.surface}。{m.insight.quote}" for m in everyone)])
    return health_of([theme(i, t) for i, t in themes.items()], members, loose, embed, language)


def test_sound_themes_are_let_be() -> None:
    found = look({"th_a": "洗澡水忽冷忽热", "th_b": "师傅上门加价"}, {"th_a": HOT, "th_b": PRICE}, 2)
    assert found.findings == ()
    assert (found.themes, found.insights, found.classified, found.unclassified) == (2, 22, 20, 2)
    assert found.unclassified_share == pytest.approx(2 / 22)
    assert found.interval[0] < 2 / 22 < found.interval[1]


def test_the_same_need_twice_is_to_be_merged_into_the_larger() -> None:
    twice = people(40, 6, "洗澡水忽冷忽热")
    found = look({"th_a": "洗澡水忽冷忽热", "th_b": "洗澡水忽冷忽热"}, {"th_a": HOT, "th_b": twice})
    (finding,) = found.findings
    assert (finding.kind, finding.theme_ids) == ("duplicate", ("th_b", "th_a"))
    assert finding.suggestion == "voc theme merge th_b --into th_a"


def test_the_same_words_of_a_dealer_are_no_duplicate() -> None:
    dealers = people(40, 6, "洗澡水忽冷忽热", segment="dealer")
    found = look({"th_a": "洗澡水忽冷忽热", "th_b": "洗澡水忽冷忽热"}, {"th_a": HOT, "th_b": dealers})
    assert found.findings == ()


def test_themes_of_the_same_records_overlap_only_in_the_same_matter() -> None:
    same = [replace(m, insight=replace(m.insight, id=f"{m.insight.id}x", surface="水管接头漏水")) for m in HOT]
    overlapping = look({"th_a": "洗澡水忽冷忽热", "th_b": "水管接头漏水"}, {"th_a": HOT, "th_b": same})
    assert [finding.kind for finding in overlapping.findings] == ["overlap"]
    other = [replace(m, insight=replace(m.insight, aspect="staff")) for m in same]
    assert look({"th_a": "洗澡水忽冷忽热", "th_b": "水管接头漏水"}, {"th_a": HOT, "th_b": other}).findings == ()


def test_the_same_praise_of_two_products_is_not_one_need() -> None:
    titles = {"th_a": "洗澡水不忽冷忽热", "th_b": "洗澡水不忽冷忽热了"}
    here, there = people(0, 10, titles["th_a"]), people(40, 8, titles["th_b"])
    elsewhere = people(40, 8, titles["th_b"], product="L3")
    assert [one.kind for one in look(titles, {"th_a": here, "th_b": there}).findings] in (["overlap"], ["duplicate"])
    assert look(titles, {"th_a": here, "th_b": elsewhere}).findings == ()


def test_a_giant_and_a_jumble_are_too_wide() -> None:
    giant = people(100, 60, "洗澡水忽冷忽热")
    found = look({"th_a": "洗澡水忽冷忽热", "th_b": "师傅上门加价"}, {"th_a": giant, "th_b": PRICE})
    assert [(f.kind, f.theme_ids) for f in found.findings] == [("too_wide", ("th_a",))]
    said = ("粉盒贵", "锁没电", "门口等", "看不清屏", "刷子缠毛", "装机漏风", "发票不来", "猫毛", "电话打不通", "水垢")
    aspects = (
        "price",
        "quality",
        "staff",
        "usability",
        "design",
        "installation",
        "delivery",
        "parts",
        "privacy",
        "software",
    )
    jumble = [
        member(200 + n, surface=words, quote=words * 2, aspect=aspect, product=f"M{n}")
        for n, (words, aspect) in enumerate(zip(said, aspects, strict=True))
    ]
    found = look(
        {"th_a": "洗澡水忽冷忽热", "th_b": "师傅上门加价", "th_c": "杂"}, {"th_a": HOT, "th_b": PRICE, "th_c": jumble}
    )
    assert [(f.kind, f.theme_ids) for f in found.findings] == [("too_wide", ("th_c",))]
    assert "voc theme split th_c" in found.findings[0].suggestion


def test_too_thin_and_unclassified_are_told() -> None:
    found = look({"th_a": "洗澡水忽冷忽热", "th_b": "包装难拆"}, {"th_a": HOT, "th_b": people(60, 2, "包装难拆")}, 8)
    assert [f.kind for f in found.findings] == ["too_thin", "unclassified"]
    assert found.findings[0].suggestion == "voc theme archive th_b"
    assert found.findings[1].suggestion == "voc themes --rebuild"


def test_nothing_is_sound() -> None:
    assert health_of([], {}, 0, embedder(["无", "有"])).findings == ()


def test_a_theme_told_three_times_is_one_command_and_the_sentences_follow_the_language() -> None:
    one, two = people(40, 6, "洗澡水忽冷忽热"), people(60, 4, "洗澡水忽冷忽热")
    titles = dict.fromkeys(("th_a", "th_b", "th_c"), "洗澡水忽冷忽热")
    members = {"th_a": HOT, "th_b": one, "th_c": two}
    (finding,) = look(titles, members).findings
    assert finding.suggestion == "voc theme merge th_b th_c --into th_a"
    assert finding.theme_ids == ("th_b", "th_c", "th_a")
    (told,) = look(titles, members, language="zh").findings
    assert told.suggestion == finding.suggestion
    assert "同一件事" in told.why
    assert "same thing" in finding.why


def test_what_is_too_wide_is_split_by_one_command() -> None:
    wide = {"th_a": people(0, 60, "洗澡水忽冷忽热"), "th_b": PRICE}
    (finding,) = look({"th_a": "洗澡水忽冷忽热", "th_b": "师傅上门加价"}, wide, 40).findings[:1]
    assert (finding.kind, finding.suggestion) == ("too_wide", "voc theme split th_a --by-meaning")
