"""How rows leave the store as files: csv, xlsx, json, md; whole or not at all, and harmless to a spreadsheet."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args

from assistant.errors import UsageError

Form = Literal["csv", "xlsx", "json", "md"]
Row = Mapping[str, Any]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CELL_LIMIT = 32_767
"""Characters an Excel cell can hold."""


def export_rows(rows: Iterable[Row], form: Form, target: Path) -> int:
    """Write rows to a file and return their number; the file appears only when it is whole.

    Raises:
        UsageError: the folder does not exist or can't be written.
    """
    found = list(rows)
    write_atomically(target, _WRITERS[form](found))
    return len(found)


def form_of(target: Path) -> Form:
    """The form that a file's ending names.

    Raises:
        UsageError: the ending names none.
    """
    ending = target.suffix.lower().removeprefix(".")
    for form in get_args(Form):
        if ending == form:
            return cast("Form", form)
    raise UsageError(f"{target.name}: end the name with .csv, .xlsx, .json or .md, or say --format")


def write_atomically(target: Path, content: bytes) -> None:
    """Write beside the target, then rename over it.

    Raises:
        UsageError: the folder does not exist or can't be written.
    """
    if not target.parent.is_dir():
        raise UsageError(f"the folder {target.parent} does not exist: make it, or choose another place with -o")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{target} can't be written ({error.strerror}): choose another place with -o") from error


def cell(value: object) -> str | int | float | bool | None:
    """A value as a spreadsheet cell: nested ones as JSON, and nothing that a spreadsheet would take for a formula."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _columns(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _csv(rows: list[Row]) -> bytes:
    columns = _columns(rows)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([["" if (v := cell(row.get(name))) is None else v for name in columns] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[Row]) -> bytes:
    from xlsxwriter import Workbook  # slow to import, needed here only

    columns = _columns(rows)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for at, row in enumerate(rows, 1):
            for column, name in enumerate(columns):
                value = cell(row.get(name))
                sheet.write(at, column, value[:_CELL_LIMIT] if isinstance(value, str) else value)
    return out.getvalue()


def _json(rows: list[Row]) -> bytes:
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _markdown(rows: list[Row]) -> bytes:
    columns = _columns(rows)
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_markdown_cell(row.get(name)) for name in columns) + " |" for row in rows]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _markdown_cell(value: object) -> str:
    text = "" if value is None else str(cell(value))
    for sign, harmless in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("`", "\\`"), ("[", "\\[")):
        text = text.replace(sign, harmless)
    return text.replace("\r", " ").replace("\n", " ")


_WRITERS: dict[str, Callable[[list[Row]], bytes]] = {"csv": _csv, "xlsx": _xlsx, "json": _json, "md": _markdown}
