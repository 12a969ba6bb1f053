"""Reading one small file in a test: its records, rejected rows and receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import RawRecord
from assistant.domain.vocabulary import Channel
from assistant.intake.reading import ReadOptions, RejectedRow, read_paths


@dataclass(frozen=True)
class Result:
    records: list[RawRecord]
    rejected: list[RejectedRow]
    receipts: list[FileReceipt]

    @property
    def receipt(self) -> FileReceipt:
        assert len(self.receipts) == 1
        return self.receipts[0]

    @property
    def texts(self) -> list[str]:
        return [record.text for record in self.records]


def read(
    *paths: Path, channel: Channel | None = None, mapping: Mapping[str, str] | None = None, product: str | None = None
) -> Result:
    """All that the paths yield, with the receipts checked to add up."""
    items = list(read_paths(list(paths), ReadOptions(channel, mapping or {}, product)))
    result = Result(
        [item for item in items if isinstance(item, RawRecord)],
        [item for item in items if isinstance(item, RejectedRow)],
        [item for item in items if isinstance(item, FileReceipt)],
    )
    assert sum(receipt.read for receipt in result.receipts) == len(result.records) + len(result.rejected)
    assert sum(receipt.quarantined for receipt in result.receipts) == len(result.rejected)
    return result


def read_text(
    folder: Path, text: str | bytes, name: str = "file.csv", encoding: str = "utf-8", **options: str
) -> Result:
    """What a file with this content yields."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read(path, **options)  # type: ignore[arg-type]
