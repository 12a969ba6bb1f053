"""The same rows read again with another column as their id stay the same records, or are stopped before they count twice."""

from pathlib import Path

import pytest

from tests.cli.conftest import Voc

ROWS = [
    ("S1", "D7", "洗澡洗到一半水忽冷忽热，孩子都不敢进去", "2025-11-03"),
    ("S2", "D8", "安装师傅上门多收了两百块钱，还不给收据", "11月4日"),
    ("S3", "D9", "说明书字太小，老人一个人在家根本不会用", "2025-11-05"),
    ("S4", "D10", "指纹锁半夜自己报警，邻居都被吵醒了两回", "2025-11-06"),
    ("S5", "D11", "打印机一升级就掉线，签合同的时候打不出来", "2025-11-07"),
    ("S6", "D12", "扫地机轮子里全是猫毛，每天都要翻过来掏", "2025-11-08"),
]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "登记.csv"
    path.write_text(_table(), encoding="utf-8")
    return path


def _table(tail: str = "") -> str:
    return "甲号,乙号,问题详情,受理日期,车型\n" + "".join(
        ",".join((*row[:2], row[2] + tail, row[3], "X1")) + "\n" for row in ROWS
    )


def _count(voc: Voc) -> int:
    return len(voc("list", "records", "--json").json["items"])


def test_an_id_that_is_named_later_updates_the_rows(voc: Voc, export: Path) -> None:
    assert voc("ingest", export, "--json").json["added"] == 6
    again = voc("ingest", export, "--map", "id=甲号", "--json").json
    assert (again["added"], again["updated"], again["duplicates"]) == (0, 6, 0)
    export.write_text(_table("，急"), encoding="utf-8")  # by its own id from now on, whatever else changes
    assert voc("ingest", export, "--map", "id=甲号", "--json").json["updated"] == 6
    found = voc("list", "records", "--json").json["items"]
    assert sorted(one["external_id"] for one in found) == [row[0] for row in ROWS]


def test_rows_under_other_ids_are_stopped_before_anything_is_stored(voc: Voc, export: Path) -> None:
    assert voc("ingest", export, "--map", "id=甲号").code == 0
    for more in ((), ("--dry-run",)):
        stopped = voc("ingest", export, "--map", "id=乙号", *more)
        assert stopped.code == 2
        assert "6" in stopped.err
        assert "--source" in stopped.err
    assert _count(voc) == 6
    assert voc("ingest", export, "--map", "id=乙号", "--source", "别处").code == 0
    assert _count(voc) == 12


def test_other_words_of_the_same_day_come_in(voc: Voc, export: Path) -> None:
    assert voc("ingest", export, "--map", "id=甲号").code == 0
    export.write_text(_table("，第二回了"), encoding="utf-8")
    assert voc("ingest", export, "--map", "id=乙号").code == 0


@pytest.mark.parametrize("command", ["ingest", "run"])
def test_a_folder_without_files_is_wrong_use(voc: Voc, tmp_path: Path, command: str) -> None:
    empty = tmp_path / "空"
    empty.mkdir()
    told = voc(command, empty)
    assert told.code == 2
    assert str(empty) in told.err


def test_a_column_that_is_not_there_is_wrong_use(voc: Voc, export: Path) -> None:
    told = voc("ingest", export, "--map", "text=没有这一列")
    assert told.code == 2
    assert all(name in told.err for name in ("没有这一列", "甲号", "问题详情"))
    assert _count(voc) == 0
