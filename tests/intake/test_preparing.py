"""Records prepared by a second process are those that this one would make, and it never outlives who asked."""

import os
import pickle
import signal
from collections.abc import Iterator
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from time import monotonic, sleep

import pytest

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import RawRecord, Record
from assistant.errors import InputError, VocError
from assistant.intake.duplicates import signatures_of
from assistant.intake.preparing import WORTH, Item, Prepared, is_worth_ahead, prepared, prepared_ahead
from assistant.intake.privacy import Masker
from assistant.intake.reading import ReadOptions, RejectedRow
from assistant.intake.shapes import UnreadableFileError

KEY = b"a key that hides nothing from anybody"
OPTIONS = ReadOptions(source="test")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Path]:
    """The shipped sample's files, and one with rows that can't be used."""
    (tmp_path / "bad.csv").write_text(
        "工单编号,创建时间,联系电话,问题描述\n1,三月初七,13800138000,漏水\n2,2026-03-01,13800138000,漏水了，打13800138000\n",
        encoding="utf-8",
    )
    with as_file(files("assistant.sample") / "xinglan" / "source") as sample:
        for file in sample.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        yield tmp_path


def many(folder: Path, rows: int = 3_000) -> Path:
    """A file that fills the pipe several times over."""
    target = folder / "many.csv"
    lines = [
        f"{n},2026-03-01,P,C{n},1381234{n:04d},机器装好才三天就漏水{n}，打1381234{n:04d}一直没人接" for n in range(rows)
    ]
    target.write_text("工单编号,创建时间,产品,客户编号,联系电话,问题描述\n" + "\n".join(lines), encoding="utf-8")
    return target


def children() -> set[int]:
    """The processes that this one began and that have not ended."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    if not tasks.is_dir():
        pytest.skip("needs /proc to see processes")
    return {int(one) for task in tasks.iterdir() for one in (task / "children").read_text(encoding="utf-8").split()}


def plain(item: Item) -> Item:
    return Prepared(item.record, item.line, item.contact) if isinstance(item, Prepared) else item


def test_a_second_process_gives_what_this_one_would(source: Path) -> None:
    here = list(prepared([source], OPTIONS, Masker(KEY)))
    there = list(prepared_ahead([source], OPTIONS, Masker(KEY)))
    assert [plain(item) for item in there] == [plain(item) for item in here]
    kinds = {type(item) for item in there}
    assert kinds == {Prepared, RejectedRow, FileReceipt}
    records = [item for item in there if isinstance(item, Prepared)]
    assert [item.signature for item in records] == signatures_of([item.record for item in records])
    assert all(item.raw is None and "13800138000" not in item.record.text for item in records)
    assert any(item.contact for item in records)


def test_an_error_there_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        list(prepared_ahead([tmp_path / "none.csv"], OPTIONS, Masker(KEY)))


class Choking(Masker):
    """Fails over a record, with the record's words in its error."""

    def mask(self, raw: RawRecord) -> Record:
        """Never."""
        raise RuntimeError(f"can't mask {raw.text}")


def test_an_error_that_nobody_foresaw_is_told_by_kind_and_place_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(VocError, match=r"RuntimeError at Choking\.mask"):
        list(prepared_ahead([many(tmp_path, 3)], OPTIONS, Choking(KEY)))
    assert capfd.readouterr() == ("", "")


def test_an_unreadable_file_can_be_told_by_another_process() -> None:
    error = pickle.loads(pickle.dumps(UnreadableFileError("damaged", "a.zip is damaged")))
    assert (error.reason, str(error)) == ("damaged", "a.zip is damaged")


def test_who_stops_early_leaves_no_process_behind(tmp_path: Path) -> None:
    before = children()
    items = prepared_ahead([many(tmp_path)], OPTIONS, Masker(KEY))
    assert len(list(islice(items, 10))) == 10
    assert len(children() - before) == 1
    items.close()
    assert children() == before


def test_a_second_process_that_is_killed_is_one_sentence(tmp_path: Path) -> None:
    before = children()
    items = prepared_ahead([many(tmp_path)], OPTIONS, Masker(KEY))
    next(items)
    (process,) = children() - before
    os.kill(process, signal.SIGKILL)
    with pytest.raises(VocError, match="ended before its time"):
        list(items)
    ends = monotonic() + 60
    while children() != before and monotonic() < ends:
        sleep(0.01)
    assert children() == before


def test_only_much_to_read_is_worth_a_second_process(tmp_path: Path) -> None:
    small, big = tmp_path / "small.csv", tmp_path / "folder" / "big.csv"
    big.parent.mkdir()
    small.write_bytes(bytes(10))
    big.write_bytes(bytes(WORTH))
    assert not is_worth_ahead([small, tmp_path / "none"])
    several = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1
    assert is_worth_ahead([small, big.parent]) is several
