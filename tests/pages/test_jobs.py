"""The page of data and jobs: a file from its preview to its receipt, jobs stopped and resumed, sources, and health."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.bootstrap import open_app
from assistant.domain.filters import Filters
from assistant.intake.reading import ReadOptions
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.api.test_killed_service import MANY, RECORDS, free_port
from tests.pages.conftest import Opened, served
from tests.stub_model.server import StubModel

PASSWORD = "四月的门锁没有电了真冷啊"
PHONES = ("13812345678", "13987654321", "13700001111", "13612340000")
TICKETS = f"""工单编号,反馈时间,产品,客户姓名,联系电话,备用说明,问题描述
N-1,2026-08-01 09:00,P2,张伟,{PHONES[0]},打印机升级后掉线了两天 {PHONES[0]},急：找张伟 {PHONES[0]}
N-2,2026-08-02 10:00,L3,李娜,{PHONES[1]},门锁没电把我关在门外,见说明
N-3,哪天,P2,王芳,{PHONES[2]},墨粉太贵换不起了,见说明
N-4,2026-08-04 11:00,P2,赵磊,{PHONES[3]},,
"""


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """A file with Chinese headers and two rows that can't be used."""
    file = tmp_path / "八月工单.csv"
    file.write_text(TICKETS, encoding="gb18030")
    return file


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of a data directory without data."""
    return tmp_path_factory.mktemp("bare")


@pytest.fixture(scope="module")
def empty(bare: Path) -> Iterator[str]:
    """A service without data at first."""
    with served(bare / "data") as where:
        yield where


def _sums(page: Page) -> list[int]:
    """The numbers of the receipt's sentence."""
    return [int(number) for number in re.findall(r"\d+", page.locator(".sum").inner_text())]


def _field(page: Page, column: str) -> Locator:
    """Where it is chosen what a column becomes."""
    row = page.locator(".mapping tr", has=page.get_by_role("rowheader", name=column, exact=True))
    return row.locator("select")


def test_a_file_is_previewed_mapped_imported_and_told_of(
    visit: Callable[..., Opened], empty: str, bare: Path, tickets: Path
) -> None:
    opened = visit("/jobs", at=empty)
    page = opened.page
    expect(page.get_by_text("把第一个文件拖到这里")).to_be_visible()
    expect(page.get_by_role("button", name="载入示例")).to_be_visible()
    page.set_input_files("#file", tickets)
    expect(page.locator(".mapping")).to_be_visible()
    expect(page.locator(".heading .file-name")).to_have_text("八月工单.csv")
    expect(page.locator("#content")).to_contain_text("gb18030")
    expect(page.locator("#content")).to_contain_text("还没有存入任何内容")
    expect(_field(page, "联系电话")).to_have_value("customer.phone")
    expect(_field(page, "问题描述")).to_have_value("text")
    expect(_field(page, "备用说明")).to_have_value("")
    expect(page.locator(".masked-types").first).to_contain_text("手机号")
    assert open_count(bare) == 0
    _field(page, "备用说明").select_option("text")
    expect(_field(page, "问题描述")).not_to_have_value("text")
    expect(_field(page, "备用说明")).to_have_value("text")
    expect(page.locator(".scroll", has_text="门锁没电把我关在门外").last).to_be_visible()
    expect(page.locator(".problems tbody tr")).to_have_count(2)
    expect(page.locator(".problems")).to_contain_text("时间读不懂")
    before = page.content()
    page.get_by_label("记住这套对应").fill("八月")
    page.get_by_role("button", name="导入 2 条").click()
    expect(page.locator(".receipt")).to_be_visible()
    read, added, updated, unchanged, aside = _sums(page)
    assert (read, added, updated, unchanged, aside) == (4, 2, 0, 0, 2)
    expect(page.locator(".receipt .masked-types")).to_contain_text("手机号")
    rows = page.locator(".problems tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("第 4 行")
    expect(rows.nth(0)).to_contain_text("时间读不懂：写成 2026-01-04 21:36")
    expect(rows.nth(1)).to_contain_text("没有正文")
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载表格").click()
    table = taken.value.path().read_text(encoding="utf-8-sig")
    assert [row[1] for row in csv.reader(io.StringIO(table))][1:] == ["4", "5"]
    for told in (before, page.content(), table):
        assert [phone for phone in PHONES if phone in told] == []
        assert "张伟" not in told
    page.reload()
    expect(page.locator(".receipt")).to_be_visible()
    page.get_by_role("button", name="再导入一个").click()
    expect(page.locator(".drop")).to_be_visible()
    expect(page.locator(".sums")).to_contain_text("2 条反馈")
    assert open_count(bare) == 2
    assert list((bare / "data" / "incoming").glob("*/")) == []
    page.goto(empty + "/jobs?part=sources")
    expect(page.locator("table").first).to_contain_text("八月工单")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".sheet .problems")).to_contain_text("没有正文")
    expect(page.locator(".line strong", has_text="八月")).to_be_visible()
    assert opened.faults == []


def open_count(place: Path) -> int:
    """How many records there are."""
    app = open_app(Settings(engine="rules", data_dir=place / "data"))
    try:
        return app.counting.totals(Filters()).records
    finally:
        app.close()


def test_a_saved_mapping_is_used_and_a_file_put_away_leaves_nothing(
    visit: Callable[..., Opened], empty: str, bare: Path, tickets: Path
) -> None:
    folder = bare / "data" / "mappings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "说明.toml").write_text('channel = "call"\n\n[fields]\ntext = "备用说明"\ntitle = ""\n', encoding="utf-8")
    opened = visit("/jobs", at=empty)
    page = opened.page
    page.set_input_files("#file", tickets)
    page.get_by_label("用已存的对应关系").select_option("说明")
    expect(page.get_by_label("渠道")).to_have_value("call")
    expect(_field(page, "备用说明")).to_have_value("text")
    assert len(list((bare / "data" / "incoming").glob("*/"))) == 1
    page.get_by_role("button", name="换一个文件").click()
    expect(page.locator(".drop")).to_be_visible()
    assert list((bare / "data" / "incoming").glob("*/")) == []
    page.set_input_files("#file", {"name": "空.csv", "mimeType": "text/csv", "buffer": b""})
    expect(page.locator(".fault")).to_contain_text("没有一条能导入")
    expect(page.locator(".problems")).to_contain_text("文件是空的")
    page.get_by_role("button", name="换一个文件").click()
    expect(page.locator(".drop")).to_be_visible()
    assert opened.faults == []


@contextmanager
def with_model(place: Path, stub: StubModel) -> Iterator[str]:
    """A service that asks the stub."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VOC_", "OPENAI_"))}
    port = free_port()
    mine = {
        "VOC_DATA_DIR": str(place), "OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "sk-never-shown",
        "VOC_LLM_CONCURRENCY": "2", "VOC_LANGUAGE": "zh",
    }  # fmt: skip
    command = [
        sys.executable,
        "-c",
        "from assistant.cli.main import main; main()",
        "serve",
        "--port",
        str(port),
        "--json",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=place.parent, env={**kept, **mine}
    ) as service:
        try:
            assert service.stdout is not None
            assert "{" in service.stdout.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            service.terminate()
            service.wait(60)


def test_a_job_is_queued_watched_stopped_and_resumed(visit: Callable[..., Opened], tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    source = tmp_path / "many.jsonl"
    source.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in RECORDS), encoding="utf-8")
    assert app.pipeline.ingest([source], ReadOptions()).added == MANY
    app.close()
    with StubModel() as stub, with_model(tmp_path / "data", stub) as where:
        stub.mode("slow", seconds=1.0)
        opened = visit("/jobs?part=batches", at=where)
        page = opened.page
        expect(page.locator(".plan-first")).to_contain_text(f"有 {MANY} 条")
        expect(page.locator(".plan")).to_contain_text("次模型调用")
        page.get_by_label("做什么").select_option("analyse")
        expect(page.locator(".queue-form")).to_contain_text("从没读过的反馈里")
        page.get_by_label("最多几条").fill("0")
        page.get_by_label("最多几条").press("Tab")
        expect(page.locator(".q-notification")).to_contain_text("数量不对")
        page.get_by_label("最多几条").fill("")
        page.get_by_label("最多几条").press("Tab")
        expect(page.locator(".plan-first")).to_contain_text(f"有 {MANY} 条")
        page.locator("#queue").click()
        job = page.locator(".job").first
        expect(job.locator(".chip")).to_have_text("进行中")
        expect(job.locator(".stage-running")).to_contain_text(re.compile(rf"[1-9]\d* / {MANY}"))
        page.reload()
        job = page.locator(".job").first
        expect(job.locator(".stage-running progress")).to_be_visible()
        job.get_by_role("button", name="停止任务").click()
        expect(job.locator(".chip")).to_have_text("已停止")
        expect(job).to_contain_text("停止时还没读")
        expect(job).to_contain_text("token")
        stub.mode()
        job.get_by_role("button", name="继续").click()
        expect(job.locator(".chip")).to_have_text("完成")
        expect(job).to_contain_text(re.compile(r"要读 \d+ 条 ＝ 读了 \d+ ＋ 跳过 \d+ ＋ 失败 0"))
        expect(page.locator(".legend-done dd").first).to_have_text(str(MANY))
        expect(page.locator(".sums")).to_contain_text("其中 100% 读出了需求")
        expect(job.get_by_role("link", name="看结果")).to_have_attribute("href", "/needs")
        page.goto(where + "/jobs?part=state")
        expect(page.locator(".health-good").first).to_be_visible()
        page.get_by_role("button", name="试探端点").click()
        expect(page.locator(".probe")).to_contain_text("将采用")
        page.get_by_role("button", name="全面检查").click()
        expect(page.locator(".done, .warning").first).to_be_visible()
        assert "sk-never-shown" not in page.content()
        assert opened.faults == []


def test_nothing_of_it_is_for_the_staff(visit: Callable[..., Opened], tmp_path: Path, tickets: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    access = Access(app.store.access)
    access.add_user("小王", "staff", PASSWORD, By("test"))
    access.add_user("李经理", "manager", PASSWORD, By("test"))
    app.close()
    with served(tmp_path / "data") as where:
        page = visit("/needs", at=where).page
        _log_in(page, "小王")
        page.wait_for_url("**/needs")
        expect(page.locator(".top nav")).not_to_contain_text("数据与任务")
        refused = page.goto(where + "/jobs")
        assert refused is not None
        assert refused.status == 403
        status = page.request.post(where + "/jobs/file?name=a.csv", data=b"x", headers=_csrf(page)).status
        assert status == 403
        page = visit("/jobs", at=where).page
        _log_in(page, "李经理")
        page.wait_for_url("**/jobs")
        assert page.request.post(where + "/jobs/file?name=a.csv", data=b"x").status == 403
        page.set_input_files("#file", tickets)
        page.get_by_role("button", name="导入 2 条").click()
        expect(page.locator(".receipt")).to_be_visible()
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    lines = [(line["actor"], line["via"]) for line in app.store.noted() if line["action"] == "files.import"]
    app.close()
    assert lines == [("李经理", "page")]


def _log_in(page: Page, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("#send")


def _csrf(page: Page) -> dict[str, str]:
    return {"x-csrf-token": next(c["value"] for c in page.context.cookies() if c["name"] == "voc_csrf")}


@pytest.mark.parametrize(
    ("part", "zh", "en"),
    [
        ("import", "选择文件", "Choose a file"),
        ("batches", "安排一个任务", "Queue a job"),
        ("sources", "来源", "Sources"),
        ("state", "健康", "Health"),
    ],
)
def test_every_part_in_both_languages_on_a_phone(visit: Callable[..., Opened], part: str, zh: str, en: str) -> None:
    for language, told in (("zh", zh), ("en", en)):
        opened = visit(f"/jobs?part={part}", language=language, width=360)
        page = opened.page
        expect(page.locator(".jobs-part").get_by_text(told, exact=True).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
