"""A service's tickets in a store of their own and the pipeline over them, the model being the stub."""

from pathlib import Path
from typing import Any

from assistant.bootstrap import App, open_app
from assistant.domain.receipts import AnalyseReceipt
from assistant.intake.privacy import check_egress
from assistant.intake.reading import ReadOptions
from assistant.llm.chat import ChatEndpoint
from assistant.llm.retry import RetryPolicy
from assistant.settings import load_settings
from tests.stub_model import StubModel

PLACES = ("厨房", "浴室", "阳台", "客厅", "门口", "楼道", "车库", "地下室", "屋顶", "花园")


def said(n: int) -> str:
    """What the customer of ticket n says; no two say nearly the same."""
    where = "".join(PLACES[int(digit)] for digit in str(n * 7_919 + 13))
    return f"{where}的热水器修了{n}回还是漏水，电话打了没人接"


def opened(folder: Path, stub: StubModel, **settings: Any) -> App:
    """The application over the stub, whose retries wait for nothing."""
    asked = {"openai_base_url": stub.base_url, "openai_api_key": "sk-secret-of-ours", "llm_timeout": 20}
    own = load_settings(data_dir=folder / "data", **{**asked, **settings})
    endpoint = ChatEndpoint(own, retry=RetryPolicy(sleep=lambda _: None), guard=check_egress)
    return open_app(own, endpoint=endpoint)


def filled(folder: Path, stub: StubModel, count: int, **settings: Any) -> App:
    """The same with so many tickets taken in."""
    app = opened(folder, stub, **settings)
    rows = "".join(f"{n},C{n},{said(n)}\n" for n in range(count))
    file = folder / "tickets.csv"
    file.write_text(f"工单编号,客户编号,问题描述\n{rows}", encoding="utf-8")
    receipt = app.pipeline.ingest([file], ReadOptions())
    assert receipt.added == count
    return app


def adds_up(receipt: AnalyseReceipt, pending: int) -> bool:
    """Nothing was lost, in the receipt and in what it says was pending."""
    parts = receipt.done + sum(receipt.skipped.values()) + sum(receipt.failed.values())
    return receipt.pending == parts == pending


def only_verified(app: App) -> bool:
    """Every stored quote stands, letter for letter, in its record."""
    ids, _ = app.store.pending("nobody")
    records = {record.id: record for record in app.store.records_in_order(ids)}
    kept = app.store.insights_of(ids)
    return all(records[i.record_id].text[i.start : i.end] == i.quote for i in kept)
