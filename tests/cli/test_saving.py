"""What is taken out is never written over what the product keeps."""

from pathlib import Path

import pytest

from tests.cli.conftest import Voc


@pytest.mark.parametrize(
    "target",
    ["data/voc.db", "data/voc.db-wal", "data/masking.key", "data/alerts.toml", "data/capabilities.json",
     "data/index/x.csv", "data/quarantine/rows.csv", "data/write.lock"],
)  # fmt: skip
def test_an_export_does_not_fall_upon_the_product_s_own_files(voc: Voc, target: str) -> None:
    ran = voc("export", "records", "--format", "csv", "-o", target)
    assert (ran.code, "程序自己的文件" in ran.err) == (2, True), ran.err
    assert ran.err.count("\n") == 1


def test_a_link_to_the_database_is_the_database(voc: Voc) -> None:
    assert voc("doctor", "--json").code == 0
    Path("out.csv").symlink_to(Path("data/voc.db"))
    before = Path("data/voc.db").stat()
    assert voc("export", "records", "-o", "out.csv").code == 2
    assert Path("data/voc.db").stat().st_ino == before.st_ino


@pytest.mark.parametrize("target", ["data/records.csv", "records.json"])
def test_beside_them_there_is_room(voc: Voc, target: str) -> None:
    assert voc("doctor", "--json").code == 0
    assert voc("export", "records", "-o", target, "--json").code == 0
    assert voc("export", "records", "-o", target, "--json").code == 0


@pytest.mark.parametrize(
    ("language", "told"), [("zh", "错误：没有任务 「b7」"), ("en", "error: there is no batch 'b7'")]
)
def test_refusals_are_in_the_language_of_the_settings(voc: Voc, language: str, told: str) -> None:
    ran = voc("batches", "show", "b7", VOC_LANGUAGE=language)
    assert (ran.code, ran.err.startswith(told)) == (2, True), ran.err


def test_doctor_speaks_chinese(voc: Voc) -> None:
    told = voc("doctor").out
    assert "只对本机，不要密钥" in told
    assert "None" not in told.split("版本", 1)[1]
