"""Files that come over the wire stand in a folder that is held while it is used, and swept as soon as nobody holds it."""

import io
import os
from pathlib import Path

from assistant.bootstrap import App, open_app
from assistant.intake.reading import ReadOptions
from assistant.pipeline.receiving import FOLDER, receive_file, receive_records, sweep
from assistant.settings import Settings

ROWS = "工单号,创建时间,产品,问题描述\nA1,2026-08-01 09:00,P2,打印机掉线打不出来\n".encode()


def opened(place: Path) -> App:
    return open_app(Settings(engine="rules", data_dir=place / "data", language="zh"))


def left_by_a_kill(app: App) -> Path:
    """A folder that a process filled and left just now."""
    folder = app.pipeline.context.data_dir / FOLDER / "tmpabc"
    folder.mkdir(parents=True)
    (folder / "records.jsonl").write_text('{"phone": "13812345678"}', encoding="utf-8")
    return folder


def test_what_a_kill_left_is_swept_at_once(tmp_path: Path) -> None:
    app = opened(tmp_path)
    left = left_by_a_kill(app)
    sweep(app.pipeline.context.data_dir)
    assert not left.exists()
    left = left_by_a_kill(app)
    receive_records(app.pipeline.context, [{"id": "1", "text": "打印机坏了很久"}], ReadOptions())
    assert not list((app.pipeline.context.data_dir / FOLDER).iterdir())


class Swept(io.BytesIO):
    """A file that comes in so slowly that its folder grows old, and that others sweep meanwhile."""

    def __init__(self, content: bytes, data_dir: Path) -> None:
        super().__init__(content)
        self._data_dir = data_dir

    def read(self, size: int | None = -1, /) -> bytes:
        for folder in (self._data_dir / FOLDER).iterdir():
            os.utime(folder, (0, 0))
        sweep(self._data_dir)
        return super().read(size)


def test_what_is_under_way_is_not_swept_however_old(tmp_path: Path) -> None:
    context = opened(tmp_path).pipeline.context
    receipt = receive_file(context, "a.csv", Swept(ROWS, context.data_dir), ReadOptions())
    assert receipt.added == 1
    assert not list((context.data_dir / FOLDER).iterdir())


def test_a_name_that_holds_a_person_is_told_masked(tmp_path: Path) -> None:
    context = opened(tmp_path).pipeline.context
    receipt = receive_file(context, "欧阳建国13812345678.csv", io.BytesIO(ROWS + b"A2,,P2,\n"), ReadOptions())
    assert (receipt.added, receipt.quarantined) == (1, 1)
    assert "13812345678" not in repr((receipt.files, receipt.first_problems))
