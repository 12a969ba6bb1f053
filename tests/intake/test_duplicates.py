"""Near-duplicates: linked within one customer and product, rebuilt from signatures, measured on the planted ones."""

import json
from pathlib import Path

import pytest

from assistant.domain.records import RawCustomer, RawRecord, RawTurn
from assistant.intake.duplicates import NearDuplicates, normalise, signature, signature_of
from assistant.intake.privacy import Masker

CASES = Path(__file__).parents[2] / "evals" / "cases" / "xinglan"
LONG = "热水器洗到一半突然变冰又变烫，老人孩子都不敢用，打了三次电话没人来"
CHANGED = "热水器洗到一半突然变冰又变烫，老人孩子都不敢用，打了四次电话没人来！"
OTHER = "打印机升级固件以后隔一会就从网上消失，重启一次只能撑二十分钟"


def linked(first: bytes, second: bytes) -> bool:
    index = NearDuplicates()
    index.add("first", first)
    return index.nearest(second) == "first"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("C1", "X5", LONG), ("C1", "X5", CHANGED), True),
        (("C1", "X5", LONG), ("C2", "X5", LONG), False),
        ((None, "X5", LONG), ("C2", "X5", LONG), True),
        ((None, None, LONG), (None, "X5", LONG), True),
        ((None, "X5", LONG), (None, "P2", LONG), False),
        (("C1", "X5", LONG), ("C1", "P2", LONG), False),
        ((None, "X5", LONG), (None, "X5", OTHER), False),
        (("C1", "X5", LONG), ("C1", "X5", OTHER), False),
        ((None, "X5", "质量很好下次再来"), (None, "X5", "质量很好下次再来"), False),
        ((None, "X5", LONG + "⟦phone:aaaaaa⟧"), (None, "X5", "⟦phone:bbbbbb⟧" + LONG), True),
    ],
)
def test_who_repeats_whom(
    first: tuple[str | None, str | None, str], second: tuple[str | None, str | None, str], expected: bool
) -> None:
    made = [signature(text, customer_id=customer, product=product) for customer, product, text in (first, second)]
    assert linked(*made) is expected


def test_the_earliest_is_the_one_linked_to() -> None:
    index = NearDuplicates()
    for name in ("a", "b", "c"):
        index.add(name, signature(LONG))
    assert index.nearest(signature(LONG)) == "a"
    assert index.nearest(signature(LONG), other_than="a") in {None, "b"}


def test_a_removed_record_is_linked_to_no_more() -> None:
    index = NearDuplicates()
    index.add("a", signature(LONG))
    index.remove("a")
    assert index.nearest(signature(LONG)) is None
    assert len(index) == 0
    index.add("b", signature(LONG))
    assert index.nearest(signature(LONG)) == "b"


def test_width_case_and_punctuation_do_not_matter() -> None:
    assert normalise("Ｘ５ 忽冷，忽热！⟦phone:7f3a9c⟧") == "x5忽冷忽热"


def test_a_text_too_short_leaves_no_trace() -> None:
    index = NearDuplicates()
    index.add("a", signature("太差了"))
    assert signature("太差了") == b""
    assert len(index) == 0


def test_the_planted_repeats_are_found_and_no_other() -> None:
    masker = Masker(b"k" * 32)
    rows = [json.loads(line) for line in (CASES / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    truth = [json.loads(line) for line in (CASES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    planted = {row["id"]: row["duplicate_of"] for row in truth if row["duplicate_of"]}
    index = NearDuplicates()
    found = {}
    for row in sorted(rows, key=lambda row: str(row["created_at"])):
        raw = RawRecord(
            source="s",
            external_id=row["id"],
            channel=row["channel"],
            product=row["product"],
            customer=RawCustomer(id=row["customer"]["id"]),
            text=row["text"] or "",
            turns=tuple(RawTurn(turn["speaker"], turn["text"]) for turn in row["turns"]),
        )
        made = signature_of(masker.mask(raw))
        earlier = index.nearest(made)
        if earlier:
            found[row["id"]] = earlier
        index.add(row["id"], made)
    assert len(planted) == 11
    assert found == planted


def test_a_record_met_again_links_only_to_those_before_it() -> None:
    index = NearDuplicates()
    assert index.meet("a", signature(LONG)) is None
    assert index.meet("b", signature(CHANGED)) == "a"
    assert index.meet("a", signature(LONG)) is None
    assert index.meet("b", signature(CHANGED)) == "a"
    assert index.meet("short", b"") is None
    assert len(index) == 2


def test_a_repeat_is_found_across_thousands_of_records() -> None:
    index = NearDuplicates()
    first = signature(LONG, customer_id="C1", product="X5")
    index.add("first", first)
    for n in range(9_000):
        index.add(f"r{n}", signature(f"{OTHER}{n:05d}", customer_id=f"D{n}"))
    assert index.meet("again", signature(CHANGED, customer_id="C1", product="X5")) == "first"
    assert index.nearest(signature(LONG, product="X5")) == "first"
    assert len(index) == 9_002
