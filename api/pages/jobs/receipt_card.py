"""What an import did, in plain words that add up, and the rows that it set aside."""

import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from nicegui import ui

from api.pages.doing import looked
from api.pages.parts import box, button, facts, say, tag
from api.pages.visitor import Visit
from assistant.domain.receipts import IngestReceipt
from assistant.pipeline.quarantined import SetAside, set_aside_rows
from assistant.records.exports import cell

_SHOWN = 50
_CELL = 160
_PARTS = ("added", "updated", "unchanged", "quarantined")


def receipt_card(
    visit: Visit, name: str, receipt: IngestReceipt, aside: Sequence[SetAside], on: Callable[[str], Awaitable[None]]
) -> None:
    """The receipt of a file with the rows that it set `aside`; `on` goes on with ``run`` or ``other``."""
    words = visit.words
    with box("sheet-flat receipt", "section", role="status"):
        tag("h2", words("taken_in", name=name))
        counts = {part: getattr(receipt, part) for part in _PARTS}
        tag("p", words("receipt_sum", read=f"{receipt.read:,}", **{k: f"{n:,}" for k, n in counts.items()}), "sum")
        _bar(visit, counts, receipt.read)
        if receipt.duplicates:
            tag("p", words("receipt_duplicates", n=receipt.duplicates), "facts")
        if receipt.joined:
            tag("p", words("receipt_joined", n=receipt.joined), "facts")
        if receipt.masked:
            tag("h3", words("masked_here", n=f"{sum(receipt.masked.values()):,}"))
            masked_chips(visit, receipt.masked)
        with box("sheet-buttons start-buttons"):
            button(words("read_needs"), lambda: on("run"), "first", disabled=not receipt.added + receipt.updated)
            button(words("another_file"), lambda: on("other"))
        facts(words("read_needs_told"))
    if receipt.quarantine_file:
        with box("part", "section", id="quarantine"):
            quarantine(visit, Path(receipt.quarantine_file).name, words("quarantine_of", n=receipt.quarantined), aside)


def _bar(visit: Visit, counts: Mapping[str, int], read: int) -> None:
    """How the rows parted, as one bar with its legend."""
    words = visit.words
    shown = {part: n for part, n in counts.items() if n}
    with box("parting", aria_hidden="true"):
        for part, n in shown.items():
            box(f"parting-{part}").style(f"flex-grow:{n / max(1, read):.4f}")
    with tag("dl", "", "legend"):
        for part, n in counts.items():
            with box(f"legend-one legend-{part}"):
                tag("dt", words(f"count_{part}"))
                tag("dd", f"{n:,}")


def masked_chips(visit: Visit, masked: Mapping[str, int]) -> None:
    """What was blanked out, by type."""
    with box("chips masked-types"):
        for kind, n in sorted(masked.items(), key=lambda one: -one[1]):
            tag("span", f"{visit.words.label(kind)} {n:,}", "chip")


async def first_aside(visit: Visit, name: str) -> Sequence[SetAside]:
    """The first rows of a quarantine file, one more than are shown; none, and said on the page, where it is gone."""
    return await looked(visit, lambda: set_aside_rows(visit.app.settings.data_dir, name, _SHOWN + 1)) or ()


def quarantine(visit: Visit, name: str, title: str, rows: Sequence[SetAside]) -> None:
    """Rows of one quarantine file, with the way to take them all out."""
    words = visit.words
    with box("heading"):
        tag("h2", title)
        button(words("download_quarantine"), lambda: _download(visit, name), "plain")
    tag("p", words("quarantine_told"), "facts")
    problems_table(visit, rows[:_SHOWN])
    if len(rows) > _SHOWN:
        tag("p", words("more_rows", n=_SHOWN), "facts")


def problems_table(visit: Visit, rows: Sequence[SetAside]) -> None:
    """Rows with where they stand, what is wrong and what to do; their values are masked."""
    words = visit.words
    with box("scroll", tabindex=0, role="region", aria_label=words("bad_rows")), tag("table", "", "problems"):
        with tag("thead"), tag("tr"):
            for head in ("bad_where", "what_and_do", "row_values"):
                tag("th", words(head), scope="col")
        with tag("tbody"):
            for row in rows:
                with tag("tr"):
                    tag("th", words("row_n", n=row.line) if row.line else words("whole_file"), scope="row")
                    tag("td", reason_told(visit, row))
                    with tag("td"):
                        for column, value in list(row.cells.items())[:8]:
                            told = f"{words.readable(column)}：{words.readable(str(value))[:_CELL]}"
                            tag("span", told, "sample-value")


def reason_told(visit: Visit, row: SetAside) -> str:
    """What is wrong with a row and what to do about it, in the visitor's language."""
    name = f"why_{row.reason}"
    if name in visit.words.sentences:
        return visit.words(name)
    return visit.words.readable(row.sentence)


async def _download(visit: Visit, name: str) -> None:
    """All the rows as a table that a spreadsheet opens; values are masked, and none is a formula."""

    def made() -> bytes:
        rows = set_aside_rows(visit.app.settings.data_dir, name)
        columns = list(dict.fromkeys(column for row in rows for column in row.cells))
        out = io.StringIO()
        writer = csv.writer(out)
        heads = [visit.words(head) for head in ("quarantine_path", "bad_where", "what_and_do")]
        writer.writerow([cell(one) for one in (*heads, *columns)])
        for row in rows:
            told = [row.path, row.line, reason_told(visit, row), *(row.cells.get(column, "") for column in columns)]
            writer.writerow(["" if (shown := cell(one)) is None else shown for one in told])
        return out.getvalue().encode("utf-8-sig")

    content = await looked(visit, made)
    if content is not None:
        ui.download.content(content, name.replace(".jsonl", ".csv"), "text/csv")
        say(visit.words("downloaded"))
