"""The ledger: what was read is never read again, whatever engine comes between."""

from assistant.domain.filters import Filters
from assistant.records.reading_store import MAX_TRIES
from assistant.records.repository import Repository
from tests.records.builders import insight, reading, record


def test_pending_is_everything_once(store: Repository) -> None:
    one, two = record("A-1"), record("A-2")
    store.save_records([(one, None), (two, None)])
    assert set(store.pending("rules-1")[0]) == {one.id, two.id}
    store.save_readings([reading(one, insight(one))], "rules-1", "rules")
    assert store.pending("rules-1") == ([two.id], {})
    assert set(store.pending("llm-1")[0]) == {one.id, two.id}


def test_an_edited_record_is_pending_again_but_a_new_status_is_not(store: Repository) -> None:
    store.save_records([(record("A-1", status="open"), None)])
    first = store.record("A-1")
    store.save_readings([reading(first, insight(first))], "rules-1", "rules")
    store.save_records([(record("A-1", status="closed"), None)])
    assert store.pending("rules-1")[0] == []
    store.save_records([(record("A-1", "换了一句话", status="closed"), None)])
    assert store.pending("rules-1")[0] == [first.id]


def test_going_back_to_an_engine_reuses_its_ledger(store: Repository) -> None:
    one = record("A-1")
    store.save_records([(one, None)])
    store.save_readings([reading(one, insight(one))], "rules-1", "rules")
    store.save_readings([reading(one, insight(one, aspect="quality"))], "llm-1", "llm")
    assert [i.aspect for i in store.insights_of([one.id])] == ["quality"]
    assert store.reuse(store.pending("rules-1")[0], "rules-1") == {one.id}
    assert store.insights_of([one.id]) == [insight(one)]
    assert store.pending("rules-1")[0] == []


def test_failures_are_tried_again_a_few_times_then_on_demand(store: Repository) -> None:
    one = record("A-1")
    store.save_records([(one, None)])
    for _ in range(MAX_TRIES):
        assert store.pending("llm-1") == ([one.id], {})
        store.save_failures([(one.id, "model_answer")], "llm-1", "llm")
    assert store.pending("llm-1") == ([], {"tried_before": 1})
    assert store.pending("llm-1", retry_failed=True)[0] == [one.id]


def test_leads_follow_the_insights(store: Repository) -> None:
    one = record("A-1")
    store.save_records([(one, None)])
    store.save_readings([reading(one, insight(one))], "rules-1", "rules")
    leads, total = store.list_leads(Filters(), 10)
    assert total == 1
    assert (leads[0]["type"], leads[0]["quote"], leads[0]["status"]) == ("accessory", "水温", "new")
    store.save_readings([reading(one)], "rules-2", "rules")
    assert store.list_leads(Filters(), 10)[1] == 0
    assert store.record("A-1").noise is True


def test_refusals_are_counted(store: Repository) -> None:
    one, two = record("A-1"), record("A-2")
    store.save_records([(one, None), (two, None)])
    store.save_readings([reading(one), reading(two)], "rules-1", "rules")
    assert store.refused("rules-1") == {"quote_not_found": 2}


def test_lists_are_narrowed_by_the_insight_itself(store: Repository) -> None:
    one = record("A-1")
    store.save_records([(one, None)])
    both = [insight(one), insight(one, aspect="price", sentiment="positive")]
    store.save_readings([reading(one, *both)], "rules-1", "rules")
    assert store.list_insights(Filters(aspect=("price",), sentiment=("negative",)), 10) == ([], 0)
    assert store.list_insights(Filters(aspect=("price",)), 10)[1] == 1


def test_what_was_read_out_of_other_words_goes_with_them(store: Repository) -> None:
    store.save_records([(record("A-1", "打印机老是掉线"), None)])
    first = store.record("A-1")
    store.save_readings([reading(first, insight(first))], "rules-1", "rules")
    store.save_records([(record("A-1", "更正：是我自己拔错了线"), None)])
    assert store.insights_of([first.id]) == []
    assert store.list_leads(Filters(), 10)[1] == 0
    assert store.counting.totals(Filters()).records_read == 0
    assert store.pending("rules-1")[0] == [first.id]
