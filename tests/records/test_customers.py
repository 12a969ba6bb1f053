"""Tags, richness and screenings follow from what stands in the tables, each with its reason."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.domain.customers import CustomerFacts, Heard, Trace
from assistant.domain.filters import Filters
from assistant.domain.insights import Reading
from assistant.domain.records import MaskedText, Turn
from assistant.domain.vocabulary import SignalName
from assistant.errors import SettingError
from assistant.records.customer_facts import facts_of, last_day
from assistant.records.customer_rules import CUSTOMERS_FILE, CustomerRules, read_rules
from assistant.records.repository import Repository
from assistant.records.screening import parts_of, rank, screen
from assistant.records.tagging import purchase_day, richness_of, tags_of
from assistant.records.views import page, thing
from tests.records.builders import insight, parsed, record

TODAY = "2026-09-30"
RULES = CustomerRules()


def at(day: str | None) -> Heard:
    return Heard(1, Trace("r_1", "A-1", day))


@pytest.mark.parametrize(
    ("facts", "tags"),
    [
        (CustomerFacts("C"), set()),
        (CustomerFacts("C", owned=("X5",)), {"tier:basic"}),
        (CustomerFacts("C", owned=("X5", "P2")), {"tier:middle"}),
        (CustomerFacts("C", owned=("X5", "P2"), bought_service=True), {"tier:high", "bought_service"}),
        (CustomerFacts("C", owned=("X5", "P2", "L3")), {"tier:high"}),
        (CustomerFacts("C", since="2026-08-01"), {"new_owner"}),
        (CustomerFacts("C", since="2026-01"), {"first_year"}),
        (CustomerFacts("C", since="2024"), {"established"}),
        (CustomerFacts("C", since="2019-05-06T00:00:00+08:00"), {"long_owner"}),
        (CustomerFacts("C", since="很久以前"), set()),
        (CustomerFacts("C", since="2027-01-01"), set()),
        (CustomerFacts("C", signals={"resale_aversion": at("2019-01-01")}), {"resale_aversion"}),
        (CustomerFacts("C", signals={"advocate": at("2026-05-01")}), {"advocate"}),
        (CustomerFacts("C", signals={"advocate": at("2024-05-01")}), set()),
        (CustomerFacts("C", signals={"churn_risk": at("2026-09-01")}), {"at_risk"}),
        (CustomerFacts("C", signals={"escalation": at("2026-01-01")}), set()),
        (CustomerFacts("C", signals={"escalation": at(None)}), {"at_risk"}),
        (CustomerFacts("C", signals={"repeat_contact": at("2020-01-01")}), {"repeat_contact"}),
        (CustomerFacts("C", usable=5, utterances=12, characters=600, needs=4), {"rich_voice"}),
        (CustomerFacts("C", suggestions=1), {"suggests"}),
    ],
)
def test_tags_follow_from_the_facts(facts: CustomerFacts, tags: set[str]) -> None:
    found = tags_of(facts, RULES, TODAY)
    assert {tag.tag for tag in found} == tags
    assert all(tag.label and tag.reason and "{" not in tag.reason for tag in found)
    said = {"resale_aversion", "advocate", "at_risk", "repeat_contact"}
    assert all(tag.evidence is not None and tag.evidence.external_id == "A-1" for tag in found if tag.tag in said)
    assert found == tags_of(facts, RULES, TODAY)


@pytest.mark.parametrize(
    ("since", "day"),
    [("2024", "2024-01-01"), ("2024-07", "2024-07-01"), ("2024-07-09", "2024-07-09"), (None, None), ("去年", None)],
)
def test_the_day_of_a_purchase_is_read_as_sources_write_it(since: str | None, day: str | None) -> None:
    assert purchase_day(since) == day


def test_richness_grows_with_each_part_up_to_plenty() -> None:
    full = CustomerFacts("C", usable=9, utterances=99, characters=9999, needs=9)
    assert richness_of(full).score == 100
    fewer: list[dict[str, Any]] = [{name: 0} for name in ("usable", "utterances", "characters", "needs")]
    assert [richness_of(replace(full, **part)).score for part in fewer] == [75, 85, 70, 70]
    assert richness_of(CustomerFacts("C")).score == 0


def test_the_house_says_who_is_what(store: Repository) -> None:
    (store.database.folder / CUSTOMERS_FILE).write_text(
        '[[tier]]\nname = "gold"\nlabel = "金牌"\nany_product = ["S9"]\n[days]\nresale_aversion = 30\n',
        encoding="utf-8",
    )
    rules = read_rules(store.database.folder)
    owner = CustomerFacts("C", owned=("s9",), signals={"resale_aversion": at("2026-01-01")})
    assert [tag.tag for tag in tags_of(owner, rules, TODAY)] == ["tier:gold"]
    assert tags_of(CustomerFacts("C", owned=("X5", "P2", "L3")), rules, TODAY) == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[[tier]]\nname = "Gold"\nlabel = "金牌"\nmin_owned = 1', "tier.0.name"),
        ('[[tier]]\nname = "gold"\nlabel = "金牌"', "say what it takes"),
        ("[days]\nnew_owner = 400", "must grow"),
        ("[weights]\ntier = 1000", "weights.tier"),
        ("[weights]\nfame = 1", "weights.fame: no such entry"),
        ("least_voice = nan", "least_voice"),
        ("least_voice = ", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(store: Repository, content: str, says: str) -> None:
    (store.database.folder / CUSTOMERS_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(SettingError, match=says) as caught:
        screen(store.database, Filters())
    assert CUSTOMERS_FILE in str(caught.value)
    assert "\n" not in str(caught.value).removesuffix("\n") or "TOML" in str(caught.value)


@pytest.fixture
def filled(store: Repository) -> Repository:
    """A hundred records of twenty-five customers: tickets and talks, repeats, noise, signals by chance."""
    dice = random.Random(5)
    made: list[Any] = []
    for n in range(100):
        one = record(
            f"R-{n}", f"第{n}条反馈，水温老是不稳", customer=f"C{dice.randrange(25)}" if n % 10 else None,
            segment=dice.choice(["consumer", "sme"]), created_at=f"2026-0{dice.randint(1, 9)}-15T08:00:00+08:00",
            near_duplicate_of=made[-1].id if n % 17 == 16 else None,
        )  # fmt: skip
        if n % 3 == 0:
            one = replace(one, text=MaskedText("客户: 你好吗\n客服: 您请说\n客户: 不稳定"), channel="chat", turns=(
                Turn("customer", MaskedText("你好吗"), 4, 7), Turn("agent", MaskedText("您请说"), 12, 15),
                Turn("customer", MaskedText("不稳定"), 20, 23),
            ))  # fmt: skip
        if one.customer:
            owned = tuple(dice.sample(["X5", "P2", "L3"], int(one.customer.id[1:]) % 4))
            one = replace(one, customer=replace(one.customer, owned=owned, since="2024-01-01"))
        made.append(one)
    store.save_records([(one, None) for one in made])
    readings = []
    for one in made:
        signals: Any = {name: dice.random() < 0.1 for name in ("resale_aversion", "advocate", "churn_risk")}
        needs = [
            replace(insight(one, aspect=aspect, deep=dice.choice(["trust", "ease"]), sentiment=dice.choice(["positive", "negative"])),
                    suggestion=dice.choice([None, "加个提示"]), opportunities=(), signals=signals)
            for aspect in dice.sample(["price", "quality"], dice.randint(0, 2))
        ]  # fmt: skip
        readings.append(Reading(one.id, not needs and dice.random() < 0.3, tuple(needs), signals))
    store.save_readings(readings, "rules-1", "rules")
    return store


def test_facts_are_what_stands_in_the_tables(filled: Repository) -> None:
    with filled.database.reading() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM records")).mappings()]
        needs = [dict(row) for row in connection.execute(text("SELECT * FROM insights")).mappings()]
        known = [row[0] for row in connection.execute(text("SELECT id FROM customers"))]
    found = facts_of(filled.database, known)
    assert len(found) == len(known) > 20
    for customer, facts in found.items():
        own = sorted((row for row in rows if row["customer_id"] == customer), key=lambda row: (row["day"], row["id"]))
        mine = [need for need in needs if need["record_id"] in {row["id"] for row in own}]
        usable = [row for row in own if not row["noise"] and row["near_duplicate_of"] is None]
        said = [
            piece for row in usable for piece in ([6 // 2, 6 // 2] if row["channel"] == "chat" else [len(row["text"])])
        ]
        assert (facts.records, facts.usable, facts.utterances, facts.characters) == (
            len(own), len(usable), len(said), sum(said),
        )  # fmt: skip
        assert facts.needs == len({(need["aspect"], need["deep_category"]) for need in mine})
        assert facts.praise == sum(need["sentiment"] == "positive" for need in mine)
        assert facts.suggestions == sum(need["suggestion"] is not None for need in mine)
        assert facts.last_day == max(row["day"] for row in own)
        names: tuple[SignalName, ...] = ("resale_aversion", "advocate", "churn_risk")
        for name in names:
            told = [row for row in own if parsed(row["signals"])[name]]
            heard = facts.signals.get(name)
            assert (heard is None) == (not told)
            if heard is not None:
                assert (heard.count, heard.latest.record_id) == (len(told), told[-1]["id"])


def test_a_screening_ranks_explains_and_adds_up(filled: Repository) -> None:
    found = screen(filled.database, Filters())
    with filled.database.reading() as connection:
        refusing = {
            row["customer_id"]
            for row in connection.execute(text("SELECT customer_id, signals FROM records")).mappings()
            if row["customer_id"] and parsed(row["signals"])["resale_aversion"]
        }
        everybody = {row[0] for row in connection.execute(text("SELECT id FROM customers"))}
    assert (found.considered, found.averse) == (len(everybody), len(refusing))
    assert found.customers
    assert not {one.customer_id for one in found.customers} & refusing
    for one in found.customers:
        assert one.score == pytest.approx(sum(part.points for part in one.parts), abs=0.06)
        assert all(part.reason for part in one.parts)
    scores = [one.score for one in found.customers]
    assert scores == sorted(scores, reverse=True)
    assert [one.rank for one in found.customers] == list(range(1, len(scores) + 1))
    assert screen(filled.database, Filters()) == found
    fewer = screen(filled.database, Filters(segment=("sme",)))
    assert 0 < fewer.considered <= found.considered


def test_the_valuable_and_the_eloquent_come_first() -> None:
    loud = CustomerFacts("A", owned=("X5",), usable=5, utterances=12, characters=600, needs=4, last_day=TODAY)
    quiet = CustomerFacts("B", owned=("X5",), usable=1, utterances=1, characters=5)
    rich = replace(loud, id="C", owned=("X5", "P2", "L3"))
    no = replace(rich, id="D", signals={"resale_aversion": at("2026-01-01")})
    risky = replace(rich, id="E", signals={"churn_risk": at(TODAY)})
    found = rank([loud, quiet, rich, no, risky], RULES, TODAY)
    assert [one.customer_id for one in found.customers] == ["C", "E", "A"]
    assert (found.considered, found.averse, found.quiet) == (5, 1, 1)
    assert {part.name for part in parts_of(risky, RULES, TODAY)} >= {"tier", "voice", "at_risk"}


def test_lists_and_the_single_customer_show_the_same_tags(filled: Repository) -> None:
    rows, total = page(filled, "customers", Filters(), 5)
    assert (len(rows), total) == (5, len(facts_of(filled.database, [f"C{n}" for n in range(25)])))
    for row in rows:
        one = thing(filled, row["id"])
        assert one["tags"] == row["tags"]
        assert one["richness"] == row["richness"]
    assert any(row["tags"] for row in rows)
    with filled.database.reading() as connection:
        assert last_day(filled.database) == connection.execute(text("SELECT max(day) FROM records")).scalar()


def test_no_file_is_needed(tmp_path: Path) -> None:
    assert read_rules(tmp_path) == CustomerRules()
