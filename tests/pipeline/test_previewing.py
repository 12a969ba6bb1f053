"""A file looked at before it is taken in: what is told is what the import then does, and nothing of it is raw or kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.bootstrap import App, open_app
from assistant.domain.filters import Filters
from assistant.errors import NotFoundError, UsageError
from assistant.intake.reading import ReadOptions
from assistant.pipeline import previewing
from assistant.pipeline.previewing import LOOKED_AT, PROBLEMS, ROWS, preview_file
from assistant.pipeline.quarantined import quarantine_files, set_aside_rows
from assistant.pipeline.receiving import Parked, sweep
from assistant.records.sources import source_rows
from assistant.settings import Settings

PHONE = "13812345678"
HEAD = "工单编号,反馈时间,产品,客户姓名,联系电话,客户类型,问题描述,备注1\n"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    built = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    yield built
    built.close()


def _file(folder: Path, rows: int, bad: int = 0) -> Path:
    good = [f"N-{n},2026-08-{n % 28 + 1:02d},P2,张伟,{PHONE},企业,第{n}次掉线了找 {PHONE},急{n}" for n in range(rows)]
    wrong = [f"B-{n},哪天,P2,王芳,{PHONE},个人,墨粉太贵,普通" for n in range(bad)]
    path = folder / "工单.csv"
    path.write_text(HEAD + "\n".join([*good, *wrong]) + "\n", encoding="utf-8")
    return path


def _same(text: str) -> str:
    return text


def test_what_is_told_is_what_is_done(app: App, tmp_path: Path) -> None:
    path = _file(tmp_path, LOOKED_AT + 40, PROBLEMS + 5)
    told = preview_file(app.pipeline.context, path, ReadOptions(), _same)
    assert app.counting.totals(Filters()).records == 0
    assert not (tmp_path / "data" / "quarantine").exists()
    done = app.pipeline.ingest([path], ReadOptions())
    assert (told.read, told.quarantined, told.why) == (done.read, done.quarantined, done.quarantined_why)
    assert told.files[0].mapping == done.files[0].mapping
    assert (told.looked_at, len(told.rows), len(told.problems)) == (LOOKED_AT, ROWS, PROBLEMS)
    assert told.whole


def test_nothing_raw_is_shown(app: App, tmp_path: Path) -> None:
    told = preview_file(app.pipeline.context, _file(tmp_path, 3, 2), ReadOptions(), _same)
    assert PHONE not in repr(told)
    assert "张伟" not in repr(told)
    columns = {column.name: column for column in told.columns}
    assert columns["联系电话"].field == "customer.phone"
    assert columns["联系电话"].samples[0].startswith("⟦phone:")
    assert (columns["备注1"].field, columns["备注1"].samples) == (None, ("急0", "急1", "急2"))
    assert told.masked["phone"] == 3
    assert {problem.reason for problem in told.problems} == {"bad_date"}


def test_a_field_may_be_given_another_column_or_none(app: App, tmp_path: Path) -> None:
    mapping = {"text": "备注1", "customer.segment": "", "title": ""}
    told = preview_file(app.pipeline.context, _file(tmp_path, 3), ReadOptions(mapping=mapping), _same)
    fields = {column.name: column.field for column in told.columns}
    assert fields["备注1"] == "text"
    assert fields["客户类型"] is None
    assert "title" not in fields.values()
    assert [record.text for record in told.rows] == ["急0", "急1", "急2"]
    assert not any("there is no column" in note for file in told.files for note in file.notes)
    with pytest.raises(UsageError, match="no field"):
        preview_file(app.pipeline.context, tmp_path / "工单.csv", ReadOptions(mapping={"colour": "备注1"}), _same)


def test_of_a_big_file_only_the_beginning_is_read(app: App, tmp_path: Path) -> None:
    path = _file(tmp_path, 10)
    with path.open("a", encoding="utf-8") as file:
        while file.tell() <= previewing.HEAD:
            file.write(f"L,2026-08-01,P2,李娜,{PHONE},个人,{'门锁没电了进不了家' * 3000},普通\n")
    told = preview_file(app.pipeline.context, path, ReadOptions(), _same)
    assert not told.whole
    assert told.read > 10
    assert told.quarantined == 0
    assert list((tmp_path / "head").iterdir()) == []


def test_a_parked_file_is_kept_from_the_sweep_until_it_is_closed(app: App, tmp_path: Path) -> None:
    context, incoming = app.pipeline.context, tmp_path / "data" / "incoming"
    parked = Parked(context, "C:\\导出\\..工单.csv")
    parked.path.write_bytes(_file(tmp_path, 3, 1).read_bytes())
    sweep(context.data_dir)
    assert parked.path.name == "工单.csv"
    assert incoming.name not in repr(parked.preview(context, ReadOptions()))
    told: list[int] = []
    receipt = parked.take_in(context, ReadOptions(), progress=lambda _stage, done, _total: told.append(done))
    assert (receipt.read, receipt.added, receipt.quarantined) == (4, 3, 1)
    assert told[-1] == 4
    assert receipt.files[0].path == "工单.csv"
    parked.close()
    parked.close()
    assert list(incoming.glob("*/")) == []
    with pytest.raises(UsageError, match="no name"):
        Parked(context, "../")


def test_what_was_set_aside_and_where_it_came_from_is_listed(app: App, tmp_path: Path) -> None:
    app.pipeline.ingest([_file(tmp_path, 3, 2)], ReadOptions())
    folder = app.settings.data_dir
    (found,) = quarantine_files(folder)
    assert (found.rows, found.finished) == (2, True)
    rows = set_aside_rows(folder, found.name)
    assert [(row.line, row.reason) for row in rows] == [(5, "bad_date"), (6, "bad_date")]
    assert PHONE not in repr(rows)
    assert len(set_aside_rows(folder, found.name, 1)) == 1
    for name in ("../voc.db", "none.jsonl"):
        with pytest.raises(NotFoundError):
            set_aside_rows(folder, name)
    (source,) = source_rows(app.store.database)
    assert (source.source, source.channel, source.records) == ("工单", "ticket", 3)
    assert (source.first_day, source.last_day) == ("2026-08-01", "2026-08-03")
    assert source.last_added[:2] == "20"
