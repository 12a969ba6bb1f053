"""How results and progress reach a person or a script: text or JSON on stdout, progress on stderr."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import Any, TypeVar

import click

from assistant.cli.tables import Language, cell, said, width, word
from assistant.domain.receipts import FileReceipt
from assistant.sentences import in_chinese
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
        if name == "first_problems" and isinstance(value, tuple | list):
            for sentence in value:
                told = sentence_in(str(sentence), language)
                click.secho(f"  {_padded(label('set aside', language))} {told}", fg="yellow")
            continue
        if isinstance(value, Mapping):
            held = {str(k): _shown(name, v, language) for k, v in value.items() if v is not None}
            of_stages = name == "stages"
            text = ", ".join(
                f"{word(k, language, of='stages') if of_stages else label(k, language)} {v}" for k, v in held.items()
            )
        else:
            text = _shown(name, value, language)
        click.echo(f"  {_padded(label(name, language))} {text}")


def label(name: str, language: Language) -> str:
    """The name of a figure in a receipt, or in a job's."""
    told = word(name, language, of="receipt")
    return str(word(name, language, of="jobs") if told == name else told).replace("_", " ")


def sentence_in(sentence: str, language: Language) -> str:
    """A sentence of the house in the language of the settings, where there are words for it; else as it is."""
    return (in_chinese(sentence) if language == "zh" else None) or sentence


def _shown(name: str, value: object, language: Language) -> str:
    """A figure, a word of jobs or a sentence in a receipt; a job's problem begins with its stage."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if not isinstance(value, str) or language == "en":
        return str(cell(name, value, language))
    if name == "problem":
        stage, colon, rest = value.partition(": ")
        known = word(stage, language, of="stages") if colon else stage
        return f"{known}：{sentence_in(rest, language)}" if known != stage else sentence_in(value, language)
    told = str(cell(name, value, language))
    return str(word(value, language, of="jobs")) if told == value else told


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
    language = load_settings().language
    for file in files:
        encoding = f", {file.encoding}" if file.encoding else ""
        counts = {"read": file.read, "aside": file.quarantined}
        click.secho(said("file_read", language, name=f"{file.path} ({file.format}{encoding})", **counts))
        if file.mapping:
            click.echo("  " + ", ".join(f"{field} = {column}" for field, column in file.mapping.items()))
        for field, values in file.samples.items():
            kind = field if field == "channel" else field.removeprefix("customer.")
            click.echo(f"    {field:18} {' | '.join(str(cell(kind, value, language)) for value in values)}")
        for note in file.notes:
            click.echo("  " + said("file_note", language, note=sentence_in(note, language)))
