"""Records that read the same are read once, and nothing else is taken for the same."""

from dataclasses import replace

import pytest

from assistant.domain.records import Customer, MaskedText
from assistant.insight.accepting import accept
from assistant.insight.twins import Twins, likeness, reading_for
from tests.insight.samples import conversation, insight_draft, opportunity, reading_draft, record

ONE = replace(record("水温忽冷忽热", "r_1"), product="X5", rating=2.0, created_at="2026-01-01T08:00:00+08:00")


def test_the_first_passes_and_its_twins_are_remembered() -> None:
    twins = Twins()
    later = replace(ONE, id="r_2", created_at="2026-02-01T08:00:00+08:00")
    other = replace(ONE, id="r_3", text=MaskedText("水温忽冷忽热。"))
    assert [r.id for r in twins.firsts([ONE, later, other, replace(other, id="r_4")])] == ["r_1", "r_3"]
    assert twins.of == {"r_2": "r_1", "r_4": "r_3"}


@pytest.mark.parametrize(
    "changes",
    [
        {"product": "P2"},
        {"rating": 5.0},
        {"title": MaskedText("标题")},
        {"channel": "review"},
        {"model": "M"},
        {"customer": Customer("c_1", segment="dealer")},
    ],
)
def test_whatever_a_reader_is_shown_tells_records_apart(changes: dict[str, object]) -> None:
    assert likeness(replace(ONE, **changes)) != likeness(ONE)  # type: ignore[arg-type]


def test_who_speaks_tells_records_apart() -> None:
    told = conversation(("customer", "水温忽冷忽热"), ("agent", "好"))
    assert likeness(told) != likeness(replace(told, turns=()))
    assert likeness(told) != likeness(conversation(("agent", "水温忽冷忽热"), ("agent", "好")))


def test_a_twins_reading_stands_in_its_own_text_under_its_own_ids() -> None:
    draft = reading_draft("r_1", insight_draft("水温忽冷忽热", opportunities=[opportunity("忽冷忽热")]))
    reading = accept(ONE, draft, "llm")
    twin = reading_for("r_2", reading)
    direct = accept(replace(ONE, id="r_2"), draft.model_copy(update={"record_id": "r_2"}), "llm")
    assert twin == direct
    assert twin.insights[0].id != reading.insights[0].id
