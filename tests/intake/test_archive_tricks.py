"""Archives made to harm: bombs, lies about size, links, climbing names; each refused or read without harm."""

import gzip
import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.domain.records import RawRecord
from assistant.intake.reading import ReadOptions, RejectedRow, read_paths

HONEST = "工单编号,产品,问题描述\nA-1,X5,洗澡洗到一半水就变冷，老人不敢用\n".encode()
ZEROS = bytes(96 << 20)


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip file of these members, which may share a name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def lying() -> bytes:
    """A bomb that says it unpacks to 100 bytes."""
    data = bytearray(packed(("a.csv", ZEROS)))
    listed = data.find(b"PK\x01\x02")
    data[22:26] = data[listed + 24 : listed + 28] = struct.pack("<I", 100)
    return bytes(data)


def overlapping() -> bytes:
    """Two hundred names for the same packed bytes."""
    data = packed(("a.csv", bytes(4 << 20)))
    listed, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    entry, tail = data[listed:end], bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 200, 200)
    tail[12:16] = struct.pack("<I", 200 * len(entry))
    return data[:listed] + 200 * entry + bytes(tail)


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link.csv")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("name", "made", "records", "reasons"),
    [
        ("a.zip", lambda: packed(("a.csv", ZEROS)), 0, {"bomb"}),
        ("a.csv.gz", lambda: gzip.compress(ZEROS), 0, {"bomb"}),
        ("a.zip", lying, 0, {"damaged", "bomb"}),
        ("a.zip", lambda: packed(("in.zip", packed(("a.csv", ZEROS))), ("b.csv", HONEST)), 1, {"unknown_format"}),
        ("a.zip", lambda: packed(*((f"{n}.csv", b"") for n in range(10_001))), 0, {"bomb"}),
        ("a.zip", overlapping, 0, {"bomb", "damaged", "too_long", "no_text", "empty"}),
        ("a.zip", lambda: packed((link(), b"/etc/passwd"), ("b.csv", HONEST)), 1, set()),
        ("a.zip", lambda: packed(("../../b.csv", HONEST), ("/c.csv", HONEST), ("C:\\d.csv", HONEST)), 3, set()),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_trick_does_no_harm(
    tmp_path: Path, name: str, made: Callable[[], bytes], records: int, reasons: set[str]
) -> None:
    place = tmp_path / "in" / "here"
    place.mkdir(parents=True)
    (place / name).write_bytes(made())
    items = list(read_paths([place / name], ReadOptions()))
    assert sum(isinstance(item, RawRecord) for item in items) == records
    found = {item.reason for item in items if isinstance(item, RejectedRow)}
    assert bool(found) == bool(reasons)
    assert found <= reasons
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "here", name], "nothing was unpacked here"


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        (tmp_path / "a.zip").write_bytes(packed(("a.csv", HONEST), ("a.csv", HONEST.replace(b"A-1", b"A-2"))))
    items = list(read_paths([tmp_path / "a.zip"], ReadOptions()))
    assert sorted(item.external_id for item in items if isinstance(item, RawRecord)) == ["A-1", "A-2"]
