"""How results and progress reach a person or a script: text or JSON on stdout, progress on stderr."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import Any, TypeVar

import click

from assistant.cli.tables import Language, cell, width, word
from assistant.domain.receipts import FileReceipt
from assistant.settings import load_settings

F = TypeVar("F", bound=Callable[..., Any])
Progress = Callable[[str, int, int | None], None]
"""Called as (stage, done, total or None)."""


def json_option(command: F) -> F:
    """Add --json to a command."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")(
        command
    )


def plain(value: object) -> Any:
    """Dataclasses, tuples and sets as what `json` can write."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def emit_json(value: object) -> None:
    """Write one JSON document to stdout."""
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def show_receipt(title: str, receipt: Mapping[str, object]) -> None:
    """A stage's receipt, one line per figure that is not empty, in the language of the settings."""
    language = load_settings().language
    click.secho(str(word(title, language, of="stages")), bold=True)
    for name, value in receipt.items():
        if value is None or value is False or value in ("", (), [], {}) or name == "files":
            continue
        if name == "first_problems" and isinstance(value, tuple):
            for sentence in value:
                click.secho(f"  {_padded(label('set aside', language))} {sentence}", fg="yellow")
            continue
        if isinstance(value, Mapping):
            text = ", ".join(f"{word(str(k), language)} {v}" for k, v in value.items())
        else:
            text = f"{value:.4g}" if isinstance(value, float) else str(cell(name, value, language))
        click.echo(f"  {_padded(label(name, language))} {text}")


def label(name: str, language: Language) -> str:
    """The name of a figure in a receipt."""
    return str(word(name, language, of="receipt")).replace("_", " ")


def _padded(name: str) -> str:
    return name + " " * max(0, 18 - width(name))


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """Progress on stderr: live bars in a terminal, a line every few seconds elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield _line_printer(quiet)
        return
    from rich.console import Console  # slow to import, needed in a terminal only
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


def _line_printer(quiet: bool) -> Progress:
    last = time.monotonic()

    def report(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if quiet or (time.monotonic() - last < 5 and done != total):
            return
        last = time.monotonic()
        click.echo(f"{stage}: {done}" + (f" of {total}" if total else ""), err=True)

    return report


def show_files(files: Iterable[FileReceipt]) -> None:
    """How each file was understood, one paragraph a file."""
    for file in files:
        encoding = f", {file.encoding}" if file.encoding else ""
        click.secho(f"{file.path} ({file.format}{encoding}): {file.read} read, {file.quarantined} quarantined")
        if file.mapping:
            click.echo("  " + ", ".join(f"{field} = {column}" for field, column in file.mapping.items()))
        for field, values in file.samples.items():
            click.echo(f"    {field:18} {' | '.join(values)}")
        for note in file.notes:
            click.echo(f"  note: {note}")
