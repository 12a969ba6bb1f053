"""Rows of cells made into a table with named columns: where the header is, and what stands above and beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice

from assistant.intake.columns import known_field, known_headers
from assistant.intake.shapes import BadRow, SourceRow, SourceTable
from assistant.intake.values import cell_text
from assistant.intake.wordlists import plain_header, word_list

Cells = Sequence[object]
"""One row as read."""

_LOOK_FOR_HEADER = 12
_PERSONAL = re.compile(r"\d{7}|@")
_DATA_LIKE = re.compile(r"^[\d\s:/.\-+%,年月日]+$")


def table_from_cells(
    name: str, rows: Iterable[tuple[int, Cells] | BadRow], notes: list[str], *, separator: str = ","
) -> SourceTable | None:
    """The table that the rows make up, or None where there are no rows.

    The header is the row among the first twelve in which most cells are known headers; failing that the first row, if
    it looks like names; failing that the columns are called ``column 1`` … and told apart by their values. Rows above
    the header are left out with a note, blank rows and repeated headers in silence, cells beyond the last column belong to it if it holds
    the text, else to columns of their own. Rows of totals and signatures, which people put below, are left out with a note.
    """
    stream = iter(rows)
    head: list[tuple[int, Cells] | BadRow] = []
    for row in stream:
        if isinstance(row, BadRow) or _is_filled(row[1]):
            head.append(row)
        if len(head) == _LOOK_FOR_HEADER:
            break
    readable = [row for row in head if not isinstance(row, BadRow)]
    if not readable:
        bad = chain((row for row in head if isinstance(row, BadRow)), (r for r in stream if isinstance(r, BadRow)))
        return SourceTable(name, (), bad) if head else None
    header = _find_header(readable)
    if header is None:
        width = max(len(cells) for _, cells in readable)
        return SourceTable(
            name, _names([""] * width), _rows(chain(head, stream), _names([""] * width), separator, notes), False
        )
    if above := readable.index(header):
        notes.append(f"{above} rows above the header{f' of {name}' if name else ''} left out")
    rest = chain(islice(head, head.index(header) + 1, None), stream)
    columns = _names([cell_text(cell) for cell in _without_tail(header[1])])
    return SourceTable(name, columns, _rows(rest, columns, separator, notes))


def _is_filled(cells: Cells) -> bool:
    return any(cell is not None and cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in cells)


def _without_tail(cells: Cells) -> Cells:
    end = len(cells)
    while end and not cell_text(cells[end - 1]):
        end -= 1
    return cells[:end]


def _find_header(rows: Sequence[tuple[int, Cells]]) -> tuple[int, Cells] | None:
    best = max(rows, key=lambda row: known_headers(row[1]))
    known = known_headers(best[1])
    if known >= 2 or (known == 1 and best is rows[0] and (len(best[1]) == 1 or _looks_like_names(best[1]))):
        return best
    return rows[0] if _looks_like_names(rows[0][1]) and len(rows) > 1 else None


def _looks_like_names(cells: Cells) -> bool:
    texts = [cell_text(cell) for cell in _without_tail(cells)]
    return (
        len(texts) > 1
        and len(set(texts)) == len(texts)
        and all(isinstance(cell, str) for cell in _without_tail(cells))
        and all(text and len(text) <= 24 and not _DATA_LIKE.match(text) for text in texts)
        and not any(_PERSONAL.search(text) or any(mark in text for mark in "。，！；") for text in texts)
    )


def _names(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers made unique; a column without a header is called by its number."""
    names: dict[str, None] = {}
    for number, header in enumerate(headers, 1):
        name = header.replace("\n", " ") or f"column {number}"
        count = 2
        base = name
        while name in names:
            name, count = f"{base} ({count})", count + 1
        names[name] = None
    return tuple(names)


def _rows(
    rows: Iterable[tuple[int, Cells] | BadRow], columns: tuple[str, ...], separator: str, notes: list[str]
) -> Iterator[SourceRow | BadRow]:
    width, totals = len(columns), 0
    text_is_last = known_field(columns[-1]) == "text"
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        line, cells = row
        if not _is_filled(cells) or (cells[0] == columns[0] and tuple(cells[:width]) == columns):
            continue
        if _is_total(cells):
            totals += 1
            continue
        fields = dict(zip(columns, cells, strict=False))
        if len(cells) > width and _is_filled(cells[width:]):
            if text_is_last:
                fields[columns[-1]] = separator.join(
                    cell if isinstance(cell, str) else cell_text(cell) for cell in cells[width - 1 :]
                )
            else:
                extra = enumerate(map(cell_text, cells[width:]), width + 1)
                fields |= {f"column {number}": text for number, text in extra if text}
        yield SourceRow(line, fields)
    if totals:
        notes.append(f"{totals} rows of totals or signatures left out")


def _is_total(cells: Cells) -> bool:
    """True for a row that begins with a word such as 合计 and holds little else: numbers, or a name."""
    texts = [text for cell in cells if (text := cell_text(cell))]
    if len(texts) * 2 > len(cells) and not all(_DATA_LIKE.match(text) for text in texts[1:]):
        return False
    return bool(texts) and plain_header(re.split("[:：]", texts[0], maxsplit=1)[0]) in _totals()


@cache
def _totals() -> frozenset[str]:
    return frozenset(plain_header(word) for word in word_list("columns")["totals"]["words"])
