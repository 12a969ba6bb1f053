"""Groups to compare are read from a few words, and the house's weights from its file; mistakes are one sentence."""

import pytest

from assistant.domain.counts import ImpactWeights
from assistant.domain.filters import Filters
from assistant.domain.insights import Reading
from assistant.errors import SettingError, UsageError
from assistant.records.comparing import group_of
from assistant.records.impact import friction
from assistant.records.impact_weights import IMPACT_FILE, read_weights
from assistant.records.repository import Repository
from tests.records.builders import insight, record


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("2026-02", Filters(since="2026-02-01", until="2026-02-28")),
        ("2026-07..2026-09", Filters(since="2026-07-01", until="2026-09-30")),
        ("2026-07-05..2026-07-09", Filters(since="2026-07-05", until="2026-07-09")),
        ("segment=dealer", Filters(segment=("dealer",))),
        ("product=X5, product=P2, channel=call", Filters(product=("X5", "P2"), channel=("call",))),
    ],
)
def test_a_group_is_read(text: str, filters: Filters) -> None:
    assert group_of(Filters(), text) == filters
    assert group_of(Filters(aspect=("price",)), text).aspect == ("price",)


@pytest.mark.parametrize(
    "text", ["", "dealer", "2026-13", "2026-02-30", "segment=", "segment=kings", "since=2026-01", "a=b"]
)
def test_what_is_no_group_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        group_of(Filters(), text)


def test_the_house_sets_the_weights(store: Repository) -> None:
    one = record("A-1")
    store.save_records([(one, None)])
    store.save_readings([Reading(one.id, False, (insight(one),), {"churn_risk": True})], "rules-1", "rules")
    assert read_weights(store.database.folder) == ImpactWeights()
    before = friction(store.counting, "aspect", Filters())[0]
    assert before.score == pytest.approx(3 * (1 + 2))
    (store.database.folder / IMPACT_FILE).write_text("[weights]\nchurn_risk = 10", encoding="utf-8-sig")
    assert friction(store.counting, "aspect", Filters())[0].score == pytest.approx(3 * (1 + 10))
    assert friction(store.counting, "aspect", Filters(), ImpactWeights(churn_risk=0))[0].score == pytest.approx(3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[weights]\nchurn_risk = -1", "weights.churn_risk"),
        (b"[weights]\nchurn = 1", "weights.churn: no such entry"),
        (b"churn_risk = 1", "churn_risk: no such entry"),
        (b"[weights\n", "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * 70_000, "at most"),
    ],
)
def test_a_mistake_in_the_weights_is_one_sentence(store: Repository, content: bytes, says: str) -> None:
    (store.database.folder / IMPACT_FILE).write_bytes(content)
    with pytest.raises(SettingError, match=says):
        friction(store.counting, "theme", Filters())
