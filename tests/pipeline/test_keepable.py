"""What is kept of files: no name, number or cell that stands in a file's name, headers or a dry run's samples."""

import pytest

from assistant.domain.jobs import Wish
from assistant.domain.receipts import FileReceipt, IngestReceipt
from assistant.intake.privacy import Masker
from assistant.pipeline.keepable import left_of, masked, without_samples

MASKER = Masker(b"a key that hides nothing from anybody")
NAMED = "/d/欧阳建国13812345678.csv"
SAMPLES = {"text": ("打印机天天掉线",)}


def receipt() -> IngestReceipt:
    file = FileReceipt(
        NAMED, "csv", "utf-8", {"text": "内容 13812345678"}, notes=("13812345678 is no column",), samples=SAMPLES
    )
    return IngestReceipt(files=(file,), first_problems=(f"{NAMED} line 3 has no text",))


def test_a_receipt_is_masked_where_files_are_told_of() -> None:
    kept = masked(receipt(), MASKER)
    assert "13812345678" not in repr(kept)
    assert "欧阳建国" not in repr(kept)
    assert kept.files[0].path.startswith("/d/⟦")
    assert kept.files[0].samples == SAMPLES
    assert without_samples(kept).files[0].samples == {}


@pytest.mark.parametrize(
    ("wish", "taken_in", "stays"),
    [
        (Wish(paths=("/d/tickets.csv",)), False, True),
        (Wish(paths=("/d/tickets.csv",)), True, False),
        (Wish(paths=("/d/tickets.csv", NAMED)), False, False),
        (Wish(paths=("/d/tickets.csv",), reading={"source": "客户13812345678", "mapping": {}}), False, False),
    ],
)
def test_files_are_kept_while_they_are_to_be_read_and_name_nobody(wish: Wish, taken_in: bool, stays: bool) -> None:
    assert left_of(wish, taken_in, MASKER) == (wish if stays else Wish())
