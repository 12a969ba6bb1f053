"""By batch files: handed in, asked after, collected in any order; nothing paid twice, nothing lost, nothing unverified."""

import json
from pathlib import Path

import pytest

from assistant.domain.receipts import AnalyseReceipt
from assistant.errors import ModelAccessError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.batching import follow_batches
from tests.llm.runs import adds_up, filled, only_verified, opened, said
from tests.stub_model import StubModel

COUNT = 60


def followed(app: object, *, most: int = 9) -> AnalyseReceipt:
    """Steps until nothing is under way."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        assert len(waits) < most, "it never ends"

    return follow_batches(app.pipeline.analyse_by_batch, 60, lambda _: None, sleep)  # type: ignore[attr-defined]


def test_the_whole_way(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    first = app.pipeline.analyse_by_batch()
    assert adds_up(first, COUNT)
    assert first.skipped["in_batch"] > 0
    assert first.batches == {"handed_in": 1}
    direct = len(stub.chats)
    assert direct == 1  # the one that found how to ask
    waiting = app.pipeline.analyse_by_batch()
    assert adds_up(waiting, COUNT - first.done)
    assert (waiting.done, waiting.batches) == (0, {"in_progress": 1})
    last = app.pipeline.analyse_by_batch()
    assert adds_up(last, COUNT - first.done)
    assert first.done + last.done == COUNT
    assert last.insights >= last.done
    assert only_verified(app)
    assert len(stub.chats) == direct
    assert len(stub.batches.made) == 1
    assert stub.batches.files == {}  # nobody's words lie there longer than need be
    assert list((tmp_path / "data" / "batches").iterdir()) == []


def test_it_reads_what_a_direct_run_reads_at_no_higher_cost(stub: StubModel, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    app = filled(tmp_path / "one", stub, COUNT)
    by_batch = followed(app)
    other = filled(tmp_path / "two", stub, COUNT)
    direct = other.pipeline.analyse()
    kept = [
        {(i.quote, i.surface) for i in one.store.insights_of(one.store.pending("nobody")[0])} for one in (app, other)
    ]
    assert kept[0] == kept[1]
    assert (by_batch.done, by_batch.prompt_tokens) == (direct.done, direct.prompt_tokens)
    assert by_batch.cost == pytest.approx(direct.cost)  # of an unknown provider no rebate is claimed


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_what_a_batch_left_unanswered_is_handed_in_again(stub: StubModel, tmp_path: Path, end: str) -> None:
    app = filled(tmp_path, stub, COUNT)
    stub.batches.end, stub.batches.answered = end, 2
    first = app.pipeline.analyse_by_batch()
    app.pipeline.analyse_by_batch()
    partly = app.pipeline.analyse_by_batch()
    assert adds_up(partly, COUNT - first.done)
    assert 0 < partly.done < COUNT
    assert end in str(partly.problem)
    assert "nor paid for" in str(partly.problem)
    assert (len(stub.batches.made), partly.skipped["in_batch"]) == (2, COUNT - first.done - partly.done)
    stub.batches.end, stub.batches.answered = "completed", None
    assert followed(app).done == COUNT - first.done - partly.done
    paid = [line["custom_id"] for line in stub.batches.made[0].row["lines"][:2]]
    assert not set(paid) & {line["custom_id"] for line in stub.batches.made[1].row["lines"]}


def test_a_batch_refused_as_a_whole_is_one_sentence_and_nothing_is_lost(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    stub.batches.end, stub.batches.polls = "failed", 0
    first = app.pipeline.analyse_by_batch()
    with pytest.raises(ModelAccessError, match=r"batch_1 .*token_limit_exceeded.*without --batch") as caught:
        app.pipeline.analyse_by_batch()
    assert "客户" not in str(caught.value)
    stub.batches.end = "completed"
    assert followed(app).done == COUNT - first.done


@pytest.mark.parametrize("fault", ["blank", "truncated", "other_json", "prose", "length"])
def test_an_answer_that_cannot_be_used_fails_its_records_and_no_others(
    stub: StubModel, tmp_path: Path, fault: str
) -> None:
    app = filled(tmp_path, stub, COUNT)
    stub.batches.faults[1] = fault
    stub.batches.polls = 0
    first = app.pipeline.analyse_by_batch()
    receipt = app.pipeline.analyse_by_batch()
    assert adds_up(receipt, COUNT - first.done)
    assert set(receipt.failed) == {"model_answer"}
    assert 0 < receipt.failed["model_answer"] < 10
    assert only_verified(app)
    stub.batches.faults.clear()
    assert followed(app).done == receipt.failed["model_answer"]


def test_quotes_that_nobody_said_are_refused_here_too(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    stub.batches.polls = 0
    app.pipeline.analyse_by_batch()
    stub.batches.faults.update(dict.fromkeys(range(99), "foreign_quote"))
    stub.mode("foreign_quote")
    receipt = app.pipeline.analyse_by_batch()
    assert receipt.insights == 0
    assert receipt.refused_quotes >= receipt.done > 0
    assert only_verified(app)


@pytest.mark.parametrize(("status", "reason"), [(400, "failed"), (500, "skipped"), (429, "skipped")])
def test_a_line_that_failed_is_in_the_error_file(stub: StubModel, tmp_path: Path, status: int, reason: str) -> None:
    app = filled(tmp_path, stub, COUNT)
    stub.batches.statuses[0], stub.batches.polls = status, 0
    first = app.pipeline.analyse_by_batch()
    receipt = app.pipeline.analyse_by_batch()
    stub.batches.statuses.clear()
    assert adds_up(receipt, COUNT - first.done)
    assert list(getattr(receipt, reason)) == [{"failed": "model_answer", "skipped": "in_batch"}[reason]]
    assert followed(app).done == COUNT - first.done - receipt.done


def test_lines_that_fail_for_ever_end_the_following_some_time(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    stub.batches.statuses.update(dict.fromkeys(range(99), 503))
    receipt = followed(app, most=12)
    assert adds_up(receipt, COUNT)
    assert receipt.skipped["in_batch"] > 0
    assert "stays pending" in str(receipt.problem)


def test_a_kill_between_handing_in_and_remembering_pays_nothing_twice(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    stub.batches.lose_creation = True
    with pytest.raises(ModelAccessError):
        app.pipeline.analyse_by_batch()
    (left,) = (tmp_path / "data" / "batches").iterdir()
    assert json.loads(left.read_text(encoding="utf-8"))["batch_id"] is None
    again = followed(opened(tmp_path, stub))
    assert again.done == COUNT
    assert len(stub.batches.made) == 1


def test_a_kill_before_anything_was_made_leaves_nothing_behind(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    app.pipeline.analyse(limit=1)
    stub.batches.missing = True
    with pytest.raises(ModelAccessError, match="without --batch"):
        app.pipeline.analyse_by_batch()
    stub.batches.missing = False
    assert followed(opened(tmp_path, stub)).done == COUNT - 1
    assert len(stub.batches.made) == 1


def test_another_process_collects_what_one_handed_in(stub: StubModel, tmp_path: Path) -> None:
    filled(tmp_path, stub, COUNT).pipeline.analyse_by_batch()
    receipt = followed(opened(tmp_path, stub))
    assert receipt.skipped == {}
    assert opened(tmp_path, stub).pipeline.analyse().pending == 0


def test_a_record_that_changed_meanwhile_is_read_as_it_is_now(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    app.pipeline.analyse_by_batch()
    (tmp_path / "more").mkdir()
    changed = tmp_path / "more" / "tickets.csv"
    changed.write_text(f"工单编号,客户编号,问题描述\n59,C59,{said(4_242)}\n", encoding="utf-8")
    from assistant.intake.reading import ReadOptions

    assert app.pipeline.ingest([changed], ReadOptions()).updated == 1
    followed(app)
    assert only_verified(app)
    assert app.pipeline.analyse().pending == 0


def test_the_budget_holds_for_what_is_handed_in(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT, budget_tokens=60_000)
    receipt = app.pipeline.analyse_by_batch()
    assert adds_up(receipt, COUNT)
    assert receipt.skipped["budget"] > 0
    assert receipt.skipped["in_batch"] > 0
    assert "is used up" in str(receipt.problem)
    assert all("max_tokens" in line["body"] for line in stub.batches.lines)


def test_the_book_and_the_lines_hold_no_id_of_ours(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    app.pipeline.analyse_by_batch()
    ids, _ = app.store.pending("nobody")
    (path,) = (tmp_path / "data" / "batches").iterdir()
    written = path.read_text(encoding="utf-8") + json.dumps(stub.batches.lines, ensure_ascii=False)
    assert not any(one in written for one in ids)
    assert "漏水" not in path.read_text(encoding="utf-8")


def test_what_a_batch_holds_no_other_run_pays_for(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, COUNT)
    first = app.pipeline.analyse_by_batch()
    asked = len(stub.chats)
    direct = app.pipeline.analyse()
    assert adds_up(direct, COUNT - first.done)
    assert (direct.done, direct.skipped) == (0, {"in_batch": COUNT - first.done})
    assert direct.ledger["leased"] == COUNT - first.done
    assert len(stub.chats) == asked
    later = followed(app)
    assert first.done + later.done == COUNT
    assert len(stub.chats) == asked
    assert app.pipeline.analyse().ledger == {"pending": 0, "leased": 0, "done": COUNT, "skipped": 0, "failed": 0}


def test_of_a_long_call_the_first_window_is_handed_in_and_the_rest_asked_then(stub: StubModel, tmp_path: Path) -> None:
    app = opened(tmp_path, stub)
    turns = [
        {"speaker": "customer" if n % 2 == 0 else "agent", "text": f"第{n}句。{said(n)}，一直在说这件事" * 2}
        for n in range(160)
    ]
    rows = [{"id": "long", "channel": "call", "turns": turns}, *({"id": str(n), "text": said(n)} for n in range(9))]
    file = tmp_path / "calls.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    app.pipeline.ingest([file], ReadOptions(channel=None))
    app.pipeline.analyse(limit=1)
    before = len(stub.chats)
    app.pipeline.analyse_by_batch()
    assert sum(len(made.row["lines"]) for made in stub.batches.made) == 2
    receipt = followed(app)
    assert receipt.failed == {}
    assert len(stub.chats) > before
    assert app.pipeline.analyse().ledger["done"] == len(rows)
