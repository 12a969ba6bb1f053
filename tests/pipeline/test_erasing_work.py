"""What is kept of jobs, requests and outcomes holds nothing of somebody who was erased."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from assistant.bootstrap import App, open_app
from assistant.cli.running import run_here
from assistant.domain.filters import Filters
from assistant.intake.reading import ReadOptions
from assistant.pipeline.context import silent
from assistant.pipeline.erasing import erase_customer
from assistant.pipeline.keepable import without_samples
from assistant.pipeline.receiving import receive_records
from assistant.pipeline.trending import trends_now
from assistant.records.database import now
from assistant.records.request_store import Answered
from assistant.records.tables import jobs, outcomes, requests
from assistant.settings import Settings

SAID = "星澜打印机升级之后天天掉线，我们厂里发货单一张都打不出来，老板娘骂了我三天"
HEAD = "工单号,客户编号,创建时间,产品,内容\n"
ROWS = f"{HEAD}Y1,KEHU-777,2026-08-01,P2,{SAID}\nY2,KEHU-900,2026-08-02,P2,粉盒太贵\nY3,KEHU-901,2026-08-02,P2,\n"


def opened(place: Path) -> App:
    return open_app(Settings(engine="rules", data_dir=place / "data", language="zh"))


def kept(app: App, table: Any) -> str:
    with app.store.database.reading() as connection:
        return json.dumps([dict(row) for row in connection.execute(select(table)).mappings()], ensure_ascii=False)


def ran(app: App, place: Path, name: str) -> str:
    """The id of a run over a file of that name."""
    path = place / name
    path.write_text(ROWS, encoding="utf-8")
    return run_here(app, [path], ReadOptions(), patience=0, progress=silent).job.id


def test_a_customer_whose_id_names_a_file_is_erased_from_the_jobs(tmp_path: Path) -> None:
    app = opened(tmp_path)
    job = ran(app, tmp_path, "KEHU-777.csv")
    assert "KEHU-777" in kept(app, jobs)
    receipt = erase_customer(app.pipeline.context, "KEHU-777")
    assert (receipt.proved, receipt.left) == (True, ())
    assert "KEHU-777" not in kept(app, jobs)
    stages = app.store.jobs.job(job).stages
    assert stages[0].receipt is not None
    assert (stages[0].receipt["read"], stages[0].receipt["files"][0]["path"]) == (3, "erased")


def test_a_file_named_by_a_person_leaves_no_name_in_the_jobs(tmp_path: Path) -> None:
    app = opened(tmp_path)
    job = app.store.jobs.job(ran(app, tmp_path, "欧阳建国13812345678.csv"))
    told = kept(app, jobs)
    assert ("13812345678" in told, "欧阳建国" in told) == (False, False)
    assert (job.wish.paths, job.stages[0].state) == ((), "partly")


def test_requests_and_outcomes_that_hold_their_words_go_with_them(tmp_path: Path) -> None:
    app = opened(tmp_path)
    context = app.pipeline.context
    ran(app, tmp_path, "tickets.csv")
    one = {"id": "T-1", "channel": "ticket", "text": "墨粉太贵了，换兼容的又不认"}
    named = receive_records(context, [one], ReadOptions(source="KEHU-777"), dry_run=True)
    mine = receive_records(context, [one], ReadOptions(), dry_run=True)
    theirs = {**asdict(named), "first_problems": ["KEHU-777 line 3 has no text"]}
    app.store.requests.remember("a", Answered("x", 200, theirs))
    app.store.requests.remember("b", Answered("x", 200, asdict(without_samples(mine))))
    told = {
        "subject": "pr_1", "launched": "2026-08-02", "verdict": "too_few", "measured": False, "actor": "x", "at": now(),
        "content": {"launch": {"day": "2026-08-02", "region": "KEHU-777"}},
    }  # fmt: skip
    with app.store.database.writing() as connection:
        connection.execute(insert(outcomes).values(**told))
    assert erase_customer(context, "KEHU-777").proved
    assert (app.store.requests.answered("a"), app.store.requests.answered("b") is None) == (None, False)
    assert "KEHU-777" not in kept(app, requests) + kept(app, outcomes)
    assert app.store.outcomes.told("pr_1")[0]["content"]["launch"] == {"day": "2026-08-02", "region": "erased"}


def test_trends_are_counted_anew_without_them(sample: Path, tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=shutil.copytree(sample, tmp_path / "data")))
    store = app.store
    store.set_trends(dict.fromkeys(trends_now(store), "gone"))
    rows, _ = store.list_leads(Filters(), 1)
    assert erase_customer(app.pipeline.context, rows[0]["customer_id"]).proved
    assert {theme.id: theme.trend for theme in store.themes()} == trends_now(store)
    app.close()
