"""Near-duplicates: who repeats whom, judged on pairs written for it and on the planted repeats of the sample."""

import json
import tomllib
from pathlib import Path

import pytest

from assistant.domain.records import RawCustomer, RawRecord, RawTurn, Record
from assistant.intake.duplicates import normalise, print_of, signatures_of
from assistant.intake.linking import Linker
from assistant.intake.privacy import Masker
from tests.records.builders import record

CASES = Path(__file__).parents[2] / "evals" / "cases" / "xinglan"
PAIRS = tomllib.loads(Path(__file__).with_name("repeats.toml").read_text(encoding="utf-8"))["pair"]
LONG = "热水器洗到一半突然变冰又变烫，老人孩子都不敢用，打了三次电话没人来"
CHANGED = "热水器洗到一半突然变冰又变烫，老人孩子都不敢用，打了四次电话没人来！"
OTHER = "打印机升级固件以后隔一会就从网上消失，重启一次只能撑二十分钟"


def linked(*records: Record) -> bool:
    """Whether the last is linked to those before it."""
    return Linker().link(list(zip((r.id for r in records), signatures_of(records), strict=True))).joined[-1]


def said(name: str, text: str, customer: str | None = None, product: str | None = None) -> Record:
    return record(name, text, customer=customer, product=product)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((LONG, "C1", "X5"), (CHANGED, "C1", "X5"), True),
        ((LONG, "C1", "X5"), (LONG, "C2", "X5"), False),
        ((LONG, None, "X5"), (LONG, "C2", "X5"), True),
        ((LONG, None, None), (LONG, None, "X5"), True),
        ((LONG, None, "X5"), (LONG, None, "P2"), False),
        ((LONG, "C1", "X5"), (LONG, "C1", "P2"), False),
        ((LONG, None, "X5"), (OTHER, None, "X5"), False),
        ((LONG, "C1", "X5"), (OTHER, "C1", "X5"), False),
        (("质量很好下次再来", None, "X5"), ("质量很好下次再来", None, "X5"), False),
        ((LONG + "⟦phone:aaaaaa⟧", None, "X5"), ("⟦phone:bbbbbb⟧" + LONG, None, "X5"), True),
    ],
)
def test_who_repeats_whom(
    first: tuple[str, str | None, str | None], second: tuple[str, str | None, str | None], expected: bool
) -> None:
    assert linked(said("a", *first), said("b", *second)) is expected


def test_one_made_for_a_single_record_is_nobody_known() -> None:
    assert linked(said("a", LONG, "u_1"), said("b", LONG, "u_2"))


def test_width_case_and_punctuation_do_not_matter() -> None:
    assert normalise("Ｘ５ 忽冷，忽热！⟦phone:7f3a9c⟧") == "x5忽冷忽热"


def test_a_text_too_short_has_no_signature() -> None:
    assert signatures_of([said("a", "太差了")]) == [b""]
    assert print_of(b"") == b""
    assert signatures_of([]) == []


def test_a_signature_of_the_first_form_is_still_understood() -> None:
    from rensa import RMinHash

    now = signatures_of([said("a", LONG)])[0]
    plain = normalise(LONG)
    minhash = RMinHash(128, 42)
    minhash.update([plain[at : at + 3] for at in range(len(plain) - 2)])
    assert print_of(b"n1" + now[2:18] + minhash.__getstate__()) == print_of(now)


def test_a_repeat_is_found_across_thousands_of_records() -> None:
    linker = Linker()
    first = said("first", LONG, "C1", "X5")
    many = [first, *(said(f"r{n}", f"{OTHER}{n:05d}", f"D{n}", "X5") for n in range(9_000))]
    linker.link(list(zip((r.id for r in many), signatures_of(many), strict=True)))
    last = [said("again", CHANGED, "C1", "X5"), said("nobody", LONG, None, "X5")]
    links = linker.link(list(zip((r.id for r in last), signatures_of(last), strict=True)))
    assert links.heads == {one.id: first.id for one in last}
    assert len(linker) == 9_003


def test_the_planted_repeats_are_found_and_no_other() -> None:
    masker = Masker(b"k" * 32)
    rows = [json.loads(line) for line in (CASES / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    truth = [json.loads(line) for line in (CASES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    planted = {row["id"]: row["duplicate_of"] for row in truth if row["duplicate_of"]}
    records = [masker.mask(_raw(row)) for row in sorted(rows, key=lambda row: str(row["created_at"]))]
    links = Linker().link(list(zip((r.id for r in records), signatures_of(records), strict=True)))
    names = {r.id: r.external_id for r in records}
    assert len(planted) == 11
    assert {names[one]: names[head] for one, head in links.heads.items() if head} == planted


def _raw(row: dict[str, object]) -> RawRecord:
    customer = row.get("customer")
    turns = row.get("turns")
    return RawRecord(
        source="s",
        external_id=str(row["id"]),
        channel=row.get("channel", "ticket"),  # type: ignore[arg-type]
        product=row.get("product"),  # type: ignore[arg-type]
        customer=RawCustomer(id=customer["id"] if isinstance(customer, dict) else customer),  # type: ignore[arg-type]
        text=str(row.get("text") or ""),
        turns=tuple(
            RawTurn(*turn) if isinstance(turn, list) else RawTurn(turn["speaker"], turn["text"])
            for turn in (turns if isinstance(turns, list) else [])
        ),
    )


def judged() -> dict[str, tuple[bool, bool]]:
    """Pair → (a repeat by a person's judgement, by ours)."""
    masker = Masker(b"k" * 32)
    found = {}
    for pair in PAIRS:
        sides = [{**pair, **pair[side], "id": side} for side in ("a", "b")]
        found[pair["name"]] = (pair["same"], linked(*(masker.mask(_raw(side)) for side in sides)))
    return found


def test_pairs_are_judged_as_a_person_would() -> None:
    pairs = judged()
    assert len(pairs) >= 60
    assert sum(same for same, _ in pairs.values()) >= 25
    wrong = sorted(name for name, (same, ours) in pairs.items() if ours and not same)
    missed = sorted(name for name, (same, ours) in pairs.items() if same and not ours)
    assert wrong == []
    assert missed == []
